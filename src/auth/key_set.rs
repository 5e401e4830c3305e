//! A JSON Web Key Set, RFC 7517 §5: the public keys that an issuer publishes.

use std::fmt;

use serde_json::Value;

use super::excerpt::Excerpt;
use super::signature::{Algorithm, BadKey, VerifyingKey};
use crate::fetch::FetchError;

/// The answer to fetching a key set is read no further than this. A key has some 2 KB with its
/// certificates, and an issuer publishes two or three.
pub const KEY_SET_MAX_BYTES: usize = 256 * 1024;

/// Parsing an RSA key costs a Worker CPU time, so their number is bounded as well.
const MAX_KEYS: usize = 50;

/// The usable keys of a set.
#[derive(Debug)]
pub(super) struct KeySet(Vec<Key>);

#[derive(Debug)]
struct Key {
    kid: Option<String>,
    key: VerifyingKey,
}

impl KeySet {
    /// Keys that cannot be used are left out; a set of those alone is an error.
    pub(super) fn parse(answer: &[u8]) -> Result<Self, KeySetError> {
        if answer.len() > KEY_SET_MAX_BYTES {
            return Err(KeySetError::TooLarge);
        }
        let answer: Value = serde_json::from_slice(answer).map_err(|_| KeySetError::NotAKeySet)?;
        let jwks = answer.get("keys").and_then(Value::as_array).ok_or(KeySetError::NotAKeySet)?;
        if jwks.len() > MAX_KEYS {
            return Err(KeySetError::TooManyKeys { keys: jwks.len() });
        }
        let mut keys = Vec::new();
        let mut unusable = Vec::new();
        for jwk in jwks {
            match Key::parse(jwk) {
                Ok(key) => keys.push(key),
                Err(bad) => unusable.push(bad),
            }
        }
        if keys.is_empty() { Err(KeySetError::NoUsableKey(unusable)) } else { Ok(Self(keys)) }
    }

    /// The one key for a token with this `kid` and `alg`.
    pub(super) fn find(&self, kid: Option<&str>, algorithm: Algorithm) -> Result<&VerifyingKey, NoKey> {
        let fitting = |key: &&Key| match kid {
            Some(kid) => key.kid.as_deref() == Some(kid),
            None => key.key.algorithm() == algorithm,
        };
        let mut keys = self.0.iter().filter(fitting);
        match (keys.next(), keys.next()) {
            (None, _) => Err(NoKey::Unknown(kid.map(Excerpt::from))),
            (Some(_), Some(_)) => Err(NoKey::Ambiguous(kid.map(Excerpt::from))),
            (Some(found), None) => Ok(&found.key),
        }
    }
}

impl Key {
    fn parse(jwk: &Value) -> Result<Self, BadKey> {
        let jwk = jwk.as_object().ok_or(BadKey::Malformed)?;
        let kid = match jwk.get("kid") {
            None => None,
            Some(kid) => Some(kid.as_str().ok_or(BadKey::Malformed)?.to_owned()),
        };
        Ok(Self { kid, key: VerifyingKey::from_jwk(jwk)? })
    }
}

/// Why a set has no key for a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoKey {
    /// No key of this `kid`; or, for a token without one, none for its algorithm. A newer set may
    /// have it.
    Unknown(Option<Excerpt>),
    /// Several keys of this `kid`; or, for a token without one, several for its algorithm.
    Ambiguous(Option<Excerpt>),
}

impl fmt::Display for NoKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(Some(kid)) => write!(f, "unknown kid {kid}"),
            Self::Unknown(None) => f.write_str("no kid, and no key fits"),
            Self::Ambiguous(Some(kid)) => write!(f, "several keys have the kid {kid}"),
            Self::Ambiguous(None) => f.write_str("no kid, and several keys fit"),
        }
    }
}

/// Why there is no new key set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySetError {
    /// No answer within the time for one.
    TimedOut,
    /// The answer is too large.
    TooLarge,
    /// Another status than 200.
    Status(u16),
    /// No answer at all.
    Unreachable,
    /// Not JSON, or without a list of `keys`.
    NotAKeySet,
    /// More keys than one issuer has.
    TooManyKeys {
        /// How many.
        keys: usize,
    },
    /// No key that could verify a JWT, and why each cannot.
    NoUsableKey(Vec<BadKey>),
}

impl From<FetchError> for KeySetError {
    fn from(error: FetchError) -> Self {
        match error {
            FetchError::TimedOut => Self::TimedOut,
            FetchError::TooLarge => Self::TooLarge,
            FetchError::Status(status) => Self::Status(status),
            FetchError::Unreachable => Self::Unreachable,
        }
    }
}

impl fmt::Display for KeySetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("key set: ")?;
        match self {
            Self::TimedOut => f.write_str("timed out"),
            Self::TooLarge => write!(f, "more than {KEY_SET_MAX_BYTES} bytes"),
            Self::Status(status) => write!(f, "status {status}, expected 200"),
            Self::Unreachable => f.write_str("unreachable"),
            Self::NotAKeySet => f.write_str("expected JSON with a list of keys"),
            Self::TooManyKeys { keys } => write!(f, "{keys} keys, expected at most {MAX_KEYS}"),
            Self::NoUsableKey(unusable) if unusable.is_empty() => f.write_str("no keys in it"),
            Self::NoUsableKey(unusable) => {
                f.write_str("no usable key in it")?;
                unusable.iter().try_for_each(|bad| write!(f, "; {bad}"))
            }
        }
    }
}

impl std::error::Error for KeySetError {}
