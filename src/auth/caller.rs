//! The authenticated sender of a request, whatever it authenticated with.

use std::fmt;

use super::grants::Grants;
use crate::json::Json;
use crate::time::UnixTime;
use crate::token::is_wildcard;

/// The authenticated sender of a request.
///
/// Policy, log and rate limit read these facts and never the method, so that a new method of
/// authentication changes none of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// How the log and the rate limit name it: `key:NAME` or `jwt:SUBJECT`. `None` if the credential
    /// names no one, or if no credential is required.
    pub name: Option<String>,
    /// The `sub` claim, for `{sub}` in channel patterns. One that is empty or holds a `*` matches
    /// no pattern.
    pub subject: Option<String>,
    /// Which identities it may use.
    pub identity: Identity,
    /// What narrows its requests beside the configuration.
    pub grants: Option<Grants>,
    /// When the credential expires, without the clock skew: up to
    /// [`CLOCK_SKEW`](super::CLOCK_SKEW) seconds in the past.
    pub expires_at: Option<UnixTime>,
    /// Whether it needs a grant for tokens that act for the whole app.
    pub app_level: AppLevel,
}

impl Caller {
    /// The caller of a server that requires no credential (`AUTH=none`).
    #[must_use]
    pub const fn open() -> Self {
        Self {
            name: None,
            subject: None,
            identity: Identity::Free,
            grants: None,
            expires_at: None,
            app_level: AppLevel::Configured,
        }
    }

    /// A backend with the API key of this name: only the configuration limits it.
    #[must_use]
    pub fn api_key(name: &str) -> Self {
        Self { name: Some(format!("key:{name}")), ..Self::open() }
    }
}

/// What allows a caller tokens that act for the whole app: `chat-app`, `apaas-app` and `fpa`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppLevel {
    /// The configuration alone.
    Configured,
    /// Besides the configuration, `tokenTypes` in the caller's grants: a JWT is a user's.
    Granted,
}

/// Which identities a caller may use in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// Any: `JWT_UID_CLAIM=none`, and no `uid` in the grants.
    Free,
    /// This one alone. An integer claim is its decimal digits, since the text `"42"` and the
    /// integer 42 are the same uid everywhere here.
    Bound(String),
}

impl Identity {
    /// The identity in a claim. A wildcard is rejected: an issuer that lets its users choose their
    /// `sub` would otherwise hand out wildcards.
    pub(super) fn parse(claim: &Json<'_>) -> Result<Self, BadIdentity> {
        let identity = plain_text(claim).ok_or(BadIdentity::OtherType)?;
        match identity.as_str() {
            "" => Err(BadIdentity::Empty),
            "0" => Err(BadIdentity::Wildcard),
            _ if is_wildcard(&identity) => Err(BadIdentity::Wildcard),
            _ => Ok(Self::Bound(identity)),
        }
    }

    /// The one identity, if it is bound to one.
    #[must_use]
    pub fn bound(&self) -> Option<&str> {
        match self {
            Self::Free => None,
            Self::Bound(identity) => Some(identity),
        }
    }
}

/// A text, or the digits of an integer that is not negative.
pub(super) fn plain_text(claim: &Json<'_>) -> Option<String> {
    match claim {
        Json::Text(text) => Some(text.clone().into_owned()),
        Json::Integer(number) if *number >= 0 => Some(number.to_string()),
        Json::Null | Json::Bool(_) | Json::Integer(_) | Json::Float(_) | Json::Array(_) | Json::Object(_) => {
            None
        }
    }
}

/// Why a claim identifies no one user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadIdentity {
    /// Neither a text nor an integer.
    OtherType,
    /// An empty text.
    Empty,
    /// 0, or a text with a `*` in it.
    Wildcard,
}

impl fmt::Display for BadIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OtherType => "expected a text or an integer",
            Self::Empty => "empty",
            Self::Wildcard => "a wildcard, expected one user",
        })
    }
}
