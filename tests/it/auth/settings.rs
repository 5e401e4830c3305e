use agora_token_server::auth::{Jwt, JwtSettings};

use super::settings;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::common::issuer::{
    ED25519_PUBLIC_PEM, LONG_SECRET, P256_PUBLIC_PEM, P384_PUBLIC_PEM, RSA_PUBLIC_PEM, SECRET,
};

const URL: &str = "https://issuer.example/.well-known/jwks.json";

fn faults(settings: JwtSettings<'_>) -> Vec<String> {
    settings.parse().unwrap_err().iter().map(|fault| format!("{}: {fault}", fault.variable())).collect()
}

#[test]
fn jwt_settings_without_issuer_audience_or_key_are_rejected() {
    let one_key = "JWT_JWKS_URL: expected exactly one of JWT_JWKS_URL, JWT_PUBLIC_KEY and JWT_SECRET";
    assert_eq!(
        faults(JwtSettings::default()),
        ["JWT_ISSUER: required with AUTH=jwt", "JWT_AUDIENCE: required with AUTH=jwt", one_key]
    );
    let empty = JwtSettings { issuer: Some(""), audience: Some(""), secret: Some(SECRET), ..settings() };
    assert_eq!(faults(empty), ["JWT_ISSUER: required with AUTH=jwt", "JWT_AUDIENCE: required with AUTH=jwt"]);
    let (url, key, secret) = (Some(URL), Some(RSA_PUBLIC_PEM), Some(SECRET));
    for (jwks_url, public_key, secret) in [(url, key, None), (None, key, secret), (url, key, secret)] {
        assert_eq!(faults(JwtSettings { jwks_url, public_key, secret, ..settings() }), [one_key]);
    }
    let with_empty = JwtSettings { jwks_url: Some(""), public_key: Some(""), secret, ..settings() };
    assert!(with_empty.parse().is_ok());
}

#[test]
fn key_set_url_needs_tls_or_loopback() {
    let of_url = |url| JwtSettings { jwks_url: Some(url), ..settings() };
    for url in [
        URL,
        "https://issuer.example",
        "https://issuer.example:8443/keys?version=1",
        "https://192.0.2.1/keys",
        "https://[2001:db8::1]:8443/keys",
        "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com",
        "http://localhost:8000/keys",
        "http://127.0.0.1:8000/keys",
        "http://127.9.9.9/keys",
        "http://[::1]:8000/keys",
    ] {
        assert!(of_url(url).parse().is_ok(), "{url}");
    }
    let plain = "JWT_JWKS_URL: expected an https URL, got http to another machine";
    for url in [
        "http://issuer.example/keys",
        "http://localhost.issuer.example/keys",
        "http://128.0.0.1/keys",
        "http://0.0.0.0/keys",
        "http://[::]/keys",
    ] {
        assert_eq!(faults(of_url(url)), [plain], "{url}");
    }
    for url in
        ["ftp://issuer.example/keys", "issuer.example/keys", "HTTPS://issuer.example/keys", "file:///keys"]
    {
        assert_eq!(faults(of_url(url)), ["JWT_JWKS_URL: expected an https URL"], "{url}");
    }
    for url in [
        "https://",
        "https:///keys",
        "https://user@issuer.example/keys",
        "http://localhost@issuer.example/keys",
        r"http://localhost\@issuer.example/keys",
        "https://issuer.example:port/keys",
        "https://issuer.example:0/keys",
        "https://issuer.example:/keys",
        "https://issuer.example/keys#fragment",
        "https://issuer.example/two words",
        "https://issuer.example/keys\n",
        "https://[::1/keys",
        "https://[]/keys",
        "https://[issuer.example]x/keys",
    ] {
        let malformed = "JWT_JWKS_URL: expected https://host[:port]/path, without user and fragment";
        assert_eq!(faults(of_url(url)), [malformed], "{url}");
    }
}

#[test]
fn public_key_other_than_known_pem_is_rejected() {
    let of_key = |key| JwtSettings { public_key: Some(key), ..settings() };
    let expected =
        "JWT_PUBLIC_KEY: expected a PEM public key (BEGIN PUBLIC KEY) of RSA, P-256, P-384 or Ed25519";
    let cut = &RSA_PUBLIC_PEM[..200];
    let certificate = RSA_PUBLIC_PEM.replace("PUBLIC KEY", "CERTIFICATE");
    let pkcs1 = RSA_PUBLIC_PEM.replace("PUBLIC KEY", "RSA PUBLIC KEY");
    let p521 = include_str!("../common/keys/p521.pub.pem");
    for key in ["key", cut, &certificate, &pkcs1, p521, URL] {
        assert_eq!(faults(of_key(key)), [expected]);
    }
    let private = include_str!("../common/keys/rsa.pem");
    assert_eq!(faults(of_key(private)), ["JWT_PUBLIC_KEY: expected a public key, got a private key"]);
    // An exponent with a leading zero, which DER forbids.
    let mut der = STANDARD
        .decode(RSA_PUBLIC_PEM.lines().filter(|line| !line.starts_with('-')).collect::<String>())
        .unwrap();
    assert!(der.ends_with(&[2, 3, 1, 0, 1]));
    der.truncate(der.len() - 5);
    // And an empty one.
    for exponent in [&[2, 4, 0, 1, 0, 1][..], &[2, 0]] {
        let mut der = [&der, exponent].concat();
        for length in [3, 22, 27] {
            der[length] = der[length] + u8::try_from(exponent.len()).unwrap() - 5;
        }
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der));
        assert_eq!(faults(JwtSettings { public_key: Some(&pem), ..settings() }), [expected]);
    }
    let weak = include_str!("../common/keys/rsa-1024.pub.pem");
    assert_eq!(faults(of_key(weak)), ["JWT_PUBLIC_KEY: expected an RSA key of 2048 to 4096 bits"]);
}

