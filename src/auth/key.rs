//! Public keys, each bound to the one algorithm that it verifies, from PEM and from JWKs.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::algorithm::Algorithm;
use super::public_key::{BadKey, KeyMaterial, MAX_PEM_KEYS, PublicKey};
use super::spki;
use crate::json::{Json, Object};

/// A public key and the one algorithm that it verifies.
#[derive(Clone, Debug)]
pub(super) struct VerifyingKey {
    pub(super) algorithm: Algorithm,
    pub(super) key: Arc<PublicKey>,
}

impl VerifyingKey {
    /// The key for `wanted` if it fits, else for its default.
    fn new(key: PublicKey, wanted: Option<Algorithm>) -> Self {
        let algorithms = key.algorithms();
        let algorithm = wanted.filter(|wanted| algorithms.contains(wanted)).unwrap_or(algorithms[0]);
        Self { algorithm, key: Arc::new(key) }
    }

    /// One or two public keys in PEM, each for `algorithm` or its default.
    pub(super) fn from_pem(text: &str, algorithm: Option<Algorithm>) -> Result<Vec<Self>, BadKey> {
        let keys = spki::read_pem(text)?;
        if keys.len() > MAX_PEM_KEYS {
            return Err(BadKey::TooManyKeys);
        }
        let bound = |material| {
            let key = PublicKey::new(material)?;
            match algorithm {
                Some(algorithm) if !key.algorithms().contains(&algorithm) => Err(BadKey::OtherAlgorithm),
                Some(_) | None => Ok(Self::new(key, algorithm)),
            }
        };
        keys.into_iter().map(bound).collect()
    }

    /// The key in a JWK that may verify a signature, RFC 7517 §4. Its `alg` decides, then
    /// `algorithm` if it fits the key, then the key's default.
    pub(super) fn from_jwk(jwk: Object<'_>, algorithm: Option<Algorithm>) -> Result<Self, BadKey> {
        // Before their use: a private key that is exported with its `key_ops` is for signing alone.
        if jwk.text("kty") == Some("oct") {
            return Err(BadKey::Symmetric);
        }
        if PRIVATE_MEMBERS.iter().any(|member| jwk.get(member).is_some()) {
            return Err(BadKey::Published);
        }
        match jwk.get("use").map(Json::as_text) {
            None | Some(Some("sig")) => {}
            Some(_) => return Err(BadKey::OtherUse),
        }
        match jwk.get("key_ops").map(Json::as_array) {
            None => {}
            Some(Some(operations)) if operations.iter().any(|one| one.as_text() == Some("verify")) => {}
            Some(_) => return Err(BadKey::OtherUse),
        }
        let material = match (jwk.text("kty"), jwk.text("crv")) {
            (Some("RSA"), _) => KeyMaterial::Rsa { n: number(jwk, "n")?, e: number(jwk, "e")? },
            (Some("EC"), Some("P-256")) => {
                KeyMaterial::P256(point(coordinate::<32>(jwk, "x")?, coordinate::<32>(jwk, "y")?)?)
            }
            (Some("EC"), Some("P-384")) => {
                KeyMaterial::P384(point(coordinate::<48>(jwk, "x")?, coordinate::<48>(jwk, "y")?)?)
            }
            (Some("OKP"), Some("Ed25519")) => KeyMaterial::Ed25519(coordinate(jwk, "x")?),
            _ => return Err(BadKey::OtherType),
        };
        let key = PublicKey::new(material)?;
        match jwk.get("alg") {
            None => Ok(Self::new(key, algorithm)),
            Some(alg) => match alg.as_text().and_then(|alg| alg.parse().ok()) {
                Some(alg) if key.algorithms().contains(&alg) => Ok(Self::new(key, Some(alg))),
                Some(_) | None => Err(BadKey::OtherAlgorithm),
            },
        }
    }
}

/// RFC 7518 §6.2.2 and §6.3.2, RFC 8037 §2.
const PRIVATE_MEMBERS: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "oth"];

fn bytes(jwk: Object<'_>, member: &str) -> Result<Vec<u8>, BadKey> {
    jwk.text(member).and_then(|text| URL_SAFE_NO_PAD.decode(text).ok()).ok_or(BadKey::Malformed)
}

/// A number of any length. Some issuers write zeros in front, which RFC 7518 §2 has not.
fn number(jwk: Object<'_>, member: &str) -> Result<Vec<u8>, BadKey> {
    let mut bytes = bytes(jwk, member)?;
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.drain(..zeros);
    Ok(bytes)
}

/// RFC 7518 §6.2.1.2: a coordinate has the full length of the field.
fn coordinate<const N: usize>(jwk: Object<'_>, member: &str) -> Result<[u8; N], BadKey> {
    bytes(jwk, member)?.try_into().map_err(|_| BadKey::Malformed)
}

fn point<const N: usize, const POINT: usize>(x: [u8; N], y: [u8; N]) -> Result<[u8; POINT], BadKey> {
    [[4].as_slice(), &x, &y].concat().try_into().map_err(|_| BadKey::Malformed)
}
