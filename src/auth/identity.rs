//! The uid or user ID that a caller is bound to.

use std::fmt;

use crate::json::Json;
use crate::token::is_wildcard;

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
