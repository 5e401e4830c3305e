//! A JSON Web Key Set, RFC 7517 §5: the public keys that an issuer publishes.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::algorithm::Algorithm;
use super::claims::Expected;
use super::key::VerifyingKey;
use super::public_key::BadKey;
use crate::fetch::{Claim, Fetch, FetchError, RefreshPolicy, Refreshed};
use crate::json::{self, Excerpt, Json};
use crate::time::UnixTime;

/// How long fetching a key set may take, connecting included. It is paid by a request that waits,
/// so it is short; every provider answers from a cache.
pub const KEY_SET_TIMEOUT: Duration = Duration::from_secs(3);

/// The answer to fetching a key set is read no further than this. A key has some 2 KB with its
/// certificates, and an issuer publishes two or three.
pub const KEY_SET_MAX_BYTES: usize = 256 * 1024;

/// Parsing an RSA key costs a Worker CPU time, so their number is bounded as well.
const MAX_KEYS: usize = 50;

const REFRESH: RefreshPolicy = RefreshPolicy {
    // A key that the issuer removes stays valid for ten minutes more; providers let the public cache
    // their sets for that long.
    refresh_after: 600,
    // An unknown `kid` is free to make up.
    retry_after: 60,
    // Nothing works yet.
    first_retry_after: 10,
    // Longer than any outage; yet a removed key does not stay valid forever behind a
    // broken connection.
    max_age: Some(24 * 60 * 60),
    // KEY_SET_TIMEOUT, rounded up.
    lost_after: 5,
    // One request cannot wait for another's fetch (on Workers that hangs), so with only one the
    // rest of a cold start's burst would get 503.
    max_first_fetches: 16,
};

/// The key set at a URL.
pub(super) type RemoteKeySet = Refreshed<KeySet, KeySetError>;

/// The fetch of a key set, claimed by the request that needs it.
pub struct KeySetClaim<'a> {
    expected: &'a Expected,
    claim: Claim<'a, KeySet, KeySetError>,
}

impl<'a> KeySetClaim<'a> {
    pub(super) fn new(expected: &'a Expected, claim: Claim<'a, KeySet, KeySetError>) -> Self {
        Self { expected, claim }
    }

    /// Whose key set it is.
    #[must_use]
    pub fn issuer(&self) -> &'a str {
        &self.expected.issuer
    }

    /// The same if several issuers are configured, for warnings.
    #[must_use]
    pub fn issuer_among_others(&self) -> Option<&'a str> {
        self.expected.among_others.map(|_| self.expected.issuer.as_str())
    }

    /// What to fetch.
    #[must_use]
    pub fn request(&self) -> &Fetch {
        self.claim.request()
    }

    /// Takes the answer. The set that is there stays in use if the new one is invalid.
    ///
    /// # Errors
    /// Why there is no new set.
    pub fn resolve(
        self,
        answer: Result<&[u8], FetchError>,
        now: UnixTime,
    ) -> Result<Option<Arc<KeySet>>, KeySetError> {
        self.claim.resolve(answer, now)
    }
}

/// The key set at `url`. Its RSA keys without an `alg` are for `algorithm`.
pub(super) fn at(url: String, algorithm: Option<Algorithm>) -> RemoteKeySet {
    let fetch = Fetch { url, header: None, timeout: KEY_SET_TIMEOUT, max_bytes: KEY_SET_MAX_BYTES };
    Refreshed::new(fetch, move |answer| KeySet::parse(answer, algorithm), REFRESH)
}

/// The usable keys of a set.
#[derive(Debug)]
pub struct KeySet {
    keys: Vec<Key>,
    unusable: Vec<UnusableKey>,
}

#[derive(Debug)]
struct Key {
    kid: Option<String>,
    key: VerifyingKey,
}

impl KeySet {
    /// Keys that cannot be used are left out; a set of those alone is an error.
    fn parse(answer: &[u8], algorithm: Option<Algorithm>) -> Result<Self, KeySetError> {
        if answer.len() > KEY_SET_MAX_BYTES {
            return Err(KeySetError::TooLarge);
        }
        let answer = json::read_unique(answer).map_err(|_| KeySetError::NotAKeySet)?;
        let jwks = answer.object().get("keys").and_then(Json::as_array).ok_or(KeySetError::NotAKeySet)?;
        if jwks.len() > MAX_KEYS {
            return Err(KeySetError::TooManyKeys { keys: jwks.len() });
        }
        let mut keys = Vec::new();
        let mut unusable = Vec::new();
        for jwk in jwks {
            match Key::parse(jwk, algorithm) {
                Ok(key) => keys.push(key),
                Err(bad) => {
                    let kid = jwk.as_object().and_then(|jwk| jwk.text("kid")).map(Excerpt::from);
                    unusable.push(UnusableKey { kid, bad });
                }
            }
        }
        if keys.is_empty() {
            let mut reasons = Vec::new();
            for UnusableKey { bad, .. } in unusable {
                if !reasons.contains(&bad) {
                    reasons.push(bad);
                }
            }
            return Err(KeySetError::NoUsableKey(reasons));
        }
        Ok(Self { keys, unusable })
    }

