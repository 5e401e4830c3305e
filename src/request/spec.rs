//! The kinds of token, the content of each kind, and its scope.
//!
//! To add a kind: a variant of [`TokenKind`], one of [`TokenSpec`], and the arms that the compiler
//! then asks for.

use super::participant::{Companions, Participant, Role};
use super::user_id::{ChatUserId, RtmUserId};
use super::v006::{Format, Rtc006};
use crate::time::Ttl;
use crate::token::{Permissions, PrivilegeTtl, RtcPrivileges, Uid, UnknownName, UserId, closed_set};

closed_set! {
    /// The kinds of token that can be requested, in the order of the documentation, named as in
    /// `tokenType`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub enum TokenKind {
        /// Voice and video.
        Rtc = "rtc",
        /// RTM (Signaling).
        Rtm = "rtm",
        /// Chat, as one user.
        ChatUser = "chat-user",
        /// Chat, as an administrator.
        ChatApp = "chat-app",
        /// Full-path acceleration.
        Fpa = "fpa",
        /// Flexible Classroom: a user in a room.
        ApaasRoomUser = "apaas-room-user",
        /// Flexible Classroom: a user.
        ApaasUser = "apaas-user",
        /// Flexible Classroom, as an administrator.
        ApaasApp = "apaas-app",
        /// Conversational AI.
        ConvoAi = "convoai",
        /// Speech to text.
        Stt = "stt",
    }

    FromStr: UnknownName
}

/// How much of a project a token of some kind reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// One channel or room.
    Channel,
    /// One user, in every channel.
    User,
    /// Every user.
    App,
}

impl TokenKind {
    /// How much of a project a token of this kind reaches.
    #[must_use]
    pub fn level(self) -> Level {
        match self {
            Self::Rtc | Self::ConvoAi | Self::Stt | Self::ApaasRoomUser => Level::Channel,
            Self::Rtm | Self::ChatUser | Self::ApaasUser => Level::User,
            Self::ChatApp | Self::Fpa | Self::ApaasApp => Level::App,
        }
    }

    /// The other kinds that every token of this kind carries.
    #[must_use]
    pub fn also_carries(self) -> &'static [Self] {
        match self {
            Self::ConvoAi | Self::Stt => &[Self::Rtc, Self::Rtm],
            Self::ApaasRoomUser => &[Self::Rtm, Self::ChatUser],
            Self::Rtc
            | Self::Rtm
            | Self::ChatUser
            | Self::ChatApp
            | Self::Fpa
            | Self::ApaasUser
            | Self::ApaasApp => &[],
        }
    }

    /// The formats that tokens of this kind exist in.
    #[must_use]
    pub fn formats(self) -> &'static [Format] {
        match self {
            Self::Rtc | Self::Rtm => &Format::ALL,
            Self::ChatUser
            | Self::ChatApp
            | Self::Fpa
            | Self::ApaasRoomUser
            | Self::ApaasUser
            | Self::ApaasApp
            | Self::ConvoAi
            | Self::Stt => &[Format::V007],
        }
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

/// What a token is for: one variant for each kind and format.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "most fields are described at their types")]
pub enum TokenSpec {
    /// One channel.
    Rtc { participant: Participant, privileges: RtcPrivileges<PrivilegeTtl>, companions: Companions },
    /// One channel with a Conversational AI agent, and RTM.
    ConvoAi {
        participant: Participant,
        privileges: RtcPrivileges<PrivilegeTtl>,
        rtm: RtmUserId,
        chat: Option<ChatUserId>,
    },
    /// One channel with speech to text, and RTM.
    Stt {
        participant: Participant,
        privileges: RtcPrivileges<PrivilegeTtl>,
        rtm: RtmUserId,
        chat: Option<ChatUserId>,
    },
    /// RTM, with permissions in projects for which Agora enabled them.
    Rtm {
        user_id: RtmUserId,
        /// What the user may read and write; `None` is everything that signing in allows.
        permissions: Option<Permissions>,
    },
    /// Chat, as one user.
    ChatUser { user_id: ChatUserId },
    /// Chat, as an administrator.
    ChatApp,
    /// Full-path acceleration.
    Fpa {
        /// When the privilege ends. The official builder lets it end with the token.
        login: PrivilegeTtl,
    },
    /// Flexible Classroom: one user in one room, who signs in to RTM and Chat as well.
    ApaasRoomUser {
        room_uuid: UserId,
        user_uuid: RtmUserId,
        /// Agora's number of the role.
        role: i16,
    },
    /// Flexible Classroom: one user.
    ApaasUser { user_uuid: RtmUserId },
    /// Flexible Classroom, as an administrator.
    ApaasApp,
    /// One channel, as a 006 token.
    Rtc006(Rtc006),
    /// RTM, as a 006 token, which has no permissions.
    Rtm006 { user_id: RtmUserId },
}

