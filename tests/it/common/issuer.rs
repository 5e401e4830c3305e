//! An issuer of JWTs: its keys, what it publishes, what it signs.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use p256::ecdsa::signature::Signer;
use p256::elliptic_curve::sec1::ToSec1Point;
use rsa::pkcs1v15;
use rsa::pkcs8::DecodePrivateKey;
use rsa::signature::SignatureEncoding;
use rsa::traits::PublicKeyParts;
use serde_json::{Value, json};
use sha2::Sha256;

/// Whom the JWTs of [`claims`] come from.
pub const ISSUER: &str = "https://issuer.example/";
/// Whom they are meant for.
pub const AUDIENCE: &str = "https://tokens.example";
/// When they are issued.
pub const NOW: u32 = 1_763_770_000;
/// Of 32 bytes, the shortest that there may be.
pub const SECRET: &str = "0123456789abcdef0123456789abcdef";
/// The public key of [`Key::rsa`].
pub const RSA_PUBLIC_PEM: &str = include_str!("keys/rsa.pub.pem");
/// The public key of [`Key::p256`].
pub const P256_PUBLIC_PEM: &str = include_str!("keys/p256.pub.pem");
/// The public key of [`Key::ed25519`].
pub const ED25519_PUBLIC_PEM: &str = include_str!("keys/ed25519.pub.pem");

/// The claims of a JWT that is as it should be, for one hour.
pub fn claims() -> Value {
    json!({ "iss": ISSUER, "aud": AUDIENCE, "sub": "alice", "iat": NOW, "exp": NOW + 3600 })
}

/// The same with `changes` put over it; a null takes a claim away.
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

/// A key that signs.
pub enum Key {
    Rsa(pkcs1v15::SigningKey<Sha256>),
    P256(p256::ecdsa::SigningKey),
    Ed25519(ed25519_dalek::SigningKey),
    Secret(&'static str),
}

impl Key {
    pub fn rsa() -> Self {
        let key = rsa::RsaPrivateKey::from_pkcs8_pem(include_str!("keys/rsa.pem")).unwrap();
        Self::Rsa(pkcs1v15::SigningKey::new(key))
    }

    /// Another key of the same kind, which the issuer does not publish.
    pub fn other_rsa() -> Self {
        let key = rsa::RsaPrivateKey::from_pkcs8_pem(include_str!("keys/rsa-other.pem")).unwrap();
        Self::Rsa(pkcs1v15::SigningKey::new(key))
    }

    pub fn p256() -> Self {
        Self::P256(p256::ecdsa::SigningKey::from_pkcs8_pem(include_str!("keys/p256.pem")).unwrap())
    }

    pub fn ed25519() -> Self {
        let key = ed25519_dalek::SigningKey::from_pkcs8_pem(include_str!("keys/ed25519.pem")).unwrap();
        Self::Ed25519(key)
    }

    pub fn secret() -> Self {
        Self::Secret(SECRET)
    }

    pub fn named(name: &str) -> Self {
        match name {
            "rsa" => Self::rsa(),
            "other" => Self::other_rsa(),
            "p256" => Self::p256(),
            "ed25519" => Self::ed25519(),
            _ => panic!("no key {name}"),
        }
    }

    pub fn alg(&self) -> &'static str {
        match self {
            Self::Rsa(_) => "RS256",
            Self::P256(_) => "ES256",
            Self::Ed25519(_) => "EdDSA",
            Self::Secret(_) => "HS256",
        }
    }

    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Rsa(key) => key.sign(message).to_vec(),
            Self::P256(key) => {
                let signature: p256::ecdsa::Signature = key.sign(message);
                signature.to_bytes().to_vec()
            }
            Self::Ed25519(key) => key.sign(message).to_bytes().to_vec(),
            Self::Secret(secret) => {
                let hmac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
                hmac.chain_update(message).finalize().into_bytes().to_vec()
            }
        }
    }

    /// What makes it a key in a JWK.
    pub fn numbers(&self) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match self {
            Self::Rsa(key) => {
                let key: &rsa::RsaPrivateKey = key.as_ref();
                json!({ "kty": "RSA", "n": text(&key.n_bytes()), "e": text(&key.e_bytes()) })
            }
            Self::P256(key) => {
                let point = key.verifying_key().as_affine().to_sec1_point(false);
                let [x, y] = [point.x(), point.y()].map(|coordinate| text(coordinate.unwrap()));
                json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y })
            }
            Self::Ed25519(key) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "x": text(key.verifying_key().as_bytes()) })
            }
            Self::Secret(secret) => json!({ "kty": "oct", "k": text(secret.as_bytes()) }),
        }
    }

    /// The JWK, with `members` put over it.
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

    /// A JWT of texts that need not be JSON.
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
