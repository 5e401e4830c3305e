use agora_token_server::auth::{Algorithm, Authenticator, JwtSettings};
use serde_json::{Value, json};

use super::{accepting, ask_with_jwt, bound, caller, now, refusal, rsa_jwt, settings};
use crate::common::issuer::{
    ED25519_PUBLIC_PEM, Key, LONG_SECRET, P256_PUBLIC_PEM, P384_PUBLIC_PEM, RSA_PUBLIC_PEM, SECRET, claims,
    claims_with,
};

fn rsa_only() -> Authenticator {
    Authenticator::new(None, Some(rsa_jwt()))
}

fn cause(authenticator: &Authenticator, token: &str) -> String {
    refusal(ask_with_jwt(authenticator, token, now()))
}

const ALGORITHMS: &str =
    "expected RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, EdDSA, HS256, HS384, or HS512";

/// A key of each algorithm, and the settings that name it.
fn with_each_key() -> Vec<(Key, JwtSettings<'static>)> {
    let public = |key: Key, pem| {
        let algorithm = Some(key.alg());
        (key, JwtSettings { public_key: Some(pem), algorithm, ..settings() })
    };
    let shared = |alg| {
        let key = Key::of_secret(LONG_SECRET).with_alg(alg);
        (key, JwtSettings { secret: Some(LONG_SECRET), algorithm: Some(alg), ..settings() })
    };
    let rsa = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];
    let mut keys: Vec<_> = rsa.map(|alg| public(Key::rsa().with_alg(alg), RSA_PUBLIC_PEM)).into();
    keys.extend([
        public(Key::p256(), P256_PUBLIC_PEM),
        public(Key::p384(), P384_PUBLIC_PEM),
        public(Key::ed25519(), ED25519_PUBLIC_PEM),
        shared("HS256"),
        shared("HS384"),
        shared("HS512"),
    ]);
    assert_eq!(keys.len(), Algorithm::ALL.len());
    keys
}

#[test]
fn key_without_algorithm_has_its_default() {
    let public = |pem| JwtSettings { public_key: Some(pem), ..settings() };
    for (key, settings) in [
        (Key::rsa(), public(RSA_PUBLIC_PEM)),
        (Key::p256(), public(P256_PUBLIC_PEM)),
        (Key::p384(), public(P384_PUBLIC_PEM)),
        (Key::ed25519(), public(ED25519_PUBLIC_PEM)),
        (Key::secret(), JwtSettings { secret: Some(SECRET), ..settings() }),
    ] {
        caller(&accepting(settings), &key.jwt(&claims()));
    }
}

#[test]
fn two_public_keys_are_tried_in_order() {
    let other = include_str!("../common/keys/rsa-other.pub.pem");
    let both = format!("{RSA_PUBLIC_PEM}\n{other}");
    let one_line = both.replace('\n', "\\n");
    for pem in [both.as_str(), &one_line] {
        let authenticator = accepting(JwtSettings { public_key: Some(pem), ..settings() });
        caller(&authenticator, &Key::rsa().jwt(&claims()));
        caller(&authenticator, &Key::other_rsa().jwt(&claims()));
        let forged = Key::rsa().jwt(&claims()).replace(".ey", ".eyJ");
        assert_eq!(cause(&authenticator, &forged), "jwt signature: does not verify with the key");
    }
    let mixed = format!("{RSA_PUBLIC_PEM}{P256_PUBLIC_PEM}");
    let authenticator = accepting(JwtSettings { public_key: Some(&mixed), ..settings() });
    caller(&authenticator, &Key::rsa().jwt(&claims()));
    caller(&authenticator, &Key::p256().jwt(&claims()));
    assert_eq!(cause(&authenticator, &Key::ed25519().jwt(&claims())), "jwt alg: expected RS256, got EdDSA");
}

#[test]
fn algorithm_with_its_configured_key_verifies() {
    for (key, settings) in with_each_key() {
        let bearer = caller(&accepting(settings), &key.jwt(&claims()));
        assert_eq!(bearer.subject.as_deref(), Some("alice"), "{}", key.alg());
        assert_eq!(bearer.identity, bound("alice"));
    }
}

