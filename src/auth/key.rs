//! The keys that JWTs are verified with, each bound to its one algorithm.
//!
//! # Why these crates and no JWT library
//!
//! The first choice was `jsonwebtoken`. Version 11.1 does not build for wasm32-unknown-unknown
//! without help (it asks for getrandom 0.2 without its `js` feature), brings a second generation of
//! `digest`, `hmac`, `sha2`, `base64` and `getrandom`, P-384 and a private-key path that we have no
//! use for, keeps its crypto in a process-wide provider, and lets the last of two equal claims
//! count. `jwt-simple` 0.15 reads a clock of its own, `ring` needs a C compiler for wasm32, and the
//! platforms' own crypto would be three verifiers, one of them asynchronous.
//!
//! What is left of a JWT library once time, key choice and claims are ours is the verification of
//! one signature. So the `RustCrypto` verifiers are used directly. They share this package's `digest`
//! generation. `rsa` has none but release candidates there; its exact version is pinned. The
//! advisory RUSTSEC-2023-0071 (timing of private-key operations) names all of its versions; no
//! private key ever comes here.
//!
//! Measured on wasm32 with `opt-level = "s"`: the whole of `auth` adds 98 KB gzipped to a Worker (134 KB
//! with 3); one verification takes 1.2 ms for RS256, 2.0 ms for ES256 and 0.3 ms for `EdDSA` in Node.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use p256::ecdsa::signature::Verifier;
use rsa::pkcs8::DecodePublicKey;
use rsa::traits::PublicKeyParts;
use rsa::{BoxedUint, RsaPublicKey};
use sha2::Sha256;

use crate::json::{Json, Object};

/// What a JWT is signed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// Ed25519; RFC 9864 names it `Ed25519` as well.
    EdDsa,
    /// HMAC with SHA-256.
    Hs256,
}

impl Algorithm {
    /// The algorithm of this name in an `alg`.
    pub(super) fn named(alg: &str) -> Option<Self> {
        match alg {
            "RS256" => Some(Self::Rs256),
            "ES256" => Some(Self::Es256),
            "EdDSA" | "Ed25519" => Some(Self::EdDsa),
            "HS256" => Some(Self::Hs256),
            _ => None,
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::Hs256 => "HS256",
        })
    }
}

/// NIST SP 800-131A: less than 2,048 bits is not acceptable. More than 4,096 costs a Worker its
/// CPU time, and no provider uses it.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;

/// RFC 7518 §3.2: an HMAC key has at least as many bits as the hash. Also what the contract says.
const MIN_SECRET_BYTES: usize = 32;

/// A key, and with it the one algorithm that it verifies.
pub(super) enum VerifyingKey {
    Rsa(rsa::pkcs1v15::VerifyingKey<Sha256>),
    P256(p256::ecdsa::VerifyingKey),
    Ed25519(ed25519_dalek::VerifyingKey),
    Secret(Hmac<Sha256>),
}

impl VerifyingKey {
    /// A public key in PEM (`-----BEGIN PUBLIC KEY-----`, SPKI). `\n` in two characters counts as
    /// a line break, because many consoles keep no line breaks in a variable.
    pub(super) fn from_pem(text: &str) -> Result<Self, BadKey> {
        let pem = text.replace("\\n", "\n");
        let pem = pem.trim_ascii();
        if pem.contains("PRIVATE KEY") {
            return Err(BadKey::Private);
        }
        if !pem.starts_with("-----BEGIN PUBLIC KEY-----") {
            return Err(BadKey::NotSpki);
        }
        if let Ok(key) = RsaPublicKey::from_public_key_pem(pem) {
            return Self::from_rsa(key.n().as_ref().clone(), key.e().clone());
        }
        if let Ok(key) = p256::ecdsa::VerifyingKey::from_public_key_pem(pem) {
            return Ok(Self::P256(key));
        }
        match ed25519_dalek::VerifyingKey::from_public_key_pem(pem) {
            Ok(key) => Self::from_ed25519(key),
            Err(_) => Err(BadKey::NotSpki),
        }
    }

    /// The key of HS256.
    pub(super) fn from_secret(secret: &str) -> Result<Self, BadKey> {
        if secret.len() < MIN_SECRET_BYTES {
            return Err(BadKey::SecretTooShort { bytes: secret.len() });
        }
        // A public key as the secret is the oldest of all attacks, come in by configuration.
        if secret.contains("-----BEGIN") {
            return Err(BadKey::SecretIsPem);
        }
        let hmac = Hmac::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
        Ok(Self::Secret(hmac))
    }

