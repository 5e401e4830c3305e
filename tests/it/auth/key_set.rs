use std::time::Duration;

use agora_token_server::auth::{
    Authenticator, Caller, Credentials, JwtSettings, KEY_SET_MAX_BYTES, KEY_SET_TIMEOUT, KeySetClaim,
    KeySetError,
};
use agora_token_server::fetch::FetchError;
use agora_token_server::time::UnixTime;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{accepting, after, ask_with_jwt, now, outage, refusal, settings};
use crate::common::issuer::{Key, NOW, claims_with, fetch_due, key_set};

const URL: &str = "https://issuer.example/jwks.json";

fn authenticator() -> Authenticator {
    accepting(JwtSettings { jwks_url: Some(URL), ..settings() })
}

/// With a set already fetched.
fn holding(jwks: &[Value]) -> Authenticator {
    let authenticator = authenticator();
    fetched(&authenticator, &Ok(key_set(jwks)), now()).unwrap();
    authenticator
}

fn k1() -> Value {
    Key::rsa().jwk(&json!({ "kid": "k1", "use": "sig", "alg": "RS256" }))
}

fn k2() -> Value {
    Key::p256().jwk(&json!({ "kid": "k2" }))
}

/// Valid for two days, so that only keys matter.
fn claims() -> Value {
    claims_with(&json!({ "exp": NOW + 200_000 }))
}

fn due<'a>(authenticator: &'a Authenticator, token: &str, at: UnixTime) -> Option<KeySetClaim<'a>> {
    let authorization = format!("Bearer {token}");
    let credentials = Credentials { authorization: Some(&authorization), ..Credentials::default() };
    fetch_due(authenticator, &credentials, at)
}

fn is_due(authenticator: &Authenticator, token: &str, at: UnixTime) -> bool {
    due(authenticator, token, at).is_some_and(|claim| claim.request().url == URL)
}

/// The result of a fetch with this response.
#[track_caller]
fn fetched(
    authenticator: &Authenticator,
    answer: &Result<Vec<u8>, FetchError>,
    at: UnixTime,
) -> Result<(), KeySetError> {
    let claim = due(authenticator, &Key::rsa().jwt_of("k1", &claims()), at).expect("a fetch is due");
    assert_eq!(claim.request().url, URL);
    claim.resolve(answer.as_deref().map_err(|error| *error), at).map(drop)
}

/// One request: a fetch if one is due, then the answer.
fn request(
    authenticator: &Authenticator,
    token: &str,
    at: UnixTime,
    issuer: impl Fn() -> Result<Vec<u8>, FetchError>,
) -> (Result<Caller, agora_token_server::auth::AuthError>, usize) {
    let mut fetches = 0;
    if let Some(claim) = due(authenticator, token, at) {
        fetches += 1;
        let answer = issuer();
        let _ = claim.resolve(answer.as_deref().map_err(|error| *error), at);
    }
    (ask_with_jwt(authenticator, token, at), fetches)
}

fn down() -> Result<Vec<u8>, FetchError> {
    Err(FetchError::TimedOut)
}

#[test]
fn key_set_is_fetched_once() {
    let authenticator = authenticator();
    let up = || Ok(key_set(&[k1(), k2()]));
    let token = Key::rsa().jwt_of("k1", &claims());
    let (answer, fetches) = request(&authenticator, &token, now(), up);
    assert!(answer.is_ok());
    assert_eq!(fetches, 1);
    for seconds in [0, 1, 59, 61, 599] {
        let (answer, fetches) = request(&authenticator, &token, after(seconds), up);
        assert!(answer.is_ok());
        assert_eq!(fetches, 0);
    }
    assert!(ask_with_jwt(&authenticator, &Key::p256().jwt_of("k2", &claims()), now()).is_ok());
}

#[test]
fn malformed_jwt_fetches_nothing() {
    let authenticator = authenticator();
    let good = Key::rsa().jwt(&claims());
    let none = Key::rsa().jwt_with(&json!({ "alg": "none" }), &claims());
    for token in ["x", "a.b", "a.b.c", &none, &good[5..], &"x".repeat(10_000)] {
        assert!(due(&authenticator, token, now()).is_none(), "{token}");
    }
    assert!(fetch_due(&authenticator, &Credentials::default(), now()).is_none());
    assert!(fetch_due(&Authenticator::none(), &Credentials::default(), now()).is_none());
}

