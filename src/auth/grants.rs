//! The grants claim: what the issuer allows the bearer of a JWT to request.
//!
//! It only narrows, so a misspelt one must not count as none: whatever is not exactly known makes
//! the credential bad.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use super::identity::{BadIdentity, Identity};
use crate::json::{Excerpt, Json, Object};
use crate::request::{Role, TokenKind};

/// The claim's restrictions. A missing member is `None` and sets no limit; an empty list
/// allows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grants {
    /// The channels, each as the claim spells it.
    pub channels: Option<Vec<String>>,
    /// The roles.
    pub roles: Option<Vec<Role>>,
    /// The longest lifetime in seconds.
    pub max_expire_time: Option<NonZeroU32>,
    /// The token types.
    pub token_types: Option<Vec<TokenKind>>,
    /// Whether wildcards are allowed.
    pub wildcards: Option<bool>,
}

impl Grants {
    /// The grants in a claim, and the identity that its `uid` puts in place of another claim.
    pub(super) fn parse(claim: &Json<'_>) -> Result<(Self, Option<Identity>), BadGrants> {
        let members = claim.as_object().ok_or_else(|| BadGrants::not_an_object(claim))?;
        let known = ["channels", "roles", "uid", "maxExpireTime", "tokenTypes", "wildcards"];
        if let Some(name) = members.keys().find(|name| !known.contains(name)) {
            return Err(BadGrants::Unknown(name.into()));
        }
        let max_expire_time =
            member(members, "maxExpireTime", "an integer of at least 1", |value| match value {
                Json::Integer(seconds) => u32::try_from(*seconds).ok().and_then(NonZeroU32::new),
                Json::Null
                | Json::Bool(_)
                | Json::Float(_)
                | Json::Text(_)
                | Json::Array(_)
                | Json::Object(_) => None,
            })?;
        let grants = Self {
            channels: list(members, "channels")?,
            roles: named(members, "roles")?,
            max_expire_time,
            token_types: named(members, "tokenTypes")?,
            wildcards: member(members, "wildcards", "true or false", |value| match value {
                Json::Bool(wildcards) => Some(*wildcards),
                Json::Null
                | Json::Integer(_)
                | Json::Float(_)
                | Json::Text(_)
                | Json::Array(_)
                | Json::Object(_) => None,
            })?,
        };
        let identity = members.get("uid").map(Identity::parse).transpose().map_err(BadGrants::Uid)?;
        Ok((grants, identity))
    }
}

/// Why a grants claim is invalid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadGrants {
    /// Null, a list, a number, …
    NotAnObject,
    /// Null.
    Null,
    /// A text, which may hold the object as JSON.
    Text,
    /// A member that there is not.
    Unknown(Excerpt<'static>),
    /// A member of a wrong type or value.
    Member {
        /// Which.
        name: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// An unknown name in a list.
    Name {
        /// The list.
        list: &'static str,
        /// The text of the claim.
        found: Excerpt<'static>,
    },
    /// A `uid` that identifies no user.
    Uid(BadIdentity),
}

impl BadGrants {
    fn not_an_object(claim: &Json<'_>) -> Self {
        match claim {
            Json::Null => Self::Null,
            Json::Text(_) => Self::Text,
            Json::Bool(_) | Json::Integer(_) | Json::Float(_) | Json::Array(_) | Json::Object(_) => {
                Self::NotAnObject
            }
        }
    }
}

impl fmt::Display for BadGrants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnObject => f.write_str("expected an object"),
            Self::Null => f.write_str("expected an object, got null"),
            Self::Text => f.write_str("expected an object, got text"),
            Self::Unknown(name) => write!(f, "unknown member {name}"),
            Self::Member { name, expected } => write!(f, "{name}: expected {expected}"),
            Self::Name { list, found } => write!(f, "{list}: unknown name {found}"),
            Self::Uid(bad) => write!(f, "uid: {bad}"),
        }
    }
}

fn member<T>(
    members: Object<'_>,
    name: &'static str,
    expected: &'static str,
    read: impl FnOnce(&Json<'_>) -> Option<T>,
) -> Result<Option<T>, BadGrants> {
    let value = members.get(name);
    value.map(|value| read(value).ok_or(BadGrants::Member { name, expected })).transpose()
}

fn list(members: Object<'_>, name: &'static str) -> Result<Option<Vec<String>>, BadGrants> {
    member(members, name, "a list of texts", |value| {
        let texts = value.as_array()?.iter().map(|text| text.as_text().map(str::to_owned));
        texts.collect()
    })
}

fn named<T: FromStr>(members: Object<'_>, name: &'static str) -> Result<Option<Vec<T>>, BadGrants> {
    let Some(names) = list(members, name)? else { return Ok(None) };
    let unknown = |found: &String| BadGrants::Name { list: name, found: found.as_str().into() };
    names.iter().map(|one| one.parse().map_err(|_| unknown(one))).collect::<Result<_, _>>().map(Some)
}
