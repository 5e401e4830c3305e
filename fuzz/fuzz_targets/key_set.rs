//! Any key set is parsed or rejected, and no forged JWT is accepted with it.
#![no_main]

use agora_token_server::api::Body;
use agora_token_server_fuzz::server::{app, context, send};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{Request, header};
use libfuzzer_sys::fuzz_target;

const ALGORITHMS: [&str; 8] = ["RS256", "ES256", "EdDSA", "PS256", "ES384", "HS256", "RS512", "none"];

fuzz_target!(|data: &[u8]| {
    let Some((choice, set)) = data.split_first() else { return };
    // Each run has its own server, since a server keeps the key set.
    let app = app(&[
        ("APP_ID", "970CA35de60c44645bbae8a215061b33"),
        ("APP_CERTIFICATE", "5CFd2fd1755d40ecb72977518be15d3b"),
        ("AUTH", "jwt"),
        ("JWT_ISSUER", "issuer"),
        ("JWT_AUDIENCE", "audience"),
        ("JWT_JWKS_URL", "https://issuer.example/jwks.json"),
    ]);
    let algorithm = ALGORITHMS[usize::from(*choice) % ALGORITHMS.len()];
    let kid = if *choice < 128 { r#","kid":"k1""# } else { "" };
    let header = format!(r#"{{"alg":"{algorithm}"{kid}}}"#);
    let payload = r#"{"iss":"issuer","aud":"audience","sub":"alice","exp":1763773600}"#;
    let parts = [header.as_bytes(), payload.as_bytes(), &[1; 64]].map(|part| URL_SAFE_NO_PAD.encode(part));
    let request =
        Request::post("/token").header(header::AUTHORIZATION, format!("Bearer {}", parts.join(".")));
    let request = request.body(Body::Whole(b"{}".as_slice().into())).expect("a valid request");
    let response = send(&app, &request, &context(), Some(set));
    assert!(matches!(response.status, 401 | 503), "{}", response.status);
    response.assert_is_problem();
});