#[test]
fn configured_key_fetches_nothing() {
    let authenticator = Authenticator::new(None, Some(super::rsa_jwt()));
    assert!(due(&authenticator, &Key::rsa().jwt_of("k9", &claims()), now()).is_none());
}

#[test]
fn old_key_set_is_renewed_by_one_request() {
    let authenticator = holding(&[k1()]);
    let token = Key::rsa().jwt_of("k1", &claims());
    assert!(!is_due(&authenticator, &token, after(599)));
    let claim = due(&authenticator, &token, after(600)).unwrap();
    assert!(!is_due(&authenticator, &token, after(600)));
    assert!(ask_with_jwt(&authenticator, &token, after(600)).is_ok());
    assert!(claim.resolve(Ok(&key_set(&[k2()])), after(600)).is_ok());
    assert_eq!(refusal(ask_with_jwt(&authenticator, &token, after(600))), r#"jwt unknown kid "k1""#);
}

#[test]
fn unknown_kid_refetches_at_most_once_minute() {
    let authenticator = holding(&[k1()]);
    let up = || Ok(key_set(&[k1()]));
    let forged = |n: u32| Key::other_rsa().jwt_of(&format!("forged-{n}"), &claims());
    let mut fetches = 0;
    for n in 0..50 {
        let (answer, count) = request(&authenticator, &forged(n), after(100 + n), up);
        assert_eq!(refusal(answer), format!("jwt unknown kid \"forged-{n}\""));
        fetches += count;
    }
    assert_eq!(fetches, 1);
    assert_eq!(request(&authenticator, &forged(50), after(159), up).1, 0);
    assert_eq!(request(&authenticator, &forged(51), after(160), up).1, 1);
}

#[test]
fn rotated_key_is_found_by_kid() {
    let authenticator = holding(&[k1()]);
    let token = Key::p256().jwt_of("k2", &claims());
    let (answer, fetches) = request(&authenticator, &token, after(61), || Ok(key_set(&[k1(), k2()])));
    assert!(answer.is_ok());
    assert_eq!(fetches, 1);
}

#[test]
fn issuer_down_keeps_known_keys_valid() {
    let authenticator = holding(&[k1()]);
    let known = Key::rsa().jwt_of("k1", &claims());
    let unknown = Key::p256().jwt_of("k2", &claims());
    let (answer, fetches) = request(&authenticator, &known, after(600), down);
    assert!(answer.is_ok());
    assert_eq!(fetches, 1);
    for seconds in [601, 630, 659] {
        let (answer, fetches) = request(&authenticator, &unknown, after(seconds), down);
        assert_eq!(outage(answer), "key set: timed out");
        assert_eq!(fetches, 0, "it is left alone for a minute after a failure too");
    }
    assert_eq!(request(&authenticator, &unknown, after(660), down).1, 1);
    assert!(request(&authenticator, &known, after(86_399), down).0.is_ok(), "for a day");
    assert_eq!(outage(request(&authenticator, &known, after(86_460), down).0), "key set: timed out");
    let (answer, _) = request(&authenticator, &known, after(86_520), || Ok(key_set(&[k1()])));
    assert!(answer.is_ok());
}

#[test]
fn missing_key_set_is_retried_every_ten_seconds() {
    let authenticator = authenticator();
    let token = Key::rsa().jwt_of("k1", &claims());
    let mut fetches = 0;
    for seconds in 0..30 {
        let (answer, count) = request(&authenticator, &token, after(seconds), down);
        assert_eq!(outage(answer), "key set: timed out");
        fetches += count;
    }
    assert_eq!(fetches, 3);
    assert!(request(&authenticator, &token, after(30), || Ok(key_set(&[k1()]))).0.is_ok());
}

#[test]
fn unknown_kid_while_issuer_is_down_is_unavailable() {
    let authenticator = authenticator();
    assert_eq!(
        outage(ask_with_jwt(&authenticator, &Key::rsa().jwt_of("k1", &claims()), now())),
        "key set: not fetched yet"
    );
    let none = Key::rsa().jwt_with(&json!({ "alg": "none" }), &claims());
    assert_eq!(
        refusal(ask_with_jwt(&authenticator, &none, now())),
        r#"jwt alg: expected RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, EdDSA, HS256, HS384, or HS512, got "none""#
    );
}

#[test]
fn cold_start_burst_fetches_at_most_sixteen_times() {
    let authenticator = authenticator();
    let token = Key::rsa().jwt_of("k1", &claims());
    let mut claims: Vec<_> = (0..100).filter_map(|_| due(&authenticator, &token, now())).collect();
    assert_eq!(claims.len(), 16);
    assert_eq!(outage(ask_with_jwt(&authenticator, &token, now())), "key set: not fetched yet");
    assert!(claims.pop().unwrap().resolve(Ok(&key_set(&[k1()])), now()).is_ok());
    let failed = claims.pop().unwrap().resolve(Err(FetchError::Unreachable), now());
    assert!(failed.is_ok_and(|set| set.is_none()), "one success is enough");
    assert!(ask_with_jwt(&authenticator, &token, now()).is_ok());
}

#[test]
fn lost_fetch_blocks_no_later_fetch() {
    let authenticator = authenticator();
    let token = Key::rsa().jwt_of("k1", &claims());
    // A platform can end a request without dropping it.
    let lose = |token: &str, at| due(&authenticator, token, at).map(std::mem::forget).is_some();
    while lose(&token, now()) {}
    assert!(!is_due(&authenticator, &token, after(4)));
    assert!(is_due(&authenticator, &token, after(10)));

    let authenticator = holding(&[k1()]);
    let lose = |token: &str, at| due(&authenticator, token, at).map(std::mem::forget).is_some();
    let unknown = Key::p256().jwt_of("k2", &claims());
    assert!(lose(&unknown, after(60)));
    assert_eq!(outage(ask_with_jwt(&authenticator, &unknown, after(61))), "key set: not fetched yet");
    assert!(ask_with_jwt(&authenticator, &token, after(61)).is_ok());
    assert!(!is_due(&authenticator, &unknown, after(119)));
    assert!(is_due(&authenticator, &unknown, after(120)));
}

#[test]
fn dropped_claim_is_released() {
    let authenticator = authenticator();
    let token = Key::rsa().jwt_of("k1", &claims());
    for _ in 0..100 {
        assert!(is_due(&authenticator, &token, now()), "each request hangs up");
    }
    let claims_kept: Vec<_> = (0..100).filter_map(|_| due(&authenticator, &token, now())).collect();
    assert_eq!(claims_kept.len(), 16);
    drop(claims_kept);

    let authenticator = holding(&[k1()]);
    let unknown = Key::p256().jwt_of("k2", &claims());
    assert!(is_due(&authenticator, &unknown, after(60)));
    let again = due(&authenticator, &unknown, after(60)).expect("the first claim was released");
    assert!(!is_due(&authenticator, &unknown, after(60)));
    again.resolve(Ok(&key_set(&[k1(), k2()])), after(60)).unwrap();
    assert!(ask_with_jwt(&authenticator, &unknown, after(60)).is_ok());
    assert!(!is_due(&authenticator, &Key::rsa().jwt_of("k9", &claims()), after(61)), "a minute's pause");
}

#[test]
fn late_end_of_lost_claim_keeps_newer_claim() {
    let authenticator = holding(&[k1()]);
    let unknown = Key::p256().jwt_of("k2", &claims());
    let lost = due(&authenticator, &unknown, after(60)).unwrap();
    let running = due(&authenticator, &unknown, after(120)).unwrap();
    drop(lost);
    assert!(!is_due(&authenticator, &unknown, after(121)));
    drop(running);
    assert!(is_due(&authenticator, &unknown, after(121)));
}

#[test]
fn late_failure_of_burst_keeps_retry_interval() {
    let authenticator = authenticator();
    let token = Key::rsa().jwt_of("k1", &claims());
    let first = due(&authenticator, &token, now()).unwrap();
    let second = due(&authenticator, &token, after(4)).unwrap();
    assert!(second.resolve(Err(FetchError::Unreachable), after(4)).is_err());
    assert!(first.resolve(Err(FetchError::TimedOut), now()).is_err());
    assert!(!is_due(&authenticator, &token, after(13)), "ten seconds after the second");
    assert!(is_due(&authenticator, &token, after(14)));
}

#[test]
fn clock_set_back_keeps_fetching() {
    let authenticator = holding(&[k1()]);
    let token = Key::rsa().jwt_of("k1", &claims_with(&json!({ "iat": null })));
    let second_earlier = UnixTime::from_secs(NOW - 1);
    assert!(!is_due(&authenticator, &token, second_earlier));
    assert!(ask_with_jwt(&authenticator, &token, second_earlier).is_ok());
    let hour_earlier = UnixTime::from_secs(NOW - 3600);
    assert!(is_due(&authenticator, &token, hour_earlier));
    assert!(ask_with_jwt(&authenticator, &token, hour_earlier).is_ok());
}

#[test]
fn invalid_key_set_keeps_previous_one() {
    let cases: [(Result<Vec<u8>, FetchError>, &str); 13] = [
        (Err(FetchError::TimedOut), "key set: timed out"),
        (Err(FetchError::TooLarge), "key set: expected at most 262144 bytes"),
        (Err(FetchError::Status(500)), "key set: expected status 200, got 500"),
        (Err(FetchError::Unreachable), "key set: unreachable"),
        (Ok(vec![b' '; 10 * 1024 * 1024]), "key set: expected at most 262144 bytes"),
        (Ok(Vec::new()), "key set: expected JSON with a list of keys"),
        (Ok(b"<html>".to_vec()), "key set: expected JSON with a list of keys"),
        (Ok(b"[]".to_vec()), "key set: expected JSON with a list of keys"),
        (Ok(br#"{"keys":{}}"#.to_vec()), "key set: expected JSON with a list of keys"),
        (Ok(br#"{"keys":[],"keys":[]}"#.to_vec()), "key set: expected JSON with a list of keys"),
        (Ok(key_set(&[])), "key set: expected a list of keys, got an empty one"),
        (Ok(key_set(&vec![k1(); 51])), "key set: expected at most 50 keys, got 51"),
        (
            Ok(key_set(&[Key::secret().jwk(&json!({})), Key::rsa().jwk(&json!({ "use": "enc" }))])),
            "key set: expected a usable key, got none; a secret (oct); replace it, it is public; a key that is not for verifying",
        ),
    ];
    let token = Key::rsa().jwt_of("k1", &claims());
    for (answer, expected) in cases {
        let authenticator = holding(&[k1()]);
        let error = fetched(&authenticator, &answer, after(600)).unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert!(ask_with_jwt(&authenticator, &token, after(600)).is_ok());
        let unknown = Key::p256().jwt_of("k2", &claims());
        assert_eq!(outage(ask_with_jwt(&authenticator, &unknown, after(600))), expected);
    }
}

#[test]
fn symmetric_key_in_key_set_is_ignored() {
    let secret = Key::secret().jwk(&json!({ "kid": "k1", "alg": "HS256" }));
    let authenticator = holding(&[secret, k2()]);
    let token = Key::secret().jwt_of("k1", &claims());
    assert_eq!(
        refusal(ask_with_jwt(&authenticator, &token, now())),
        "jwt alg: expected an algorithm of public keys, got HS256; set JWT_SECRET, or have the issuer sign with a public key"
    );
    assert!(!is_due(&authenticator, &token, after(10_000)), "no key set can help");
}

#[test]
fn small_order_points_are_not_keys() {
    // libsodium's blocklist, with each sign of x.
    let y = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ];
    for (y, sign) in y.iter().flat_map(|y| [(y, 0), (y, 0x80)]) {
        let mut point: Vec<u8> =
            (0..32).map(|byte| u8::from_str_radix(&y[2 * byte..][..2], 16).unwrap()).collect();
        point[31] |= sign;
        let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(point) });
        let error = fetched(&authenticator(), &Ok(key_set(&[jwk])), now()).unwrap_err();
        assert_eq!(error.to_string(), "key set: expected a usable key, got none; a malformed key", "{y}");
    }
}

#[test]
fn alg_of_jwk_comes_before_jwt_algorithm() {
    let settings = JwtSettings { jwks_url: Some(URL), algorithm: Some("PS384"), ..settings() };
    let authenticator = accepting(settings);
    let with = |kid, key: Key, more: Value| {
        let mut jwk = key.jwk(&json!({ "kid": kid }));
        jwk.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        jwk
    };
    let set = key_set(&[
        with("named", Key::rsa(), json!({ "alg": "RS512" })),
        with("unnamed", Key::rsa(), json!({})),
        with("p384", Key::p384(), json!({})),
    ]);
    let claim = due(&authenticator, &Key::rsa().jwt_of("k1", &claims()), now()).unwrap();
    claim.resolve(Ok(&set), now()).unwrap();
    for (kid, key) in [
        ("named", Key::rsa().with_alg("RS512")),
        ("unnamed", Key::rsa().with_alg("PS384")),
        ("p384", Key::p384()),
    ] {
        assert!(ask_with_jwt(&authenticator, &key.jwt_of(kid, &claims()), now()).is_ok(), "{kid}");
    }
    let other = Key::rsa().jwt_of("unnamed", &claims());
    assert_eq!(refusal(ask_with_jwt(&authenticator, &other, now())), "jwt alg: expected PS384, got RS256");
}

#[test]
fn mistakes_in_key_set_are_named() {
    let authenticator = authenticator();
    let claim = due(&authenticator, &Key::rsa().jwt_of("k1", &claims()), now()).unwrap();
    let set = key_set(&[
        k1(),
        Key::p256().jwk(&json!({ "kid": "k2", "d": "AQAB" })),
        // In the form that Web Crypto exports.
        Key::p256().jwk(&json!({ "kid": "k5", "d": "AQAB", "key_ops": ["sign"], "ext": true })),
        Key::rsa().jwk(&json!({ "kid": "k6", "d": "AQAB", "use": "enc" })),
        Key::secret().jwk(&json!({ "kid": "k7", "use": "sig" })),
        Key::secret().jwk(&json!({ "kid": "k8", "key_ops": ["sign"] })),
        Key::p256().jwk(&json!({ "alg": "ES384" })),
        // Not errors: keys for another use.
        Key::rsa().jwk(&json!({ "kid": "k3", "use": "enc" })),
        json!({ "kty": "EC", "crv": "secp256k1", "kid": "k4" }),
    ]);
    let set = claim.resolve(Ok(&set), now()).unwrap().unwrap();
    let mistakes: Vec<String> = set.mistakes().map(ToString::to_string).collect();
    assert_eq!(
        mistakes,
        [
            r#"key set: kid "k2" is not used: a key with its private part; replace it, it is public"#,
            r#"key set: kid "k5" is not used: a key with its private part; replace it, it is public"#,
            r#"key set: kid "k6" is not used: a key with its private part; replace it, it is public"#,
            r#"key set: kid "k7" is not used: a secret (oct); replace it, it is public"#,
            r#"key set: kid "k8" is not used: a secret (oct); replace it, it is public"#,
            "key set: a key without kid is not used: an algorithm that the key is not for",
        ]
    );
}

#[test]
fn key_for_other_use_is_ignored() {
    let unusable = [
        (json!({ "use": "enc" }), "a key that is not for verifying"),
        (json!({ "use": null }), "a key that is not for verifying"),
        (json!({ "key_ops": ["encrypt"] }), "a key that is not for verifying"),
        (json!({ "key_ops": "verify" }), "a key that is not for verifying"),
        (json!({ "alg": "ES384" }), "an algorithm that the key is not for"),
        (json!({ "alg": "none" }), "an algorithm that the key is not for"),
        (json!({ "alg": "HS256" }), "an algorithm that the key is not for"),
        (json!({ "alg": "ES256" }), "an algorithm that the key is not for"),
        (json!({ "alg": null }), "an algorithm that the key is not for"),
        (json!({ "kty": "rsa" }), "expected RSA, P-256, P-384 or Ed25519, got another type"),
        (json!({ "kty": "EC", "crv": "P-384" }), "a malformed key"),
        (json!({ "kty": "EC", "crv": "P-521" }), "expected RSA, P-256, P-384 or Ed25519, got another type"),
        (json!({ "kty": "OKP", "crv": "X25519" }), "expected RSA, P-256, P-384 or Ed25519, got another type"),
        (json!({ "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA" }), "a malformed key"),
        (json!({ "kty": "EC", "crv": "P-256", "x": "A".repeat(64), "y": "A".repeat(64) }), "a malformed key"),
        (json!({ "kty": "EC", "crv": "P-384", "x": "A".repeat(43), "y": "A".repeat(43) }), "a malformed key"),
        (json!({ "kty": "OKP", "crv": "Ed25519", "x": "AQ" }), "a malformed key"),
        // The neutral element, under which a signature of zeros fits every message.
        (json!({ "kty": "OKP", "crv": "Ed25519", "x": format!("AQ{}", "A".repeat(41)) }), "a malformed key"),
        (json!({ "n": "AQAB" }), "expected an RSA key of 2048 to 4096 bits"),
        (json!({ "n": "" }), "expected an RSA key of 2048 to 4096 bits"),
        (json!({ "n": "_".repeat(343) }), "a malformed key"),
        // Even.
        (json!({ "n": format!("{}g", "_".repeat(341)) }), "a malformed key"),
        (json!({ "n": "_".repeat(1364) }), "expected an RSA key of 2048 to 4096 bits"),
        (json!({ "e": "AQ" }), "a malformed key"),
        (json!({ "e": "Ag" }), "a malformed key"),
        (json!({ "e": "" }), "a malformed key"),
        (json!({ "e": "AA" }), "a malformed key"),
        // 2^32 + 1: Web Crypto imports no exponent of more than 32 bits.
        (json!({ "e": "AQAAAAE" }), "a malformed key"),
        (json!({ "d": "AQAB" }), "a key with its private part; replace it, it is public"),
        (json!({ "qi": "" }), "a key with its private part; replace it, it is public"),
        (json!({ "e": 65537 }), "a malformed key"),
        (json!({ "kid": 1 }), "a malformed key"),
    ];
    for (members, expected) in unusable {
        let authenticator = authenticator();
        let set = key_set(&[Key::rsa().jwk(&members)]);
        let error = fetched(&authenticator, &Ok(set), now()).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("key set: expected a usable key, got none; {expected}"),
            "{members}"
        );
    }
    let usable = [
        json!({}),
        json!({ "use": "sig", "key_ops": ["sign", "verify"], "ext": true }),
        json!({ "x5c": ["MII"], "x5t": "x", "unknown": {} }),
        json!({ "alg": "RS512" }),
        json!({ "alg": "PS256" }),
        // Leading zeros, which some issuers write; the largest exponent.
        json!({ "e": "AAABAAE" }),
        json!({ "e": "_____w" }),
    ];
    for members in usable {
        assert_eq!(fetched(&authenticator(), &Ok(key_set(&[Key::rsa().jwk(&members)])), now()), Ok(()));
    }
}

#[test]
fn duplicate_kid_is_ignored() {
    let twin = Key::other_rsa().jwk(&json!({ "kid": "k1" }));
    let authenticator = holding(&[k1(), twin, k2()]);
    let token = Key::rsa().jwt_of("k1", &claims());
    assert_eq!(refusal(ask_with_jwt(&authenticator, &token, now())), r#"jwt several keys have the kid "k1""#);
    assert!(!is_due(&authenticator, &token, after(100)));
    // A key that cannot verify does not count as a duplicate.
    let authenticator = holding(&[k1(), Key::other_rsa().jwk(&json!({ "kid": "k1", "use": "enc" }))]);
    assert!(ask_with_jwt(&authenticator, &token, now()).is_ok());
}

#[test]
fn jwt_without_kid_needs_exactly_one_matching_key() {
    let token = Key::rsa().jwt(&claims());
    assert!(ask_with_jwt(&holding(&[k1(), k2()]), &token, now()).is_ok());
    let twin = Key::other_rsa().jwk(&json!({ "kid": "k4" }));
    let authenticator = holding(&[k1(), twin, k2()]);
    assert_eq!(refusal(ask_with_jwt(&authenticator, &token, now())), "jwt no kid, and several keys fit");
    let authenticator = holding(&[k2()]);
    assert_eq!(refusal(ask_with_jwt(&authenticator, &token, now())), "jwt no kid, and no key fits");
    // An unknown `kid` differs from a missing one.
    let authenticator = holding(&[Key::rsa().jwk(&json!({}))]);
    let named = Key::rsa().jwt_of("k1", &claims());
    assert_eq!(refusal(ask_with_jwt(&authenticator, &named, now())), r#"jwt unknown kid "k1""#);
    let empty = Key::rsa().jwt_of("", &claims());
    assert_eq!(refusal(ask_with_jwt(&authenticator, &empty, now())), r#"jwt unknown kid """#);
    assert!(ask_with_jwt(&authenticator, &token, now()).is_ok());
}

#[test]
fn key_set_fetch_states_timeout_and_size() {
    assert_eq!(KEY_SET_MAX_BYTES, 256 * 1024);
    let padded = |bytes: usize| {
        let mut set = key_set(&[k1()]);
        set.resize(bytes, b' ');
        fetched(&authenticator(), &Ok(set), now())
    };
    assert_eq!(padded(KEY_SET_MAX_BYTES), Ok(()));
    assert_eq!(padded(KEY_SET_MAX_BYTES + 1), Err(KeySetError::TooLarge));
    let of_keys = |keys: usize| {
        let jwks: Vec<_> = (0..keys).map(|kid| Key::p256().jwk(&json!({ "kid": kid.to_string() }))).collect();
        fetched(&authenticator(), &Ok(key_set(&jwks)), now())
    };
    assert_eq!(of_keys(50), Ok(()));
    assert_eq!(of_keys(51), Err(KeySetError::TooManyKeys { keys: 51 }));
    assert_eq!(KEY_SET_TIMEOUT, Duration::from_secs(3));
}