/// What a token reaches. Policy, response and log read this alone, so a new kind of token has to
/// state each part.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The kind that was requested.
    pub kind: TokenKind,
    /// The other kinds that the token carries. Each must be allowed, or one could be obtained
    /// inside another.
    pub carries: [Option<TokenKind>; 3],
    /// The token's format.
    pub format: Format,
    /// The channels that it names.
    pub channels: Channels<'a>,
    /// The identities that its holder can take, each with its field.
    pub users: [Option<(&'static str, User<'a>)>; 3],
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

impl TokenSpec {
    /// What the token reaches.
    #[must_use]
    pub fn scope(&self) -> Scope<'_> {
        use TokenKind::{ApaasApp, ApaasRoomUser, ApaasUser, ChatApp, ChatUser, ConvoAi, Fpa, Rtc, Rtm, Stt};
        match self {
            Self::Rtc { participant, companions, privileges: _ } => {
                let Companions { rtm, chat } = companions;
                in_channel(Rtc, None, participant, rtm.as_ref(), chat.as_ref())
            }
            Self::ConvoAi { participant, rtm, chat, privileges: _ } => {
                in_channel(ConvoAi, Some(Rtc), participant, Some(rtm), chat.as_ref())
            }
            Self::Stt { participant, rtm, chat, privileges: _ } => {
                in_channel(Stt, Some(Rtc), participant, Some(rtm), chat.as_ref())
            }
            Self::Rtc006(rtc) => {
                Scope { format: Format::V006, ..in_channel(Rtc, None, rtc.participant(), None, None) }
            }
            Self::Rtm { user_id, permissions } => Scope {
                channels: permissions.as_ref().map_or(Channels::None, Channels::Permitted),
                ..of_user(Rtm, "uid", user_id.as_user_id())
            },
            Self::Rtm006 { user_id } => {
                Scope { format: Format::V006, ..of_user(Rtm, "uid", user_id.as_user_id()) }
            }
            Self::ChatUser { user_id } => of_user(ChatUser, "uid", user_id.as_user_id()),
            Self::ApaasRoomUser { room_uuid, user_uuid, role } => Scope {
                carries: [Some(Rtm), Some(ChatUser), None],
                channels: Channels::One("roomUuid", room_uuid.as_str()),
                role: ScopeRole::Numbered(*role),
                ..of_user(ApaasRoomUser, "userUuid", user_uuid.as_user_id())
            },
            Self::ApaasUser { user_uuid } => of_user(ApaasUser, "userUuid", user_uuid.as_user_id()),
            Self::ChatApp => of_app(ChatApp),
            Self::Fpa { login: _ } => of_app(Fpa),
            Self::ApaasApp => of_app(ApaasApp),
        }
    }
}

/// A participant, who may sign in to RTM and Chat as well.
fn in_channel<'a>(
    kind: TokenKind,
    rtc: Option<TokenKind>,
    participant: &'a Participant,
    rtm: Option<&'a RtmUserId>,
    chat: Option<&'a ChatUserId>,
) -> Scope<'a> {
    let Participant { channel, uid, role } = participant;
    Scope {
        kind,
        carries: [rtc, rtm.map(|_| TokenKind::Rtm), chat.map(|_| TokenKind::ChatUser)],
        format: Format::V007,
        channels: Channels::One("channel", channel.as_str()),
        users: [
            Some(("uid", User::Uid(uid))),
            rtm.map(|id| ("rtm.userId", User::Id(id.as_user_id()))),
            chat.map(|id| ("chat.userId", User::Id(id.as_user_id()))),
        ],
        role: ScopeRole::Rtc(*role),
    }
}

/// One user outside of any channel.
fn of_user<'a>(kind: TokenKind, field: &'static str, id: &'a UserId) -> Scope<'a> {
    Scope {
        kind,
        carries: [None; 3],
        format: Format::V007,
        channels: Channels::None,
        users: [Some((field, User::Id(id))), None, None],
        role: ScopeRole::None,
    }
}

/// The whole project, as an administrator.
fn of_app(kind: TokenKind) -> Scope<'static> {
    Scope {
        kind,
        carries: [None; 3],
        format: Format::V007,
        channels: Channels::None,
        users: [None; 3],
        role: ScopeRole::None,
    }
}