#[test]
fn ed25519_algorithm_name_equals_eddsa() {
    let authenticator = accepting(JwtSettings { public_key: Some(ED25519_PUBLIC_PEM), ..settings() });
    caller(&authenticator, &Key::ed25519().jwt_with(&json!({ "alg": "Ed25519" }), &claims()));
}

#[test]
fn key_rejects_every_other_algorithm() {
    for (_, settings) in with_each_key() {
        let authenticator = accepting(settings);
        for (signer, _) in with_each_key() {
            let answer = ask_with_jwt(&authenticator, &signer.jwt(&claims()), now());
            let of_its_own = answer.is_ok();
            if !of_its_own {
                let cause = refusal(answer);
                assert!(cause.starts_with("jwt alg: expected "), "{cause}");
                assert!(cause.contains(&format!(", got {}", signer.alg())), "{cause}");
            }
        }
    }
    assert_eq!(cause(&rsa_only(), &Key::p256().jwt(&claims())), "jwt alg: expected RS256, got ES256");
}

#[test]
fn public_key_as_hmac_secret_is_rejected() {
    // CVE-2015-9235: the verifier's public key as the HMAC key of a token that says HS256.
    let forged = Key::of_secret(RSA_PUBLIC_PEM).jwt(&claims());
    assert_eq!(cause(&rsa_only(), &forged), "jwt alg: expected RS256, got HS256");
}

#[test]
fn alg_none_in_any_case_is_rejected() {
    for alg in ["none", "None", "NONE", "nOnE", ""] {
        let signed = Key::rsa().jwt_with(&json!({ "alg": alg }), &claims());
        let unsigned = &signed[..=signed.rfind('.').unwrap()];
        for token in [&signed, unsigned] {
            let expected = format!("jwt alg: {ALGORITHMS}, got {alg:?}");
            assert_eq!(cause(&rsa_only(), token), expected);
        }
    }
}

#[test]
fn unknown_or_missing_algorithm_is_rejected() {
    for alg in ["ES256K", "ES512", "rs256", "RSA", "Ed448", "dir"] {
        let token = Key::rsa().jwt_with(&json!({ "alg": alg }), &claims());
        let expected = format!("jwt alg: {ALGORITHMS}, got {alg:?}");
        assert_eq!(cause(&rsa_only(), &token), expected);
    }
    for header in [json!({}), json!({ "alg": null }), json!({ "alg": 1 }), json!({ "alg": ["RS256"] })] {
        assert_eq!(cause(&rsa_only(), &Key::rsa().jwt_with(&header, &claims())), "jwt alg: missing");
    }
}

