//! Why a request has no caller: the client's fault or the server's.

use std::fmt;

use super::claims::BadClaim;
use super::jwt::BadJwt;
use super::key_set::{KeySetError, NoKey};
use crate::json::Excerpt;

/// Why a request has no caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthError {
    /// The credential is missing or bad: the client's fault.
    Refused(Cause),
    /// The credential cannot be checked now: a fault of the issuer or the server.
    Unavailable(Cause),
}

/// The fact behind an [`AuthError`]. For the log: its `Display` holds nothing of a credential but
/// excerpts of a JWT's `kid`, `alg`, `iss` and `aud`, which are not credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Nothing was sent.
    NoCredential,
    /// `Authorization` is not `Bearer` and one token.
    NotBearer,
    /// A key that is not configured.
    ApiKey,
    /// Two keys of different names.
    TwoApiKeys,
    /// JWTs in two headers.
    TwoJwts,
    /// An API key and a JWT.
    KeyAndJwt,
    /// A JWT whose `iss` is not configured.
    UnknownIssuer(Excerpt<'static>),
    /// Not a JWT that the key signed.
    Jwt(BadJwt),
    /// No key for the JWT.
    NoKey(NoKey),
    /// A JWT with a claim that is not as it must be.
    Claim(BadClaim),
    /// The key set is missing or too old.
    KeySet(KeySetError),
    /// The same, and another request is fetching it.
    KeySetAwaited,
    /// One of these two, of an issuer beside others.
    OfIssuer {
        /// Which.
        issuer: String,
        /// What is missing.
        cause: Box<Cause>,
    },
}

impl Cause {
    pub(super) fn no_key_set(why: Option<KeySetError>) -> Self {
        why.map_or(Self::KeySetAwaited, Self::KeySet)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCredential => f.write_str("credential is missing"),
            Self::NotBearer => f.write_str("authorization: expected Bearer, one space and one token"),
            Self::ApiKey => f.write_str("api key: expected a key of API_KEYS"),
            Self::TwoApiKeys => f.write_str("api key: expected one, got two different ones"),
            Self::TwoJwts => f.write_str("jwt: expected one, got two in different headers"),
            Self::KeyAndJwt => f.write_str("credential: expected one, got an API key and a JWT"),
            Self::UnknownIssuer(found) => write!(f, "jwt iss: expected one of JWT_ISSUERS, got {found}"),
            Self::Jwt(bad) => write!(f, "jwt {bad}"),
            Self::NoKey(no_key) => write!(f, "jwt {no_key}"),
            Self::Claim(bad) => write!(f, "jwt {bad}"),
            Self::KeySet(error) => error.fmt(f),
            Self::KeySetAwaited => f.write_str("key set: not fetched yet"),
            Self::OfIssuer { issuer, cause } => write!(f, "{issuer}: {cause}"),
        }
    }
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(cause) | Self::Unavailable(cause) => cause.fmt(f),
        }
    }
}

impl std::error::Error for AuthError {}

impl From<BadJwt> for AuthError {
    fn from(bad: BadJwt) -> Self {
        Self::Refused(Cause::Jwt(bad))
    }
}

impl From<BadClaim> for AuthError {
    fn from(bad: BadClaim) -> Self {
        Self::Refused(Cause::Claim(bad))
    }
}
