//! Invalid credentials: the same 401, byte for byte, while the log states the cause.

use agora_token_server::api::Body;
use http::{HeaderValue, Request};
use serde_json::json;

use super::{SHOP_KEY, Site, alice, refused, sent, sha256, shop};
use crate::common::issuer::{Key, NOW, RSA_PUBLIC_PEM, claims};
use crate::common::server::rtc;

/// The cause that the log names, for `POST /token` with these headers.
#[track_caller]
fn cause(headers: &[(&str, &[u8])]) -> String {
    let mut request = Request::post("/token");
    for (name, value) in headers {
        request = request.header(*name, HeaderValue::from_bytes(value).unwrap());
    }
    refused(&Site::new().send(&sent(request, &rtc(json!({})))))
}

fn bearer(jwt: &str) -> String {
    format!("Bearer {jwt}")
}

#[test]
fn valid_credentials_are_accepted() {
    let site = Site::new();
    for key in [Key::rsa().jwt_of("rsa", &claims()), Key::p256().jwt_of("p256", &claims())] {
        assert_eq!(site.token(&bearer(&key), &rtc(json!({ "uid": "alice" }))).status, 200);
    }
    for credential in [alice(&json!({})), shop()] {
        assert_eq!(site.token(&credential, &rtc(json!({ "uid": "alice" }))).status, 200);
    }
    let pem = [RSA_PUBLIC_PEM, include_str!("../common/keys/rsa-other.pub.pem")].concat();
    let rotating = Site::with(&[("JWT_JWKS_URL", ""), ("JWT_PUBLIC_KEY", &pem)]);
    for key in [Key::rsa(), Key::other_rsa()] {
        assert_eq!(rotating.token(&bearer(&key.jwt(&claims())), &rtc(json!({ "uid": "alice" }))).status, 200);
    }
    let header = Request::post("/token").header("x-api-key", SHOP_KEY);
    assert_eq!(site.send(&sent(header, &rtc(json!({})))).status, 200);
}

#[test]
fn missing_credential_is_rejected() {
    assert_eq!(cause(&[]), "credential is missing");
    // Nor in places that proxies and browser histories keep.
    let jwt = Key::ed25519().jwt_of("ed25519", &claims());
    for path in [format!("/token?access_token={jwt}"), format!("/token?key={SHOP_KEY}")] {
        let response = Site::new().send(&sent(Request::post(path), &rtc(json!({}))));
        assert_eq!(refused(&response), "credential is missing");
    }
    assert_eq!(cause(&[("cookie", bearer(&jwt).as_bytes())]), "credential is missing");
}

#[test]
fn malformed_credential_headers_are_rejected() {
    const NOT_BEARER: &str = "authorization: expected Bearer, one space and one token";
    for authorization in [&b""[..], b"Basic c2hvcDpzaG9w", b"Bearer \xff"] {
        assert_eq!(cause(&[("authorization", authorization)]), NOT_BEARER, "{authorization:?}");
    }
    // A second credential of each kind, valid or invalid, before or after the first.
    let (good, other) = (shop(), alice(&json!({})));
    for (one, two) in [(&good, &other), (&other, &good), (&good, &good)] {
        let both = [("authorization", one.as_bytes()), ("authorization", two.as_bytes())];
        assert_eq!(cause(&both), NOT_BEARER);
    }
    let key = SHOP_KEY.as_bytes();
    for keys in [[key, key], [key, b"\xff".as_slice()], [b"".as_slice(), key]] {
        let both = keys.map(|key| ("x-api-key", key));
        assert_eq!(cause(&both), "api key: expected a key of API_KEYS");
    }
}

/// Valid or invalid: a request has one caller.
#[test]
fn api_key_beside_jwt_is_rejected_and_fetches_nothing() {
    const BOTH: &str = "credential: expected one, got an API key and a JWT";
    let (good, expired) = (alice(&json!({})), alice(&json!({ "exp": NOW - 3600 })));
    let site = Site::new();
    for (jwt, key) in [(&good, SHOP_KEY), (&good, "wrong-key-wrong-key"), (&expired, SHOP_KEY), (&good, "")] {
        let request = Request::post("/token").header("authorization", jwt).header("x-api-key", key);
        assert_eq!(refused(&site.send(&sent(request, &rtc(json!({}))))), BOTH, "{key:?}");
    }
    assert_eq!(site.fetches.get(), 0);
}

/// One of each kind; `auth` tests all of them.
#[test]
fn cause_of_rejection_is_in_log_alone() {
    let unsigned = Key::rsa().jwt_with(&json!({ "alg": "none", "kid": "rsa" }), &claims());
    let unsigned = &unsigned[..=unsigned.rfind('.').unwrap()];
    let stranger = Key::other_rsa();
    let header = json!({
        "alg": "RS256",
        "kid": "rsa",
        "jku": "https://attacker.example/jwks.json",
        "jwk": stranger.jwk(&json!({ "kid": "rsa" })),
    });
    let expected_alg = "jwt alg: expected RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, EdDSA, HS256, HS384, or HS512";
    let no_secret = "jwt alg: expected an algorithm of public keys, got HS256; set JWT_SECRET, or have the issuer sign with a public key";
    let wrong_key = "api key: expected a key of API_KEYS";
    for (credential, expected) in [
        (bearer("wrong-key-wrong-key"), wrong_key),
        (bearer(&sha256(SHOP_KEY)), wrong_key),
        (bearer(unsigned), &format!("{expected_alg}, got \"none\"")),
        (bearer(&Key::of_secret(RSA_PUBLIC_PEM).jwt_of("rsa", &claims())), no_secret),
        (bearer(&Key::p256().jwt_of("rsa", &claims())), "jwt alg: expected RS256, got ES256"),
        (
            bearer(&stranger.jwt_with(&header, &claims())),
            r#"jwt signature: does not verify with the key "rsa""#,
        ),
        (bearer(&Key::ed25519().jwt_of("ED25519", &claims())), r#"jwt unknown kid "ED25519""#),
        (alice(&json!({ "exp": NOW - 30 })), "jwt exp: expired 30 s ago"),
        (alice(&json!({ "nbf": NOW + 31 })), "jwt nbf: 31 s ahead"),
        (alice(&json!({ "aud": null })), "jwt aud: missing"),
        (alice(&json!({ "sub": "*" })), "jwt sub: expected one user, got a wildcard"),
        (alice(&json!({ "agora": { "channel": [] } })), r#"jwt agora: unknown member "channel""#),
    ] {
        assert_eq!(cause(&[("authorization", credential.as_bytes())]), expected);
    }
}

#[test]
fn unread_body_hides_credential_check() {
    for body in [Body::Whole(b"{".as_slice().into()), Body::CutOff] {
        let request = Request::post("/token").header("authorization", "Bearer wrong-key-wrong-key");
        assert_eq!(
            refused(&Site::new().send(&request.body(body).unwrap())),
            "api key: expected a key of API_KEYS"
        );
    }
}
