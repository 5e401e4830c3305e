//! From what somebody asks for to a signed token.
//!
//! A [`TokenRequest`] is valid by its types. Whether its caller may have it is decided by
//! [`Policy`](crate::policy::Policy), which makes a [`Grant`] of it; only a grant can be issued.

use crate::time::{Ttl, UnixTime};
use crate::token::{
    AccessToken, AccessToken2, ChannelName, Permissions, PrivilegeTtl, Project, RtcPrivileges, Service, Uid,
    UserId,
};

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
pub enum TokenType {
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

impl TokenType {
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
    pub ask: Ask,
    /// How long it lives.
    pub ttl: Ttl,
}

/// What a token is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// 007 for one channel, and perhaps for other services beside it.
    Rtc {
        /// Who, where, as what.
        seat: Seat,
        /// What exactly, and until when.
        privileges: RtcPrivileges<PrivilegeTtl>,
        /// The other services.
        beside: Beside,
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
        seat: Seat,
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
pub struct Seat {
    /// Where.
    pub channel: ChannelName,
    /// Who.
    pub uid: Uid,
    /// As what.
    pub role: Role,
}

/// What an RTC token carries beside RTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Beside {
    /// Nothing.
    Nothing,
    /// Signaling as this user.
    Rtm(UserId),
    /// Conversational AI, and Signaling as this user.
    ConvoAi(UserId),
    /// Speech to text, and Signaling as this user.
    Stt(UserId),
}

impl Beside {
    /// As whom the token signs in to Signaling.
    #[must_use]
    pub fn user_id(&self) -> Option<&UserId> {
        match self {
            Self::Nothing => None,
            Self::Rtm(user_id) | Self::ConvoAi(user_id) | Self::Stt(user_id) => Some(user_id),
        }
    }
}

impl Ask {
    /// The kind of token.
    #[must_use]
    pub fn token_type(&self) -> TokenType {
        match self {
            Self::Rtc { beside: Beside::Nothing | Beside::Rtm(_), .. } | Self::OldRtc { .. } => {
                TokenType::Rtc
            }
            Self::Rtc { beside: Beside::ConvoAi(_), .. } => TokenType::ConvoAi,
            Self::Rtc { beside: Beside::Stt(_), .. } => TokenType::Stt,
            Self::Rtm { .. } | Self::OldRtm { .. } => TokenType::Rtm,
            Self::ChatUser { .. } => TokenType::ChatUser,
            Self::ChatApp => TokenType::ChatApp,
            Self::Fpa { .. } => TokenType::Fpa,
            Self::ApaasRoomUser { .. } => TokenType::ApaasRoomUser,
            Self::ApaasUser { .. } => TokenType::ApaasUser,
            Self::ApaasApp => TokenType::ApaasApp,
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
    pub fn seat(&self) -> Option<&Seat> {
        match self {
            Self::Rtc { seat, .. } | Self::OldRtc { seat, .. } => Some(seat),
            _ => None,
        }
    }
}

/// A request that its caller may have. Made by [`Policy`](crate::policy::Policy) alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    request: TokenRequest,
}

impl Grant {
    pub(crate) fn new(request: TokenRequest) -> Self {
        Self { request }
    }

    /// What was granted.
    #[must_use]
    pub fn request(&self) -> &TokenRequest {
        &self.request
    }

    /// The signed token.
    #[must_use]
    pub fn issue(&self, project: &Project, now: UnixTime, salt: u32) -> IssuedToken {
        let TokenRequest { ask, ttl } = &self.request;
        let lasting = PrivilegeTtl::from(*ttl);
        let app_id = project.app_id;
        let new = |service| AccessToken2::new(app_id, now, *ttl, salt, service);
        let mut expires_at = now.plus(ttl.as_secs());
        // 006 knows no "with the token": its own end is always Agora's 24 hours.
        let absolute = |end: PrivilegeTtl| match end {
            PrivilegeTtl::UNTIL_TOKEN_ENDS => now.plus(ttl.as_secs()),
            end => now.plus(end.as_secs()),
        };
        let token = match ask {
            Ask::Rtc { seat, privileges, beside } => {
                let token = new(Service::rtc(&seat.channel, &seat.uid, *privileges));
                match beside {
                    Beside::Nothing => token,
                    Beside::Rtm(user_id) => token.with(Service::rtm(user_id, lasting)),
                    Beside::ConvoAi(user_id) => {
                        token.with(Service::rtm(user_id, lasting)).with(Service::convo_ai())
                    }
                    Beside::Stt(user_id) => token.with(Service::rtm(user_id, lasting)).with(Service::stt()),
                }
            }
            Ask::Rtm { user_id, permissions: None } => new(Service::rtm(user_id, lasting)),
            Ask::Rtm { user_id, permissions: Some(permissions) } => {
                new(Service::rtm2(user_id, permissions.clone(), lasting))
            }
            Ask::ChatUser { user_id } => new(Service::chat_user(user_id, lasting)),
            Ask::ChatApp => new(Service::chat_app(lasting)),
            Ask::Fpa { login } => new(Service::fpa(*login)),
            Ask::ApaasRoomUser { room_uuid, user_uuid, role } => {
                new(Service::apaas_room_user(room_uuid, user_uuid, *role, lasting))
                    .with(Service::rtm(user_uuid, lasting))
                    .with(Service::chat_user(&user_uuid.md5(), lasting))
            }
            Ask::ApaasUser { user_uuid } => new(Service::apaas_user(user_uuid, lasting)),
            Ask::ApaasApp => new(Service::apaas_app(lasting)),
            Ask::OldRtc { seat, privileges } => {
                let ends = privileges.map(absolute);
                expires_at = ends.join_channel;
                let token_end = AccessToken::official_end(now);
                let token = AccessToken::rtc(app_id, salt, token_end, &seat.channel, &seat.uid, ends);
                return IssuedToken { token: token.build(&project.certificate), issued_at: now, expires_at };
            }
            Ask::OldRtm { user_id } => {
                let token =
                    AccessToken::rtm(app_id, salt, AccessToken::official_end(now), user_id, expires_at);
                return IssuedToken { token: token.build(&project.certificate), issued_at: now, expires_at };
            }
        };
        IssuedToken { token: token.build(&project.certificate), issued_at: now, expires_at }
    }
}

/// A signed token and its time.
#[derive(Clone, PartialEq, Eq)]
pub struct IssuedToken {
    /// The token, a credential.
    pub token: String,
    /// When it was issued.
    pub issued_at: UnixTime,
    /// When it ends; of 006, when the privilege to join ends.
    pub expires_at: UnixTime,
}

/// Without the token, which is a credential.
impl std::fmt::Debug for IssuedToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IssuedToken")
            .field("issued_at", &self.issued_at)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
