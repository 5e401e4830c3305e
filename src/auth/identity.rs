//! Whom a JWT speaks for.

use std::fmt;

use serde_json::Value;

/// Which identities a bearer may put into a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// Any: `JWT_UID_CLAIM=none`, and no `uid` in the grants.
    Free,
    /// This one alone. An integer claim is its decimal digits, since the text `"42"` and the
    /// integer 42 are the same uid everywhere here.
    Bound(String),
}

impl Identity {
    /// The identity in a claim. One that stands for many is refused: an issuer that lets its users
    /// choose their `sub` would otherwise hand out wildcards.
    pub(super) fn parse(claim: &Value) -> Result<Self, BadIdentity> {
        let identity = plain_text(claim).ok_or(BadIdentity::OtherType)?;
        match identity.as_str() {
            "" => Err(BadIdentity::Empty),
            "0" => Err(BadIdentity::Wildcard),
            _ if identity.contains('*') => Err(BadIdentity::Wildcard),
            _ => Ok(Self::Bound(identity)),
        }
    }
}

/// A text, or the digits of an integer that is not negative.
pub(super) fn plain_text(claim: &Value) -> Option<String> {
    match claim {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => number.as_u64().map(|integer| integer.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Why a claim identifies nobody.
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