#[test]
fn secret_below_32_bytes_or_pem_is_rejected() {
    let sixteen_characters = "é".repeat(16);
    let of_secret = |secret| JwtSettings { secret: Some(secret), ..settings() };
    assert!(of_secret(&sixteen_characters).parse().is_ok(), "bytes, not characters");
    assert_eq!(
        faults(of_secret(&SECRET[1..])),
        ["JWT_SECRET: expected a secret of at least 32 bytes, got 31"]
    );
    assert_eq!(
        faults(of_secret(ED25519_PUBLIC_PEM)),
        ["JWT_SECRET: expected a secret, got a PEM key; set JWT_PUBLIC_KEY instead"]
    );
}

#[test]
fn secret_is_as_long_as_its_hash() {
    for (algorithm, min) in [("HS256", 32), ("HS384", 48), ("HS512", 64)] {
        let of_length = |length| JwtSettings {
            secret: Some(&LONG_SECRET[..length]),
            algorithm: Some(algorithm),
            ..settings()
        };
        assert!(of_length(min).parse().is_ok());
        let short = format!("JWT_SECRET: expected a secret of at least {min} bytes, got {}", min - 1);
        assert_eq!(faults(of_length(min - 1)), [short]);
    }
}

#[test]
fn jwt_algorithm_must_fit_key() {
    let unfit = |variable| format!("JWT_ALGORITHM: expected an algorithm of the key in {variable}");
    let of_key =
        |key, algorithm| JwtSettings { public_key: Some(key), algorithm: Some(algorithm), ..settings() };
    assert!(of_key(RSA_PUBLIC_PEM, "PS512").parse().is_ok());
    assert!(of_key(ED25519_PUBLIC_PEM, "Ed25519").parse().is_ok());
    for (key, algorithm) in [
        (RSA_PUBLIC_PEM, "ES256"),
        (RSA_PUBLIC_PEM, "HS256"),
        (ED25519_PUBLIC_PEM, "RS256"),
        (P256_PUBLIC_PEM, "ES384"),
    ] {
        assert_eq!(faults(of_key(key, algorithm)), [unfit("JWT_PUBLIC_KEY")], "{algorithm}");
    }
    let secret = JwtSettings { secret: Some(SECRET), algorithm: Some("RS256"), ..settings() };
    assert_eq!(faults(secret), [unfit("JWT_SECRET")]);
    let set = |algorithm| JwtSettings { jwks_url: Some(URL), algorithm: Some(algorithm), ..settings() };
    assert!(set("PS256").parse().is_ok());
    assert_eq!(faults(set("HS256")), [unfit("JWT_JWKS_URL")]);
    let unknown = faults(set("none"));
    assert!(unknown[0].starts_with("JWT_ALGORITHM: expected RS256, RS384, "), "{unknown:?}");
}

#[test]
fn public_key_has_one_encoding() {
    let spki = |der: &[u8]| {
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der));
        JwtSettings { public_key: Some(&pem), ..settings() }
            .parse()
            .map(drop)
            .map_err(|faults| faults[0].to_string())
    };
    let der_of = |pem: &str| {
        let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        STANDARD.decode(base64).unwrap()
    };
    let expected =
        Err("expected a PEM public key (BEGIN PUBLIC KEY) of RSA, P-256, P-384 or Ed25519".to_owned());
    // Each with the number of bytes before the key itself.
    for (pem, head) in
        [(RSA_PUBLIC_PEM, 32), (P256_PUBLIC_PEM, 27), (P384_PUBLIC_PEM, 24), (ED25519_PUBLIC_PEM, 12)]
    {
        let der = der_of(pem);
        assert_eq!(spki(&der), Ok(()));
        for length in 0..der.len() {
            assert_eq!(spki(&der[..length]), expected, "cut to {length} bytes");
        }
        assert_eq!(spki(&[der.as_slice(), &[0]].concat()), expected, "a byte too many");
        // A tag, a length or an identifier that differs in one bit.
        for (index, bit) in (0..head).flat_map(|index| (0..8).map(move |bit| (index, bit))) {
            let mut changed = der.clone();
            changed[index] ^= 1 << bit;
            assert!(spki(&changed).is_err(), "byte {index}, bit {bit}");
        }
    }
    // The same length in two bytes, although one is enough.
    let der = der_of(ED25519_PUBLIC_PEM);
    assert_eq!(spki(&[&[0x30, 0x81, der[1]], &der[2..]].concat()), expected);
    // A compressed point.
    let mut compressed = der_of(P256_PUBLIC_PEM);
    compressed.truncate(compressed.len() - 32);
    compressed[1] -= 32;
    compressed[24] -= 32;
    compressed[26] = 2;
    assert_eq!(spki(&compressed), expected);
    let third = format!("{RSA_PUBLIC_PEM}{P256_PUBLIC_PEM}{ED25519_PUBLIC_PEM}");
    let three = JwtSettings { public_key: Some(&third), ..settings() };
    assert_eq!(faults(three), ["JWT_PUBLIC_KEY: expected at most 2 PEM keys"]);
}

#[test]
fn jwt_settings_debug_redacts_secret() {
    let settings = JwtSettings { secret: Some(SECRET), ..settings() };
    let jwt: Jwt = settings.parse().unwrap();
    assert_eq!(format!("{settings:?}"), "JwtSettings([redacted])");
    let shown = format!("{jwt:?}");
    assert!(shown.contains("Secret(HS256)"), "{shown}");
    assert!(!shown.contains(SECRET), "{shown}");
}
