//! The rules by which a well-formed request may be refused.

use std::fmt;

use crate::request::{Role, TokenKind};
use crate::time::Ttl;

/// The rules by which a well-formed request may be refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// A type that the token would carry.
    TokenType,
    /// uid 0, an empty channel, or a `*`.
    Wildcard,
    /// The channel.
    Channel,
    /// The role.
    Role,
    /// An identity.
    Uid,
    /// The lifetime.
    ExpireTime,
    /// The page that asks.
    Origin,
}

impl Rule {
    /// Its name in the HTTP contract.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::TokenType => "tokenType",
            Self::Wildcard => "wildcard",
            Self::Channel => "channel",
            Self::Role => "role",
            Self::Uid => "uid",
            Self::ExpireTime => "expireTime",
            Self::Origin => "origin",
        }
    }
}

/// Why a request was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denied {
    /// The token would carry this type.
    TokenType(TokenKind),
    /// This field names more than one channel or user.
    Wildcard {
        /// The field of the body.
        field: &'static str,
    },
    /// A channel that is not among the allowed ones.
    Channel {
        /// The field of the body.
        field: &'static str,
    },
    /// A role that the caller may not have; `None` for the numbers of Flexible Classroom.
    Role(Option<Role>),
    /// This field names somebody else than the caller.
    Uid {
        /// The field of the body.
        field: &'static str,
    },
    /// Longer than allowed.
    ExpireTime {
        /// The lifetime that was asked for.
        asked: Ttl,
        /// The longest that is allowed, in seconds; 0 where none is.
        longest: u32,
    },
    /// A page of an origin that is not among the allowed ones.
    Origin,
}

impl Denied {
    /// The rule that refused.
    #[must_use]
    pub fn rule(&self) -> Rule {
        match self {
            Self::TokenType(_) => Rule::TokenType,
            Self::Wildcard { .. } => Rule::Wildcard,
            Self::Channel { .. } => Rule::Channel,
            Self::Role(_) => Rule::Role,
            Self::Uid { .. } => Rule::Uid,
            Self::ExpireTime { .. } => Rule::ExpireTime,
            Self::Origin => Rule::Origin,
        }
    }
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TokenType(kind) => write!(f, "tokenType: {} is not allowed here", kind.name()),
            Self::Wildcard { field } => {
                write!(f, "{field}: a wildcard, which is not allowed here; name one")
            }
            Self::Channel { field } => write!(f, "{field}: not one of the channels that are allowed here"),
            Self::Role(Some(role)) => write!(f, "role: {} is not allowed here", role.name()),
            Self::Role(None) => f.write_str("role: a numbered role is not allowed here"),
            Self::Uid { field } => write!(f, "{field}: not the one that the credential is for"),
            Self::ExpireTime { asked, longest } => {
                write!(f, "expireTime: {}, at most {} is allowed here", asked.as_secs(), longest)
            }
            Self::Origin => f.write_str("the page's origin is not allowed here"),
        }
    }
}