    /// The key in a JWK, where it is one that may verify a signature of ours. RFC 7517 §4.
    pub(super) fn from_jwk(jwk: Object<'_>) -> Result<Self, BadKey> {
        match jwk.get("use").map(Json::as_text) {
            None | Some(Some("sig")) => {}
            Some(_) => return Err(BadKey::OtherUse),
        }
        match jwk.get("key_ops").map(Json::as_array) {
            None => {}
            Some(Some(operations))
                if operations.iter().any(|operation| operation.as_text() == Some("verify")) => {}
            Some(_) => return Err(BadKey::OtherUse),
        }
        let key = match (jwk.text("kty"), jwk.text("crv")) {
            (Some("RSA"), _) => {
                let [n, e] = ["n", "e"].map(|member| bytes(jwk, member));
                Self::from_rsa(BoxedUint::from_be_slice_vartime(&n?), BoxedUint::from_be_slice_vartime(&e?))
            }
            (Some("EC"), Some("P-256")) => Self::from_coordinates(&bytes(jwk, "x")?, &bytes(jwk, "y")?),
            (Some("OKP"), Some("Ed25519")) => {
                let x: [u8; 32] = bytes(jwk, "x")?.try_into().map_err(|_| BadKey::Malformed)?;
                ed25519_dalek::VerifyingKey::from_bytes(&x)
                    .map_err(|_| BadKey::Malformed)
                    .and_then(Self::from_ed25519)
            }
            (Some("oct"), _) => Err(BadKey::Symmetric),
            _ => Err(BadKey::OtherType),
        }?;
        match jwk.get("alg") {
            Some(alg) if alg.as_text().and_then(Algorithm::named) != Some(key.algorithm()) => {
                Err(BadKey::OtherAlgorithm)
            }
            _ => Ok(key),
        }
    }

    /// The one algorithm of this key.
    pub(super) fn algorithm(&self) -> Algorithm {
        match self {
            Self::Rsa(_) => Algorithm::Rs256,
            Self::P256(_) => Algorithm::Es256,
            Self::Ed25519(_) => Algorithm::EdDsa,
            Self::Secret(_) => Algorithm::Hs256,
        }
    }

    /// Whether `signature` is this key's over `message`.
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Rsa(key) => rsa::pkcs1v15::Signature::try_from(signature)
                .is_ok_and(|signature| key.verify(message, &signature).is_ok()),
            // RFC 7518 §3.4: r and s, 32 bytes each; never DER.
            Self::P256(key) => p256::ecdsa::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify(message, &signature).is_ok()),
            Self::Ed25519(key) => ed25519_dalek::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify_strict(message, &signature).is_ok()),
            Self::Secret(hmac) => hmac.clone().chain_update(message).verify_slice(signature).is_ok(),
        }
    }

    fn from_rsa(n: BoxedUint, e: BoxedUint) -> Result<Self, BadKey> {
        match RsaPublicKey::new_with_size_limits(n, e, RSA_BITS) {
            Ok(key) => Ok(Self::Rsa(rsa::pkcs1v15::VerifyingKey::new(key))),
            Err(rsa::Error::ModulusTooSmall | rsa::Error::ModulusTooLarge) => Err(BadKey::RsaBits),
            Err(_) => Err(BadKey::Malformed),
        }
    }

    fn from_coordinates(x: &[u8], y: &[u8]) -> Result<Self, BadKey> {
        // RFC 7518 §6.2.1.2: each has the full length of the field.
        if x.len() != 32 || y.len() != 32 {
            return Err(BadKey::Malformed);
        }
        // SEC 1 §2.3.3: 4 announces an uncompressed point.
        let point = [&[4], x, y].concat();
        p256::ecdsa::VerifyingKey::from_sec1_bytes(&point).map(Self::P256).map_err(|_| BadKey::Malformed)
    }

    fn from_ed25519(key: ed25519_dalek::VerifyingKey) -> Result<Self, BadKey> {
        // Under a point of small order one signature fits many messages.
        if key.is_weak() { Err(BadKey::Malformed) } else { Ok(Self::Ed25519(key)) }
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyingKey({})", self.algorithm())
    }
}

/// Why a key cannot be used. Never holds any of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadKey {
    /// Not a PEM public key of a known algorithm.
    NotSpki,
    /// A private key, which this server must not have.
    Private,
    /// An RSA key of too few or too many bits.
    RsaBits,
    /// Numbers that are missing, not strict base64url, or no key.
    Malformed,
    /// A secret of so many bytes.
    SecretTooShort {
        /// How many.
        bytes: usize,
    },
    /// A PEM text given as the secret.
    SecretIsPem,
    /// `oct`: a secret, which has no place in a published key set.
    Symmetric,
    /// Another `kty` or `crv`.
    OtherType,
    /// A `use` or `key_ops` that does not allow verifying.
    OtherUse,
    /// An `alg` that this key is not used with here.
    OtherAlgorithm,
}

impl fmt::Display for BadKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSpki => {
                f.write_str("expected a PEM public key (BEGIN PUBLIC KEY) for RS256, ES256 or EdDSA")
            }
            Self::Private => f.write_str("a private key, expected the public one"),
            Self::RsaBits => {
                write!(f, "an RSA key, expected {} to {} bits", RSA_BITS.start(), RSA_BITS.end())
            }
            Self::Malformed => f.write_str("a malformed key"),
            Self::SecretTooShort { bytes } => {
                write!(f, "{bytes} bytes, expected a secret of at least {MIN_SECRET_BYTES}")
            }
            Self::SecretIsPem => {
                f.write_str("a PEM key, expected a secret; public keys go to JWT_PUBLIC_KEY")
            }
            Self::Symmetric => f.write_str("a secret (oct)"),
            Self::OtherType => f.write_str("a key of another type, expected RSA, P-256 or Ed25519"),
            Self::OtherUse => f.write_str("a key that is not for verifying"),
            Self::OtherAlgorithm => {
                f.write_str("a key for another algorithm, expected RS256, ES256 or EdDSA")
            }
        }
    }
}

fn bytes(jwk: Object<'_>, member: &str) -> Result<Vec<u8>, BadKey> {
    jwk.text(member).and_then(|text| URL_SAFE_NO_PAD.decode(text).ok()).ok_or(BadKey::Malformed)
}