#[test]
fn signature_of_other_key_is_rejected() {
    let token = Key::other_rsa().jwt(&claims());
    assert_eq!(cause(&rsa_only(), &token), "jwt signature: does not verify with the key");
    let token = Key::other_rsa().jwt_of("k1", &claims());
    assert_eq!(cause(&rsa_only(), &token), r#"jwt signature: does not verify with the key "k1""#);
}

#[test]
fn key_in_jwt_header_is_ignored() {
    let attacker = Key::other_rsa();
    let header = json!({
        "alg": "RS256",
        "jku": "https://attacker.example/jwks.json",
        "jwk": attacker.jwk(&json!({})),
        "x5u": "https://attacker.example/chain.pem",
        "x5c": ["MIIB"],
    });
    assert_eq!(
        cause(&rsa_only(), &attacker.jwt_with(&header, &claims())),
        "jwt signature: does not verify with the key"
    );
    // A valid token is accepted with it too.
    caller(&rsa_only(), &Key::rsa().jwt_with(&header, &claims()));
}

#[test]
fn changed_claim_is_rejected() {
    for (key, settings) in with_each_key() {
        let authenticator = accepting(settings);
        let good = key.jwt(&claims());
        let other = key.jwt(&claims_with(&json!({ "sub": "bob" })));
        let [header, _, signature] = good.split('.').collect::<Vec<_>>()[..] else { panic!() };
        let payload = other.split('.').nth(1).unwrap();
        let mixed = format!("{header}.{payload}.{signature}");
        assert_eq!(cause(&authenticator, &mixed), "jwt signature: does not verify with the key");
        for signature in ["", "AA", &signature[4..]] {
            let cut = format!("{header}.{payload}.{signature}");
            assert_eq!(cause(&authenticator, &cut), "jwt signature: does not verify with the key");
        }
    }
}

#[test]
fn ecdsa_signature_of_zeros_is_rejected() {
    // CVE-2022-21449: a verifier accepted r = s = 0 for any message.
    let authenticator = accepting(JwtSettings { public_key: Some(P256_PUBLIC_PEM), ..settings() });
    let token = Key::p256().jwt(&claims());
    let zeros = format!("{}.{}", &token[..token.rfind('.').unwrap()], "A".repeat(86));
    assert_eq!(cause(&authenticator, &zeros), "jwt signature: does not verify with the key");
}

#[test]
fn oversized_jwt_is_rejected_first() {
    let authenticator = rsa_only();
    let of_length = |length: usize| {
        let padding = "x".repeat(length);
        Key::rsa().jwt(&claims_with(&json!({ "padding": padding })))
    };
    let large = of_length(10_000);
    assert_eq!(
        cause(&authenticator, &large),
        format!("jwt length: expected at most 8192 bytes, got {}", large.len())
    );
    caller(&authenticator, &of_length(5_000));
    // A secret, whose signatures have one length.
    let by_secret = accepting(JwtSettings { secret: Some(SECRET), ..settings() });
    let padded = |length: usize| Key::secret().jwt(&claims_with(&json!({ "padding": "x".repeat(length) })));
    let exact = (5_700..6_000).map(padded).find(|token| token.len() >= 8_192).unwrap();
    let kid = |length: usize| Key::secret().jwt_of(&"k".repeat(length), &claims());
    let exact = if exact.len() == 8_192 {
        exact
    } else {
        (5_700..6_100).map(kid).find(|token| token.len() == 8_192).unwrap()
    };
    caller(&by_secret, &exact);
}

#[test]
fn jwt_with_lax_base64url_is_rejected() {
    let authenticator = rsa_only();
    let good = Key::rsa().jwt(&claims());
    let [header, payload, signature] = good.split('.').collect::<Vec<_>>()[..] else { panic!() };
    let cases = [
        (format!("{header}.{payload}"), "jwt parts: expected 3, got 2"),
        (format!("{good}."), "jwt parts: expected 3, got 4"),
        (
            header.to_owned(),
            "jwt parts: expected 3, got 1; it is opaque: request a token for an API or resource",
        ),
        (format!(".{payload}.{signature}"), "jwt header: not JSON at line 1, column 0"),
        (format!("{header}=.{payload}.{signature}"), "jwt header: expected base64url"),
        (format!("{header}.{payload}.{signature}="), "jwt signature: expected base64url"),
        (
            format!("{header}.{payload}.{}", signature.replace(['-', '_'], "+")),
            "jwt signature: expected base64url",
        ),
        // In base64url, the last character of 256 bytes carries 2 bits; its other 4 bits must be zero.
        (format!("{header}.{payload}.{}B", &signature[..341]), "jwt signature: expected base64url"),
    ];
    for (token, expected) in cases {
        assert_eq!(cause(&authenticator, &token), expected, "{token}");
    }
}

#[test]
fn jwt_part_other_than_one_object_is_rejected() {
    let authenticator = rsa_only();
    let (key, good) = (Key::rsa(), claims().to_string());
    let cases = [
        ("[]", good.as_str(), "jwt header: expected an object"),
        ("null", &good, "jwt header: expected an object"),
        ("{", &good, "jwt header: not JSON at line 1, column 1"),
        (r#"{"alg":"RS256"}{}"#, &good, "jwt header: not JSON at line 1, column 16"),
        (r#"{"alg":"RS256"}"#, "[]", "jwt payload: expected an object"),
        (r#"{"alg":"RS256"}"#, "", "jwt payload: not JSON at line 1, column 0"),
    ];
    for (header, payload, expected) in cases {
        assert_eq!(cause(&authenticator, &key.jwt_of_texts(header, payload)), expected);
    }
    let deep = "[".repeat(1_000) + &"]".repeat(1_000);
    let bomb = key.jwt_of_texts(r#"{"alg":"RS256"}"#, &format!(r#"{{"a":{deep}}}"#));
    assert!(cause(&authenticator, &bomb).starts_with("jwt payload: not JSON at"));
}

#[test]
fn duplicate_name_at_any_depth_is_rejected() {
    let authenticator = rsa_only();
    let (key, good) = (Key::rsa(), claims().to_string());
    let plain = r#"{"alg":"RS256"}"#;
    let with = |member: &str| good.replacen('{', &format!("{{{member},"), 1);
    let cases = [
        (r#"{"alg":"none","alg":"RS256"}"#, good.clone(), "jwt header: a name is repeated"),
        (r#"{"alg":"RS256","kid":"a","kid":"b"}"#, good.clone(), "jwt header: a name is repeated"),
        (plain, with(r#""sub":"bob""#), "jwt payload: a name is repeated"),
        (plain, with(r#""s\u0075b":"bob""#), "jwt payload: a name is repeated"),
        (plain, with(r#""exp":1"#), "jwt payload: a name is repeated"),
        (plain, with(r#""agora":{"uid":1,"uid":2}"#), "jwt payload: a name is repeated"),
        (plain, with(r#""x":[{"y":1,"y":1}]"#), "jwt payload: a name is repeated"),
    ];
    for (header, payload, expected) in cases {
        assert_eq!(cause(&authenticator, &key.jwt_of_texts(header, &payload)), expected, "{payload}");
    }
}

#[test]
fn critical_extension_is_rejected() {
    for crit in [json!(["b64"]), json!([]), Value::Null] {
        let header = json!({ "alg": "RS256", "crit": crit, "b64": false });
        assert_eq!(
            cause(&rsa_only(), &Key::rsa().jwt_with(&header, &claims())),
            "jwt crit: expected no extension"
        );
    }
}

#[test]
fn kid_other_than_text_is_rejected() {
    for kid in [json!(1), json!(null), json!(["k1"])] {
        let token = Key::rsa().jwt_with(&json!({ "alg": "RS256", "kid": kid }), &claims());
        assert_eq!(cause(&rsa_only(), &token), "jwt kid: expected a text");
    }
}

#[test]
fn jwt_text_in_log_is_escaped_and_bounded() {
    let token = Key::other_rsa().jwt_of(&format!("a\n\"b{}", "x".repeat(1_000)), &claims());
    let expected = format!(r#"jwt signature: does not verify with the key "a\n\"b{}"…"#, "x".repeat(76));
    assert_eq!(cause(&rsa_only(), &token), expected);
}

#[test]
fn typ_other_than_jwt_type_is_rejected() {
    let typed = |typ: Value| Key::rsa().jwt_with(&json!({ "alg": "RS256", "typ": typ }), &claims());
    for typ in ["JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt", "application/JWT"] {
        caller(&rsa_only(), &typed(json!(typ)));
    }
    for typ in ["logout+jwt", "dpop+jwt", "token-introspection+jwt", "JOSE", "", "application/", "at", "JWT "]
    {
        let expected = format!("jwt typ: expected a type of JWT_TYPE, got {typ:?}");
        assert_eq!(cause(&rsa_only(), &typed(json!(typ))), expected);
    }
    for typ in [json!(null), json!(1), json!(["JWT"])] {
        assert_eq!(cause(&rsa_only(), &typed(typ)), "jwt typ: expected a text");
    }
    let only = JwtSettings { public_key: Some(RSA_PUBLIC_PEM), token_type: Some("at+jwt, x"), ..settings() };
    let only = accepting(only);
    caller(&only, &typed(json!("X")));
    caller(&only, &Key::rsa().jwt(&claims()));
    assert!(
        cause(&only, &typed(json!("JWT"))).starts_with("jwt typ: expected a type of JWT_TYPE, got \"JWT\"")
    );
}

#[test]
fn key_bound_jwt_is_rejected() {
    for cnf in
        [json!({ "jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" }), json!({}), json!("x"), json!(null)]
    {
        let mut bound = claims();
        bound["cnf"] = cnf;
        let expected = "jwt cnf: bound to a key; expected a bearer token";
        assert_eq!(cause(&rsa_only(), &Key::rsa().jwt(&bound)), expected);
    }
}
