//! Invalid credentials: 401, equal to the byte for each of them, while the log states the cause.

use agora_token_server::api::Body;
use http::{HeaderValue, Request};
use serde_json::{Value, json};

use super::{SHOP_KEY, Site, alice, refused, sent, sha256, shop, signed};
use crate::common::issuer::{AUDIENCE, Key, NOW, RSA_PUBLIC_PEM, claims, claims_with};
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

#[track_caller]
fn cause_of(credential: &str) -> String {
    cause(&[("authorization", credential.as_bytes())])
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
    let header = Request::post("/token").header("x-api-key", SHOP_KEY);
    assert_eq!(site.send(&sent(header, &rtc(json!({})))).status, 200);
}

#[test]
fn missing_credential_is_rejected() {
    assert_eq!(cause(&[]), "credential is missing");
    // Nor is one looked for where proxies and histories would keep it.
    let jwt = Key::ed25519().jwt_of("ed25519", &claims());
    for path in [format!("/token?access_token={jwt}"), format!("/token?key={SHOP_KEY}")] {
        let reply = Site::new().send(&sent(Request::post(path), &rtc(json!({}))));
        assert_eq!(refused(&reply), "credential is missing");
    }
    assert_eq!(cause(&[("cookie", bearer(&jwt).as_bytes())]), "credential is missing");
}

#[test]
fn unconfigured_keys_are_rejected() {
    const WRONG: &str = "api key: expected a key of API_KEYS";
    let hash = sha256(SHOP_KEY);
    let short = &SHOP_KEY[..SHOP_KEY.len() - 1];
    for key in ["wrong-key-wrong-key", &hash, &hash.to_uppercase(), &format!("shop:{hash}"), short, "shop"] {
        assert_eq!(cause(&[("x-api-key", key.as_bytes())]), WRONG, "{key}");
        if !key.contains(':') {
            assert_eq!(cause_of(&bearer(key)), WRONG, "{key}");
        }
    }
}

