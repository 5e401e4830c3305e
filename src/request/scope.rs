//! Questions to a scope, whichever field of a request named a channel or a user.

use std::fmt;

use super::spec::{Channels, Scope, TokenKind, User};
use crate::token::{Permissions, Resource, Uid, is_wildcard};

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
