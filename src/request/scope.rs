//! What a token reaches, whichever field of a request named it.

use std::fmt;

use super::participant::Role;
use super::spec::TokenKind;
use super::v006::Format;
use crate::token::{Permissions, Resource, Uid, UserId, is_wildcard};

/// What a token reaches. Policy, response and log read this alone, so a new kind of token has to
/// state each part.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The kind that was requested.
    pub kind: TokenKind,
    /// The other kinds that the token carries. Each must be allowed, or one could be obtained
    /// inside another.
    pub carries: [Option<TokenKind>; 2],
    /// The token's format.
    pub format: Format,
    /// The channels that it names.
    pub channels: Channels<'a>,
    /// The identities that its holder can take, each with its field.
    pub users: [Option<(&'static str, User<'a>)>; 2],
    /// The role in the channel.
    pub role: ScopeRole,
}

/// The channels that a token names.
#[derive(Clone, Copy, Debug)]
pub enum Channels<'a> {
    /// None: the token is for no channel.
    None,
    /// One, with its field.
    One(&'static str, &'a str),
    /// Those of its RTM permissions.
    Permitted(&'a Permissions),
}

/// An identity that the holder of a token can take.
#[derive(Clone, Copy, Debug)]
pub enum User<'a> {
    /// A user of RTC.
    Uid(&'a Uid),
    /// A user of RTM, Chat or Flexible Classroom.
    Id(&'a UserId),
}

/// A role in a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeRole {
    /// The token has none.
    None,
    /// A role of RTC.
    Rtc(Role),
    /// A role of Flexible Classroom, which Agora numbers.
    Numbered(i16),
}

impl<'a> Scope<'a> {
    /// Every kind that the token carries, the requested one first.
    pub fn kinds(&self) -> impl Iterator<Item = TokenKind> + use<> {
        std::iter::once(self.kind).chain(self.carries.into_iter().flatten())
    }

    /// Every identity that the holder can take, with its field.
    pub fn users(&self) -> impl Iterator<Item = (&'static str, User<'a>)> + use<'a> {
        self.users.into_iter().flatten()
    }

    /// Every channel that the token names, with its field.
    pub fn channels(&self) -> impl Iterator<Item = (&'static str, &'a str)> + use<'a> {
        let (one, permissions) = match self.channels {
            Channels::None => (None, None),
            Channels::One(field, name) => (Some((field, name)), None),
            Channels::Permitted(permissions) => (None, Some(permissions)),
        };
        one.into_iter().chain(permissions.into_iter().flat_map(permitted_channels))
    }

    /// The first field that names more than one channel.
    #[must_use]
    pub fn wildcard_channel(&self) -> Option<&'static str> {
        self.channels().find(|(_, name)| is_wildcard(name)).map(|(field, _)| field)
    }

    /// The first field that names more than one user.
    #[must_use]
    pub fn wildcard_user(&self) -> Option<&'static str> {
        let user = self.users().find(|(_, user)| user.is_wildcard()).map(|(field, _)| field);
        user.or_else(|| match self.channels {
            Channels::None | Channels::One(..) => None,
            Channels::Permitted(permissions) => {
                permissions.names_of(Resource::Users).any(is_wildcard).then_some("permissions.users")
            }
        })
    }
}

/// Every resource of RTM permissions but users is a channel, or a group of them.
fn permitted_channels(permissions: &Permissions) -> impl Iterator<Item = (&'static str, &str)> {
    [
        (Resource::MessageChannels, "permissions.messageChannels"),
        (Resource::StreamChannels, "permissions.streamChannels"),
        (Resource::GroupChannels, "permissions.groupChannels"),
        (Resource::ServerGroups, "permissions.serverGroups"),
    ]
    .into_iter()
    .flat_map(|(resource, field)| permissions.names_of(resource).map(move |name| (field, name)))
}

impl User<'_> {
    /// Whether the holder can take more than one identity.
    #[must_use]
    pub fn is_wildcard(self) -> bool {
        match self {
            Self::Uid(uid) => uid.is_wildcard(),
            Self::Id(id) => id.is_wildcard(),
        }
    }

    /// Whether it is this identity and no other.
    #[must_use]
    pub fn is(self, identity: &str) -> bool {
        match self {
            Self::Uid(Uid::Account(account)) => account.as_str() == identity,
            Self::Uid(uid @ (Uid::Any | Uid::Number(_))) => uid.to_string() == identity,
            Self::Id(id) => id.as_str() == identity,
        }
    }
}

impl fmt::Display for User<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uid(uid) => uid.fmt(f),
            Self::Id(id) => f.write_str(id.as_str()),
        }
    }
}
