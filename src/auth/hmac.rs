//! Secrets that JWTs are signed with, RFC 7518 §3.2. An HMAC is never left to an adapter.

use std::fmt;

use ::hmac::{Hmac, KeyInit, Mac};
use sha2::{Sha256, Sha384, Sha512};

use super::algorithm::Algorithm;
use super::public_key::BadKey;

/// A secret, and the one algorithm that it verifies.
pub(super) enum Secret {
    Hs256(Hmac<Sha256>),
    Hs384(Hmac<Sha384>),
    Hs512(Hmac<Sha512>),
}

impl Secret {
    /// The secret, for `algorithm` or HS256.
    pub(super) fn new(secret: &str, algorithm: Option<Algorithm>) -> Result<Self, BadKey> {
        let key = secret.as_bytes();
        // RFC 7518 §3.2: a key has at least as many bits as the hash.
        let at_least = |min| {
            if key.len() < min { Err(BadKey::SecretTooShort { bytes: key.len(), min }) } else { Ok(()) }
        };
        // With a public key as the secret, any client could sign.
        if secret.contains("-----BEGIN") {
            return Err(BadKey::SecretIsPem);
        }
        match algorithm {
            None | Some(Algorithm::Hs256) => {
                at_least(32).map(|()| Self::Hs256(Hmac::new_from_slice(key).expect(ANY_LENGTH)))
            }
            Some(Algorithm::Hs384) => {
                at_least(48).map(|()| Self::Hs384(Hmac::new_from_slice(key).expect(ANY_LENGTH)))
            }
            Some(Algorithm::Hs512) => {
                at_least(64).map(|()| Self::Hs512(Hmac::new_from_slice(key).expect(ANY_LENGTH)))
            }
            Some(
                Algorithm::Rs256
                | Algorithm::Rs384
                | Algorithm::Rs512
                | Algorithm::Ps256
                | Algorithm::Ps384
                | Algorithm::Ps512
                | Algorithm::Es256
                | Algorithm::Es384
                | Algorithm::EdDsa,
            ) => Err(BadKey::OtherAlgorithm),
        }
    }

    pub(super) fn algorithm(&self) -> Algorithm {
        match self {
            Self::Hs256(_) => Algorithm::Hs256,
            Self::Hs384(_) => Algorithm::Hs384,
            Self::Hs512(_) => Algorithm::Hs512,
        }
    }

    /// Whether `signature` is this secret's over `message`, in constant time.
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Hs256(hmac) => hmac.clone().chain_update(message).verify_slice(signature).is_ok(),
            Self::Hs384(hmac) => hmac.clone().chain_update(message).verify_slice(signature).is_ok(),
            Self::Hs512(hmac) => hmac.clone().chain_update(message).verify_slice(signature).is_ok(),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({})", self.algorithm())
    }
}

const ANY_LENGTH: &str = "HMAC takes a key of any length";
