//! The uid or user ID that a caller is bound to.

use std::borrow::Cow;
use std::fmt;
use std::num::NonZeroU32;

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
    /// An integer uid derived with `UID_KEY`, and its digits for RTM and Chat.
    Derived {
        /// The uid.
        uid: NonZeroU32,
        /// The text that is the identity for accounts, RTM and Chat. Missing if it consists of digits,
        /// which could be the uid of another user, or if it is shared with other issuers' users.
        text: Option<String>,
    },
}

impl Identity {
    /// The identity in a claim. A wildcard is rejected: an issuer that lets its users choose their
    /// `sub` would otherwise hand out wildcards.
    pub(super) fn parse(claim: &Json<'_>) -> Result<Self, BadIdentity> {
        let identity = plain_text(claim).ok_or(BadIdentity::OtherType)?;
        if identity.is_empty() {
            Err(BadIdentity::Empty)
        } else if identity == "0" || is_wildcard(&identity) {
            Err(BadIdentity::Wildcard)
        } else {
            Ok(Self::Bound(identity))
        }
    }

    /// The identity of a user ID that a request leaves out.
    #[must_use]
    pub fn user_id(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Free => None,
            Self::Bound(identity) | Self::Derived { text: Some(identity), .. } => {
                Some(Cow::Borrowed(identity))
            }
            Self::Derived { uid, text: None } => Some(Cow::Owned(uid.to_string())),
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

/// Why a claim does not identify one user.
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
            Self::Wildcard => "expected one user, got a wildcard",
        })
    }
}
