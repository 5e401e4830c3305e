//! An issuer of JWTs: its keys, its key set, its JWTs.

use agora_token_server::auth::{
    AuthError, Authentication, Authenticator, Begun, Caller, Credentials, KeySetClaim,
};
use agora_token_server::is_valid_signature;
use agora_token_server::time::UnixTime;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::hmac;
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair,
    RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512,
    RsaKeyPair,
};
use serde_json::{Value, json};

/// The issuer of the JWTs of [`claims`].
pub const ISSUER: &str = "https://issuer.example/";
/// Their audience.
pub const AUDIENCE: &str = "https://tokens.example";
/// Their issue time.
pub const NOW: u32 = 1_763_770_000;
/// 32 bytes, the minimum.
pub const SECRET: &str = "0123456789abcdef0123456789abcdef";
/// 64 bytes, for every HMAC.
pub const LONG_SECRET: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
/// The public key of [`Key::rsa`].
pub const RSA_PUBLIC_PEM: &str = include_str!("keys/rsa.pub.pem");
/// The public key of [`Key::p256`].
pub const P256_PUBLIC_PEM: &str = include_str!("keys/p256.pub.pem");
/// The public key of [`Key::p384`].
pub const P384_PUBLIC_PEM: &str = include_str!("keys/p384.pub.pem");
/// The public key of [`Key::ed25519`].
pub const ED25519_PUBLIC_PEM: &str = include_str!("keys/ed25519.pub.pem");

/// The claims of a valid JWT with a lifetime of one hour.
pub fn claims() -> Value {
    json!({ "iss": ISSUER, "aud": AUDIENCE, "sub": "alice", "iat": NOW, "exp": NOW + 3600 })
}

/// The same with `changes`; null removes a claim.
pub fn claims_with(changes: &Value) -> Value {
    let mut claims = claims();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    claims
}

/// The caller with these credentials; signatures are verified as by an adapter.
pub fn authenticate(
    authenticator: &Authenticator,
    credentials: &Credentials<'_>,
    at: UnixTime,
) -> Result<Caller, AuthError> {
    let mut pending = match authenticator.authenticate(credentials, at)? {
        Authentication::Caller(caller) => return Ok(caller),
        Authentication::Signature(pending) => pending,
    };
    while !is_valid_signature(pending.algorithm(), pending.key(), pending.message(), pending.signature()) {
        pending = pending.invalid()?;
    }
    pending.valid()
}

/// The fetch of a key set that these credentials need.
pub fn fetch_due<'a>(
    authenticator: &'a Authenticator,
    credentials: &Credentials<'_>,
    at: UnixTime,
) -> Option<KeySetClaim<'a>> {
    match authenticator.begin(credentials, at) {
        Ok(Begun::Fetch(claim)) => Some(claim),
        Ok(Begun::Authentication(_)) | Err(_) => None,
    }
}

/// A key that signs with one algorithm.
pub struct Key {
    pair: Pair,
    alg: &'static str,
}

enum Pair {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Secret(&'static str),
}

fn pkcs8(pem: &str) -> Vec<u8> {
    let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    STANDARD.decode(base64).unwrap()
}

impl Key {
    pub fn rsa() -> Self {
        Self::of_rsa(include_str!("keys/rsa.pem"))
    }

    /// Another key of the same kind, which the issuer does not publish.
    pub fn other_rsa() -> Self {
        Self::of_rsa(include_str!("keys/rsa-other.pem"))
    }

    fn of_rsa(pem: &str) -> Self {
        Self { pair: Pair::Rsa(RsaKeyPair::from_pkcs8(&pkcs8(pem)).unwrap()), alg: "RS256" }
    }

    pub fn p256() -> Self {
        let der = pkcs8(include_str!("keys/p256.pem"));
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der, &SystemRandom::new());
        Self { pair: Pair::Ec(pair.unwrap()), alg: "ES256" }
    }

