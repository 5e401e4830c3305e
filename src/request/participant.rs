//! Who joins a channel, and what an RTC token carries besides.

use std::str::FromStr;

use super::unknown_name::UnknownName;
use super::user_id::{ChatUserId, RtmUserId};
use crate::token::{ChannelName, RtcPrivileges, Uid};

/// What a user may do in a channel. Agora enforces it only if co-host authentication is enabled in
/// its Console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Publishes and receives.
    Publisher,
    /// Receives only.
    Subscriber,
}

impl Role {
    /// Both roles.
    pub const ALL: [Self; 2] = [Self::Publisher, Self::Subscriber];

    /// The role's name in requests and responses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Publisher => "publisher",
            Self::Subscriber => "subscriber",
        }
    }

    /// The privileges that the official builders give to the role.
    #[must_use]
    pub fn privileges<E: Copy>(self, end: E) -> RtcPrivileges<E> {
        match self {
            Self::Publisher => RtcPrivileges::publisher(end),
            Self::Subscriber => RtcPrivileges::subscriber(end),
        }
    }
}

impl FromStr for Role {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|role| role.name() == name).ok_or(UnknownName)
    }
}

/// A user in a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Participant {
    /// The channel.
    pub channel: ChannelName,
    /// The user in it.
    pub uid: Uid,
    /// What the user may do there.
    pub role: Role,
}

/// The services that an RTC token carries besides RTC, each as a user of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Companions {
    /// The RTM user whom the token signs in.
    pub rtm: Option<RtmUserId>,
    /// The Chat user whom the token signs in.
    pub chat: Option<ChatUserId>,
}

impl Companions {
    /// RTC alone.
    pub const NONE: Self = Self { rtm: None, chat: None };

    /// RTM as this user.
    #[must_use]
    pub const fn rtm(user_id: RtmUserId) -> Self {
        Self { rtm: Some(user_id), chat: None }
    }
}
