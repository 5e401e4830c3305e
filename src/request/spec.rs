//! What can be asked for, in types that cannot be wrong.

use crate::time::Ttl;
use crate::token::{ChannelName, Permissions, PrivilegeTtl, RtcPrivileges, Uid, UserId};

/// What a user may do in a channel. Agora enforces it only where co-host authentication is
/// switched on in its Console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Publishes and receives.
    Publisher,
    /// Receives only.
    Subscriber,
}

impl Role {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Publisher, Self::Subscriber];

    /// Its name in the HTTP contract.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Publisher => "publisher",
            Self::Subscriber => "subscriber",
        }
    }

    /// The role of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
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

/// The kinds of token that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TokenKind {
    /// Voice and video.
    Rtc,
    /// Signaling.
    Rtm,
    /// Chat, as one user.
    ChatUser,
    /// Chat, as an administrator.
    ChatApp,
    /// Full-path acceleration.
    Fpa,
    /// Flexible Classroom: a user in a room.
    ApaasRoomUser,
    /// Flexible Classroom: a user.
    ApaasUser,
    /// Flexible Classroom, as an administrator.
    ApaasApp,
    /// Conversational AI.
    ConvoAi,
    /// Speech to text.
    Stt,
}

impl TokenKind {
    /// Every kind, in the order of the contract.
    pub const ALL: [Self; 10] = [
        Self::Rtc,
        Self::Rtm,
        Self::ChatUser,
        Self::ChatApp,
        Self::Fpa,
        Self::ApaasRoomUser,
        Self::ApaasUser,
        Self::ApaasApp,
        Self::ConvoAi,
        Self::Stt,
    ];

    /// Its name in the HTTP contract.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rtc => "rtc",
            Self::Rtm => "rtm",
            Self::ChatUser => "chat-user",
            Self::ChatApp => "chat-app",
            Self::Fpa => "fpa",
            Self::ApaasRoomUser => "apaas-room-user",
            Self::ApaasUser => "apaas-user",
            Self::ApaasApp => "apaas-app",
            Self::ConvoAi => "convoai",
            Self::Stt => "stt",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A valid request for a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRequest {
    /// What the token is for.
    pub spec: TokenSpec,
    /// How long it lives.
    pub ttl: Ttl,
}

/// What a token is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenSpec {
    /// 007 for one channel, and perhaps for other services beside it.
    Rtc {
        /// Who, where, as what.
        participant: Participant,
        /// What exactly, and until when.
        privileges: RtcPrivileges<PrivilegeTtl>,
        /// The other services.
        companion: Companion,
    },
    /// 007 for Signaling, with permissions where Agora has enabled them.
    Rtm {
        /// Who.
        user_id: UserId,
        /// What exactly; without, everything that signing in allows.
        permissions: Option<Permissions>,
    },
    /// 007 for Chat as one user.
    ChatUser {
        /// Who.
        user_id: UserId,
    },
    /// 007 for Chat as an administrator.
    ChatApp,
    /// 007 for full-path acceleration.
    Fpa {
        /// When the privilege ends; the official builder says with the token.
        login: PrivilegeTtl,
    },
    /// 007 for one Flexible Classroom user in one room.
    ApaasRoomUser {
        /// Where.
        room_uuid: UserId,
        /// Who.
        user_uuid: UserId,
        /// As what: Agora's number.
        role: i16,
    },
    /// 007 for one Flexible Classroom user.
    ApaasUser {
        /// Who.
        user_uuid: UserId,
    },
    /// 007 for Flexible Classroom as an administrator.
    ApaasApp,
    /// 006 for one channel.
    OldRtc {
        /// Who, where, as what.
        participant: Participant,
        /// What exactly, and until when.
        privileges: RtcPrivileges<PrivilegeTtl>,
    },
    /// 006 for Signaling.
    OldRtm {
        /// Who.
        user_id: UserId,
    },
}

/// A user in a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Participant {
    /// Where.
    pub channel: ChannelName,
    /// Who.
    pub uid: Uid,
    /// As what.
    pub role: Role,
}

/// What an RTC token carries beside RTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Companion {
    /// Nothing.
    Nothing,
    /// Signaling as this user.
    Rtm(UserId),
    /// Conversational AI, and Signaling as this user.
    ConvoAi(UserId),
    /// Speech to text, and Signaling as this user.
    Stt(UserId),
}

impl Companion {
    /// As whom the token signs in to Signaling.
    #[must_use]
    pub fn user_id(&self) -> Option<&UserId> {
        match self {
            Self::Nothing => None,
            Self::Rtm(user_id) | Self::ConvoAi(user_id) | Self::Stt(user_id) => Some(user_id),
        }
    }
}

impl TokenSpec {
    /// The kind of token.
    #[must_use]
    pub fn token_type(&self) -> TokenKind {
        match self {
            Self::Rtc { companion: Companion::Nothing | Companion::Rtm(_), .. } | Self::OldRtc { .. } => {
                TokenKind::Rtc
            }
            Self::Rtc { companion: Companion::ConvoAi(_), .. } => TokenKind::ConvoAi,
            Self::Rtc { companion: Companion::Stt(_), .. } => TokenKind::Stt,
            Self::Rtm { .. } | Self::OldRtm { .. } => TokenKind::Rtm,
            Self::ChatUser { .. } => TokenKind::ChatUser,
            Self::ChatApp => TokenKind::ChatApp,
            Self::Fpa { .. } => TokenKind::Fpa,
            Self::ApaasRoomUser { .. } => TokenKind::ApaasRoomUser,
            Self::ApaasUser { .. } => TokenKind::ApaasUser,
            Self::ApaasApp => TokenKind::ApaasApp,
        }
    }

    /// The version of the token's format.
    #[must_use]
    pub fn version(&self) -> &'static str {
        match self {
            Self::OldRtc { .. } | Self::OldRtm { .. } => "006",
            _ => "007",
        }
    }

    /// Who, where, as what, of a token for a channel.
    #[must_use]
    pub fn participant(&self) -> Option<&Participant> {
        match self {
            Self::Rtc { participant, .. } | Self::OldRtc { participant, .. } => Some(participant),
            _ => None,
        }
    }
}