#[test]
fn malformed_credential_headers_are_rejected() {
    const NOT_BEARER: &str = "authorization: expected Bearer, one space and one token";
    for authorization in ["", "Bearer", "Bearer ", "Basic c2hvcDpzaG9w", SHOP_KEY, "Bearer  x", "Bearer x y"]
    {
        assert_eq!(cause_of(authorization), NOT_BEARER, "{authorization:?}");
    }
    assert_eq!(cause(&[("authorization", b"Bearer \xff")]), NOT_BEARER);
    // A second one of each, good or bad, on either side.
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

/// Good or bad: a request has one caller.
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

#[test]
fn invalid_claims_are_rejected() {
    let other = json!("https://other.example");
    let cases = [
        (json!({ "exp": NOW - 31 }), "jwt exp: expired 31 s ago"),
        (json!({ "exp": NOW - 30 }), "jwt exp: expired 30 s ago"),
        (json!({ "exp": null }), "jwt exp: missing"),
        (json!({ "exp": "9999999999" }), "jwt exp: expected seconds from 1970 to 2106"),
        (json!({ "exp": 1e300 }), "jwt exp: expected seconds from 1970 to 2106"),
        (json!({ "exp": u64::from(NOW) * 1000 }), "jwt exp: expected seconds from 1970 to 2106"),
        (json!({ "nbf": NOW + 31 }), "jwt nbf: 31 s ahead"),
        (json!({ "iat": NOW + 31 }), "jwt iat: 31 s ahead"),
        (json!({ "iss": null }), "jwt iss: missing"),
        (
            json!({ "iss": other }),
            r#"jwt iss: expected "https://issuer.example/", got "https://other.example""#,
        ),
        (
            json!({ "iss": "https://issuer.example" }),
            r#"jwt iss: expected "https://issuer.example/", got "https://issuer.example""#,
        ),
        (json!({ "aud": null }), "jwt aud: missing"),
        (
            json!({ "aud": other }),
            r#"jwt aud: expected "https://tokens.example", got "https://other.example""#,
        ),
        (json!({ "aud": [] }), r#"jwt aud: expected "https://tokens.example", got """#),
        (json!({ "aud": [AUDIENCE, 1] }), "jwt aud: expected a text or a list of texts"),
        (json!({ "sub": null }), "jwt sub: missing; set JWT_UID_CLAIM to a claim that identifies the user"),
        (json!({ "sub": "" }), "jwt sub: empty"),
        (json!({ "sub": "0" }), "jwt sub: expected one user, got a wildcard"),
        (json!({ "sub": 0 }), "jwt sub: expected one user, got a wildcard"),
        (json!({ "sub": "*" }), "jwt sub: expected one user, got a wildcard"),
        (json!({ "sub": "ali*" }), "jwt sub: expected one user, got a wildcard"),
        (json!({ "sub": ["alice"] }), "jwt sub: expected a text or an integer"),
    ];
    for (changes, expected) in cases {
        assert_eq!(cause_of(&alice(&changes)), expected, "{changes}");
    }
    let mut unnamed = claims();
    unnamed["sub"] = Value::Null;
    assert_eq!(cause_of(&signed(&unnamed)), "jwt sub: expected a text or an integer");
}

#[test]
fn malformed_grants_are_rejected() {
    let cases = [
        (json!(null), "expected an object, got null; have the issuer leave the claim out"),
        (json!([]), "expected an object"),
        (
            json!("channels"),
            "expected an object, got text; have the issuer add the claim as JSON, not as text",
        ),
        (json!(true), "expected an object"),
        (json!({ "channel": ["room-1"] }), r#"unknown member "channel""#),
        (json!({ "Channels": [] }), r#"unknown member "Channels""#),
        (json!({ "channels": "room-1" }), "channels: expected a list of texts"),
        (json!({ "channels": null }), "channels: expected a list of texts"),
        (json!({ "roles": ["host"] }), r#"roles: unknown name "host""#),
        (json!({ "tokenTypes": ["RTC"] }), r#"tokenTypes: unknown name "RTC""#),
        (json!({ "maxExpireTime": 0 }), "maxExpireTime: expected an integer of at least 1"),
        (json!({ "maxExpireTime": "600" }), "maxExpireTime: expected an integer of at least 1"),
        (json!({ "wildcards": "false" }), "wildcards: expected true or false"),
        (json!({ "uid": "*" }), "uid: expected one user, got a wildcard"),
        (json!({ "uid": 0 }), "uid: expected one user, got a wildcard"),
    ];
    for (grants, expected) in cases {
        let mut claims = claims();
        claims["agora"] = grants.clone();
        assert_eq!(cause_of(&signed(&claims)), format!("jwt agora: {expected}"), "{grants}");
    }
}

#[test]
fn foreign_signatures_are_rejected() {
    let rsa_named = |header: Value| Key::rsa().jwt_with(&header, &claims());
    let stranger = Key::other_rsa();
    let header = json!({
        "alg": "RS256",
        "kid": "rsa",
        "jku": "https://attacker.example/jwks.json",
        "jwk": stranger.jwk(&json!({ "kid": "rsa" })),
        "x5u": "https://attacker.example/chain.pem",
        "x5c": ["MIIB"],
    });
    let expected_alg = |alg: &str| {
        format!(
            "jwt alg: expected RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, EdDSA, HS256, HS384, or HS512, got {alg:?}"
        )
    };
    let unsigned = rsa_named(json!({ "alg": "none", "kid": "rsa" }));
    let unsigned = &unsigned[..=unsigned.rfind('.').unwrap()];
    let oversized = Key::ed25519().jwt_of("ed25519", &claims_with(&json!({ "pad": "x".repeat(9_000) })));
    let twice = claims().to_string().replacen('{', r#"{"sub":"bob","#, 1);
    let cases = [
        (unsigned.to_owned(), expected_alg("none")),
        (rsa_named(json!({ "alg": "NONE", "kid": "rsa" })), expected_alg("NONE")),
        (
            Key::of_secret(RSA_PUBLIC_PEM).jwt_of("rsa", &claims()),
            "jwt alg: expected an algorithm of public keys, got HS256; set JWT_SECRET, or have the issuer sign with a public key".into(),
        ),
        (Key::p256().jwt_of("rsa", &claims()), "jwt alg: expected RS256, got ES256".into()),
        (Key::ed25519().jwt_of("p256", &claims()), "jwt alg: expected ES256, got EdDSA".into()),
        (rsa_named(json!({ "alg": "RS512", "kid": "rsa" })), "jwt alg: expected RS256, got RS512".into()),
        (rsa_named(json!({ "alg": "PS256", "kid": "rsa" })), "jwt alg: expected RS256, got PS256".into()),
        (
            stranger.jwt_with(&header, &claims()),
            r#"jwt signature: does not verify with the key "rsa""#.into(),
        ),
        (stranger.jwt(&claims()), "jwt signature: does not verify with the key".into()),
        (Key::ed25519().jwt_of("ED25519", &claims()), r#"jwt unknown kid "ED25519""#.into()),
        (
            Key::ed25519().jwt_of_texts(r#"{"alg":"EdDSA","kid":"ed25519"}"#, &twice),
            "jwt payload: a name is repeated".into(),
        ),
        (oversized.clone(), format!("jwt length: expected at most 8192 bytes, got {}", oversized.len())),
    ];
    for (jwt, expected) in cases {
        assert_eq!(cause_of(&bearer(&jwt)), expected);
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