    pub fn p384() -> Self {
        let der = pkcs8(include_str!("keys/p384.pem"));
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &der, &SystemRandom::new());
        Self { pair: Pair::Ec(pair.unwrap()), alg: "ES384" }
    }

    pub fn ed25519() -> Self {
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&pkcs8(include_str!("keys/ed25519.pem")));
        Self { pair: Pair::Ed25519(pair.unwrap()), alg: "EdDSA" }
    }

    pub fn secret() -> Self {
        Self::of_secret(SECRET)
    }

    pub fn of_secret(secret: &'static str) -> Self {
        Self { pair: Pair::Secret(secret), alg: "HS256" }
    }

    /// The same key with another of its algorithms.
    pub fn with_alg(self, alg: &'static str) -> Self {
        Self { alg, ..self }
    }

    pub fn named(name: &str) -> Self {
        match name {
            "rsa" => Self::rsa(),
            "other" => Self::other_rsa(),
            "p256" => Self::p256(),
            "p384" => Self::p384(),
            "ed25519" => Self::ed25519(),
            "secret" => Self::secret(),
            "long-secret" => Self::of_secret(LONG_SECRET),
            _ => panic!("no key {name}"),
        }
    }

    pub fn alg(&self) -> &'static str {
        self.alg
    }

    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Rsa(pair) => {
                let padding: &dyn ring::signature::RsaEncoding = match self.alg {
                    "RS256" => &RSA_PKCS1_SHA256,
                    "RS384" => &RSA_PKCS1_SHA384,
                    "RS512" => &RSA_PKCS1_SHA512,
                    "PS256" => &RSA_PSS_SHA256,
                    "PS384" => &RSA_PSS_SHA384,
                    "PS512" => &RSA_PSS_SHA512,
                    other => panic!("{other} is not of RSA"),
                };
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(padding, &random, message, &mut signature).unwrap();
                signature
            }
            Pair::Ec(pair) => pair.sign(&random, message).unwrap().as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
            Pair::Secret(secret) => {
                let algorithm = match self.alg {
                    "HS256" => hmac::HMAC_SHA256,
                    "HS384" => hmac::HMAC_SHA384,
                    "HS512" => hmac::HMAC_SHA512,
                    other => panic!("{other} is not of a secret"),
                };
                hmac::sign(&hmac::Key::new(algorithm, secret.as_bytes()), message).as_ref().to_vec()
            }
        }
    }

    /// The key parameters of its JWK.
    pub fn numbers(&self) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match &self.pair {
            Pair::Rsa(pair) => {
                let PublicKeyComponents { n, e } = PublicKeyComponents::<Vec<u8>>::from(pair.public());
                json!({ "kty": "RSA", "n": text(&n), "e": text(&e) })
            }
            Pair::Ec(pair) => {
                let point = &pair.public_key().as_ref()[1..];
                let (x, y) = point.split_at(point.len() / 2);
                let crv = if x.len() == 32 { "P-256" } else { "P-384" };
                json!({ "kty": "EC", "crv": crv, "x": text(x), "y": text(y) })
            }
            Pair::Ed25519(pair) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "x": text(pair.public_key().as_ref()) })
            }
            Pair::Secret(secret) => json!({ "kty": "oct", "k": text(secret.as_bytes()) }),
        }
    }

    /// The JWK, with `members` added or replaced.
    pub fn jwk(&self, members: &Value) -> Value {
        let mut jwk = self.numbers();
        for (name, value) in members.as_object().unwrap() {
            jwk[name] = value.clone();
        }
        jwk
    }

    /// A JWT with a plain header.
    pub fn jwt(&self, claims: &Value) -> String {
        self.jwt_with(&json!({ "alg": self.alg() }), claims)
    }

    /// A JWT whose header names a key.
    pub fn jwt_of(&self, kid: &str, claims: &Value) -> String {
        self.jwt_with(&json!({ "alg": self.alg(), "kid": kid }), claims)
    }

    pub fn jwt_with(&self, header: &Value, claims: &Value) -> String {
        self.jwt_of_texts(&header.to_string(), &claims.to_string())
    }

    /// A JWT whose header and payload may be any text.
    pub fn jwt_of_texts(&self, header: &str, payload: &str) -> String {
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        let signature = URL_SAFE_NO_PAD.encode(self.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }
}

/// The body of a key set.
pub fn key_set(jwks: &[Value]) -> Vec<u8> {
    json!({ "keys": jwks }).to_string().into_bytes()
}
