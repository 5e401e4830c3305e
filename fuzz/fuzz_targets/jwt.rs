//! Any JWT is rejected or accepted by its signature and its claims, and the log line stays short.
#![no_main]

use std::sync::LazyLock;

use agora_token_server::api::{App, Body};
use agora_token_server_fuzz::server::{NOW, app, context, send};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderValue, Request, header};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use sha2::Sha256;

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const HEADER: &str = r#"{"alg":"HS256"}"#;
const BODY: &[u8] = br#"{"channel":"room-1","role":"publisher","uid":"alice","expireTime":60}"#;

static APP: LazyLock<App> = LazyLock::new(|| {
    app(&[
        ("APP_ID", "970CA35de60c44645bbae8a215061b33"),
        ("APP_CERTIFICATE", "5CFd2fd1755d40ecb72977518be15d3b"),
        ("AUTH", "jwt"),
        ("JWT_ISSUER", "issuer"),
        ("JWT_AUDIENCE", "audience"),
        ("JWT_SECRET", SECRET),
    ])
});

fuzz_target!(|data: &[u8]| {
    let Some((layer, rest)) = data.split_first() else { return };
    let signed = |header: &[u8], payload: &[u8]| {
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        let mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("HMAC takes a key of any length");
        let signature = mac.chain_update(&message).finalize().into_bytes();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)).into_bytes()
    };
    // The whole credential, the header and the payload around a zero byte, or the payload.
    let (credential, payload) = match layer % 3 {
        0 => (rest.to_vec(), None),
        1 => {
            let (header, payload) = rest.split_at(rest.iter().position(|byte| *byte == 0).unwrap_or(0));
            (signed(header, payload), Some(payload))
        }
        _ => (signed(HEADER.as_bytes(), rest), Some(rest)),
    };
    let Ok(value) = HeaderValue::from_bytes(&[b"Bearer ", credential.as_slice()].concat()) else { return };
    let request = Request::post("/token").header(header::AUTHORIZATION, value);
    let request = request.body(Body::Whole(BODY.into())).expect("a valid request");
    let response = send(&APP, &request, &context(), None);
    match (response.status, payload) {
        (200, Some(payload)) => {
            let claims: Value = serde_json::from_slice(payload).expect("claims are JSON");
            assert_eq!(claims["iss"], "issuer");
            let audiences =
                claims["aud"].as_array().map_or_else(|| vec![&claims["aud"]], |all| all.iter().collect());
            assert!(audiences.iter().any(|one| *one == "audience"), "{claims}");
            assert!(claims["exp"].as_f64().expect("exp is a number") + 30.0 > f64::from(NOW), "{claims}");
            assert!(claims["sub"] == "alice" || claims["grants"]["uid"] == "alice", "{claims}");
            response.assert_holds_tokens();
        }
        // The secret is for tests only.
        (200, None) => panic!("a forged signature"),
        (401 | 403, _) => response.assert_is_problem(),
        (status, _) => panic!("{status}: {}", response.json()),
    }
});
