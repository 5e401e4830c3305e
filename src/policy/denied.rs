//! The rules that may deny a well-formed request.

use std::fmt;

use crate::request::{Role, TokenKind};
use crate::time::Ttl;
use crate::token::closed_set;

closed_set! {
    /// The rules that may deny a well-formed request, in the order of their check, named
    /// as a 403 gives them.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Rule {
        /// The origin of the page.
        Origin = "origin",
        /// The project that the client names.
        Project = "project",
        /// The token's format.
        Version = "version",
        /// A kind that the token would carry.
        TokenType = "tokenType",
        /// uid 0, an empty channel, or a `*`.
        Wildcard = "wildcard",
        /// The channel.
        Channel = "channel",
        /// The role.
        Role = "role",
        /// An identity.
        Uid = "uid",
        /// The lifetime.
        ExpireTime = "expireTime",
    }
}

/// Why a request was denied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denied {
    /// The origin of the page is not allowed.
    Origin,
    /// The request names a host that is not allowed.
    Host,
    /// The client names another project in `appId`.
    Project,
    /// 006 is not allowed.
    Version,
    /// The token would carry this kind.
    TokenType(TokenKind),
    /// This field names more than one channel or user.
    Wildcard {
        /// The field of the body.
        field: &'static str,
    },
    /// This field names a channel that is not allowed.
    Channel {
        /// The field of the body.
        field: &'static str,
    },
    /// The caller cannot have this role; `None` for the numbers of Flexible Classroom.
    Role(Option<Role>),
    /// This field names another user than the caller.
    Uid {
        /// The field of the body.
        field: &'static str,
    },
    /// This field leaves out the uid of a caller that has a derived one, on a route whose response does
    /// not carry the uid.
    UidMissing {
        /// The field of the body.
        field: &'static str,
    },
    /// The lifetime is longer than allowed.
    ExpireTime {
        /// The requested lifetime.
        requested: Ttl,
        /// The maximum lifetime in seconds; 0 if the credential has expired.
        max: u32,
    },
}

impl Denied {
    /// The rule that refused the request.
    #[must_use]
    pub fn rule(&self) -> Rule {
        match self {
            Self::Origin | Self::Host => Rule::Origin,
            Self::Project => Rule::Project,
            Self::Version => Rule::Version,
            Self::TokenType(_) => Rule::TokenType,
            Self::Wildcard { .. } => Rule::Wildcard,
            Self::Channel { .. } => Rule::Channel,
            Self::Role(_) => Rule::Role,
            Self::Uid { .. } | Self::UidMissing { .. } => Rule::Uid,
            Self::ExpireTime { .. } => Rule::ExpireTime,
        }
    }
}

/// A denial, and the setting that caused it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The denial as the caller sees it, without its source.
    pub denied: Denied,
    /// Its source.
    pub source: Source,
}

/// The source of a denial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// This variable.
    Configuration(&'static str),
    /// This member of the caller's grants.
    Grants(&'static str),
    /// The identity that the credential is bound to.
    Identity,
    /// The expiry of the credential, with `EXPIRE_WITH_JWT`.
    Expiry,
}

impl Refusal {
    pub(super) fn configured(variable: &'static str, denied: Denied) -> Self {
        Self { denied, source: Source::Configuration(variable) }
    }

    pub(super) fn granted(member: &'static str, denied: Denied) -> Self {
        Self { denied, source: Source::Grants(member) }
    }
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Origin => f.write_str("origin: expected an allowed origin"),
            Self::Host => f.write_str("host: expected an IP address, localhost or a name in ALLOWED_HOSTS"),
            Self::Project => f.write_str("appId: expected the App ID of this server, got another"),
            Self::Version => f.write_str("version: expected 007, got 006"),
            Self::TokenType(kind) => write!(f, "tokenType: {} is not allowed", kind.name()),
            Self::Wildcard { field } => {
                write!(f, "{field}: wildcards are not allowed")
            }
            Self::Channel { field } => write!(f, "{field}: expected an allowed channel"),
            Self::Role(Some(role)) => write!(f, "role: {} is not allowed", role.name()),
            Self::Role(None) => f.write_str("role: numbered roles are not allowed"),
            Self::Uid { field } => write!(f, "{field}: expected the identity of the credential"),
            Self::UidMissing { field } => {
                write!(f, "{field}: request your uid first: POST /token without uid")
            }
            Self::ExpireTime { requested, max } => {
                write!(f, "expireTime: expected at most {max}, got {}", requested.as_secs())
            }
        }
    }
}