    /// The keys that the issuer should fix, for the log. Keys for other uses and of other types are
    /// no mistake.
    pub fn mistakes(&self) -> impl Iterator<Item = &UnusableKey> {
        self.unusable.iter().filter(|key| match key.bad {
            BadKey::Published
            | BadKey::Symmetric
            | BadKey::OtherAlgorithm
            | BadKey::RsaBits
            | BadKey::Roca
            | BadKey::Malformed => true,
            BadKey::NotSpki
            | BadKey::TooManyKeys
            | BadKey::Private
            | BadKey::SecretTooShort { .. }
            | BadKey::SecretIsPem
            | BadKey::OtherType
            | BadKey::OtherUse => false,
        })
    }

    /// The one key for a token with this `kid` and `alg`.
    pub(super) fn find(&self, kid: Option<&str>, algorithm: Algorithm) -> Result<&VerifyingKey, NoKey> {
        let fitting = |key: &&Key| match kid {
            Some(kid) => key.kid.as_deref() == Some(kid),
            None => key.key.algorithm == algorithm,
        };
        let mut keys = self.keys.iter().filter(fitting);
        match (keys.next(), keys.next()) {
            (None, _) => Err(NoKey::Unknown(kid.map(Excerpt::from))),
            (Some(_), Some(_)) => Err(NoKey::Ambiguous(kid.map(Excerpt::from))),
            (Some(found), None) => Ok(&found.key),
        }
    }
}

impl Key {
    fn parse(jwk: &Json<'_>, algorithm: Option<Algorithm>) -> Result<Self, BadKey> {
        let jwk = jwk.as_object().ok_or(BadKey::Malformed)?;
        let kid = match jwk.get("kid") {
            None => None,
            Some(kid) => Some(kid.as_text().ok_or(BadKey::Malformed)?.to_owned()),
        };
        Ok(Self { kid, key: VerifyingKey::from_jwk(jwk, algorithm)? })
    }
}

/// A key of a set that verifies no JWT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnusableKey {
    kid: Option<Excerpt<'static>>,
    bad: BadKey,
}

impl fmt::Display for UnusableKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kid {
            Some(kid) => write!(f, "key set: kid {kid} is not used: {}", self.bad),
            None => write!(f, "key set: a key without kid is not used: {}", self.bad),
        }
    }
}

/// Why a set has no key for a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoKey {
    /// No key of this `kid`; or, for a token without one, none for its algorithm. A newer set may
    /// have it.
    Unknown(Option<Excerpt<'static>>),
    /// Several keys of this `kid`; or, for a token without one, several for its algorithm.
    Ambiguous(Option<Excerpt<'static>>),
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

/// Why a key set is invalid or missing.
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
    /// No key that could verify a JWT, and the reasons, each once.
    NoUsableKey(Vec<BadKey>),
}

impl KeySetError {
    /// The result of the fetch, as a metric has it.
    #[must_use]
    pub fn result(&self) -> &'static str {
        match self {
            Self::TimedOut => "timeout",
            Self::TooLarge => "too_large",
            Self::Status(_) => "status",
            Self::Unreachable => "unreachable",
            Self::NotAKeySet | Self::TooManyKeys { .. } | Self::NoUsableKey(_) => "invalid",
        }
    }
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
            Self::TooLarge => write!(f, "expected at most {KEY_SET_MAX_BYTES} bytes"),
            Self::Status(status) => write!(f, "expected status 200, got {status}"),
            Self::Unreachable => f.write_str("unreachable"),
            Self::NotAKeySet => f.write_str("expected JSON with a list of keys"),
            Self::TooManyKeys { keys } => write!(f, "expected at most {MAX_KEYS} keys, got {keys}"),
            Self::NoUsableKey(unusable) if unusable.is_empty() => {
                f.write_str("expected a list of keys, got an empty one")
            }
            Self::NoUsableKey(unusable) => {
                f.write_str("expected a usable key, got none")?;
                unusable.iter().try_for_each(|bad| write!(f, "; {bad}"))
            }
        }
    }
}

impl std::error::Error for KeySetError {}
