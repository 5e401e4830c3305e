//! Wycheproof's vectors, on the handler's checks and the verifier of the local server.

use agora_token_server::auth::{
    Algorithm, AuthError, Authenticator, BadJwt, Cause, Credentials, JwtSettings, KeyMaterial, Part,
    PublicKey,
};
use agora_token_server::is_valid_signature;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::{now, settings};
use crate::common::issuer::{Key, authenticate, fetch_due, key_set};

fn read(name: &str) -> Value {
    let path = format!("{}/tests/vectors/wycheproof/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn list<'a>(value: &'a Value, member: &str) -> &'a Vec<Value> {
    value[member].as_array().unwrap()
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap()
}

fn bytes(value: &Value, member: &str) -> Vec<u8> {
    let digits = text(value, member);
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

fn public_key(jwk: &Value) -> PublicKey {
    let number = |member| URL_SAFE_NO_PAD.decode(text(jwk, member)).unwrap();
    let point = || [vec![4], number("x"), number("y")].concat();
    let material = match (text(jwk, "kty"), jwk["crv"].as_str()) {
        ("RSA", _) => KeyMaterial::Rsa { n: number("n"), e: number("e") },
        ("EC", Some("P-256")) => KeyMaterial::P256(point().try_into().unwrap()),
        ("EC", Some("P-384")) => KeyMaterial::P384(point().try_into().unwrap()),
        ("OKP", Some("Ed25519")) => KeyMaterial::Ed25519(number("x").try_into().unwrap()),
        other => panic!("{other:?}"),
    };
    PublicKey::new(material).unwrap()
}

#[test]
fn wycheproof_signatures_verify_as_expected() {
    for (name, count) in [
        ("es256", 262),
        ("es384", 280),
        ("eddsa", 151),
        ("rs256-2048", 259),
        ("rs384-2048", 258),
        ("rs512-2048", 259),
        ("ps256-2048", 108),
        ("ps384-2048", 141),
        ("ps512-4096", 179),
    ] {
        let file = read(name);
        let algorithm: Algorithm = text(&file, "algorithm").parse().unwrap();
        let mut tests = 0;
        for group in list(&file, "testGroups") {
            let key = public_key(&group["jwk"]);
            assert!(key.algorithms().contains(&algorithm));
            for test in list(group, "tests") {
                tests += 1;
                let is_valid = is_valid_signature(algorithm, &key, &bytes(test, "msg"), &bytes(test, "sig"));
                // "acceptable" is a DigestInfo without its NULL, which RFC 8017 §A.2.4 lets a verifier
                // take. Neither does here.
                assert_eq!(is_valid, text(test, "result") == "valid", "{name} {test}");
            }
        }
        assert_eq!(tests, count, "{name}");
    }
}

/// Secrets that are text are configured; all other keys are in a key set.
fn authenticator(key: &Value) -> Option<Authenticator> {
    let jwks = key["keys"].as_array().cloned().unwrap_or_else(|| vec![key.clone()]);
    let shared = match &jwks[..] {
        [jwk] if jwk["kty"] == "oct" => URL_SAFE_NO_PAD.decode(text(jwk, "k")).unwrap(),
        _ => Vec::new(),
    };
    if let Some(secret) = String::from_utf8(shared).ok().filter(|secret| !secret.is_empty()) {
        let algorithm = jwks[0]["alg"].as_str();
        let settings = JwtSettings { secret: Some(&secret), algorithm, ..settings() };
        return Some(Authenticator::new(None, Some(settings.parse().ok()?)));
    }
    let published = JwtSettings { jwks_url: Some("https://issuer.example/keys"), ..settings() };
    let authenticator = Authenticator::new(None, Some(published.parse().unwrap()));
    let wanted = "Bearer eyJhbGciOiJSUzI1NiJ9.e30.AA";
    let credentials = Credentials { authorization: Some(wanted), ..Credentials::default() };
    let claim = fetch_due(&authenticator, &credentials, now()).unwrap();
    claim.resolve(Ok(&key_set(&jwks)), now()).ok()?;
    Some(authenticator)
}

/// Whether the signature is accepted. The payloads are not claims, which are checked later.
fn is_accepted(authenticator: &Authenticator, jws: &str) -> bool {
    let bearer = format!("Bearer {jws}");
    let credentials = Credentials { authorization: Some(&bearer), ..Credentials::default() };
    match authenticate(authenticator, &credentials, now()) {
        Ok(caller) => panic!("{caller:?}"),
        Err(AuthError::Refused(Cause::Jwt(BadJwt::Json(Part::Payload, _)) | Cause::Claim(_))) => true,
        Err(AuthError::Refused(_)) => false,
        Err(AuthError::Unavailable(cause)) => panic!("{cause}"),
    }
}

#[test]
fn wycheproof_jws_and_jwk_are_read_as_expected() {
    // Verdicts that differ from Wycheproof's, with the reason.
    let exceptions = read("exceptions");
    for (name, count) in [("jws", 401), ("jwk", 26)] {
        let (mut tests, mut accepted) = (0, 0);
        for group in list(&read(name), "testGroups") {
            let authenticator = authenticator(&group["key"]);
            for test in list(group, "tests") {
                tests += 1;
                let is_accepted =
                    authenticator.as_ref().is_some_and(|one| is_accepted(one, text(test, "jws")));
                accepted += u32::from(is_accepted);
                let exception = exceptions.as_array().unwrap().iter().find(|exception| {
                    text(exception, "file") == name && list(exception, "tests").contains(&test["tcId"])
                });
                let is_expected = (text(test, "result") == "valid") == exception.is_none();
                assert_eq!(is_accepted, is_expected, "{name} {test} {exception:?}");
            }
        }
        assert_eq!(tests, count, "{name}");
        assert!(accepted > 3, "{name}: {accepted}");
    }
}

/// The log names the reason. The tests above see only that the key is not used.
#[test]
fn key_that_can_be_factored_is_named() {
    let vectors = read("jwk");
    let is_roca = |group: &&Value| text(&group["tests"][0], "comment").contains("Roca");
    let group = list(&vectors, "testGroups").iter().find(is_roca).unwrap();
    let published = JwtSettings { jwks_url: Some("https://issuer.example/keys"), ..settings() };
    let authenticator = Authenticator::new(None, Some(published.parse().unwrap()));
    let bearer = format!("Bearer {}", text(&group["tests"][0], "jws"));
    let credentials = Credentials { authorization: Some(&bearer), ..Credentials::default() };
    let claim = fetch_due(&authenticator, &credentials, now()).unwrap();
    let error = claim.resolve(Ok(&key_set(list(&group["key"], "keys"))), now()).unwrap_err();
    assert!(error.to_string().contains("an RSA key that can be factored (CVE-2017-15361)"), "{error}");
}

#[test]
fn thumbprint_equals_published_examples() {
    // RFC 7638 §3.1 and RFC 8037 appendix A.3.
    let rsa = serde_json::json!({ "kty": "RSA", "e": "AQAB", "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw" });
    let ed25519 = serde_json::json!({ "crv": "Ed25519", "kty": "OKP", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" });
    for (jwk, thumbprint) in [
        (rsa, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"),
        (ed25519, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"),
    ] {
        let key = public_key(&jwk);
        assert_eq!(URL_SAFE_NO_PAD.encode(key.thumbprint()), thumbprint);
        assert_eq!(format!("{key:?}"), format!("PublicKey({thumbprint})"));
        assert_eq!(key.jwk(), jwk.to_string());
    }
    for jwk in [Key::p256(), Key::p384()].map(|key| key.jwk(&serde_json::json!({}))) {
        let required = serde_json::json!({ "crv": jwk["crv"], "kty": "EC", "x": jwk["x"], "y": jwk["y"] });
        assert_eq!(public_key(&jwk).jwk(), required.to_string());
    }
}
