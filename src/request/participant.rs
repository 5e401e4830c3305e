//! Who joins a channel, and what an RTC token carries besides.

use super::user_id::{ChatUserId, RtmUserId};
use crate::token::{ChannelName, RtcPrivileges, Uid, UnknownName, closed_set};

closed_set! {
    /// What a user may do in a channel, named as in requests and responses. Agora enforces it only if co-host authentication is enabled in
    /// its Console.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Role {
        /// Publishes and receives.
        Publisher = "publisher",
        /// Receives only.
        Subscriber = "subscriber",
    }

    FromStr: UnknownName
}

impl Role {
    /// The privileges that the official builders give to the role.
    #[must_use]
    pub fn privileges<E: Copy>(self, end: E) -> RtcPrivileges<E> {
        match self {
            Self::Publisher => RtcPrivileges::publisher(end),
            Self::Subscriber => RtcPrivileges::subscriber(end),
        }
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
