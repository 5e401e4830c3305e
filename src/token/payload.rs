//! The payloads of the services of 007: the channel, user or room that each applies to.
//!
//! To add a service, add a variant of [`Payload`], its line in `TABLE`, and its arms in `pack` and
//! `parse`.

use super::closed_set::closed_set;
use super::error::ParseError;
use super::pack::{self, Reader};
use super::permissions::Permissions;
use super::text::Text;

/// The content of a service besides its privileges. The texts are those of the token, unchecked.
///
/// A service of a known type has no more fields than these: the format stores no length by which a
/// reader could skip one.
///
/// ```
/// use agora_token_server::time::Ttl;
/// use agora_token_server::token::{Field, Payload, PrivilegeTtl, RtcPrivileges, Service};
///
/// let rtc = Service::rtc(&"room-1".parse()?, &42.into(), RtcPrivileges::publisher(Ttl::HOUR.into()));
/// assert!(matches!(rtc.payload(), Payload::Rtc { channel, .. } if channel.as_str() == "room-1"));
///
/// // Or by its parts, which are then unchecked.
/// let fpa = Service::new(Payload::Fpa, &[(1, PrivilegeTtl::UNTIL_TOKEN_ENDS)]);
/// assert!(fpa.payload().texts().is_empty());
/// assert_eq!(rtc.payload().texts()[0], (Field::Channel, &"room-1".parse()?));
/// assert_eq!((Field::ALL[0], Field::UserId.name()), (Field::Channel, "userId"));
/// # Ok::<(), agora_token_server::token::NameError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are those of Agora's own services")]
pub enum Payload {
    /// Type 1: voice and video.
    Rtc { channel: Text, uid: Text },
    /// Type 2: Signaling.
    Rtm { user_id: Text },
    /// Type 3: pushing streams.
    Streaming { channel: Text, account: Text },
    /// Type 4: full-path acceleration.
    Fpa,
    /// Type 5: Chat.
    Chat { user_id: Text },
    /// Type 6: the fusion CDN.
    Fcdn { channel: Text, account: Text },
    /// Type 7: Flexible Classroom, formerly Education. The role is -1 if the token is not for a room.
    Apaas { room_uuid: Text, user_uuid: Text, role: i16 },
    /// Type 8: Signaling with permissions.
    Rtm2 { user_id: Text, permissions: Permissions },
    /// Type 9: Conversational AI.
    ConvoAi,
    /// Type 10: speech to text.
    Stt,
}

closed_set! {
    /// The kind of a text in a payload. Its name is the one in JSON.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum Field {
        /// An RTC channel.
        Channel = "channel",
        /// The user who joins it.
        Uid = "uid",
        /// The user who streams into it.
        Account = "account",
        /// A user of RTM or Chat.
        UserId = "userId",
        /// A room of Flexible Classroom.
        RoomUuid = "roomUuid",
        /// A user of Flexible Classroom.
        UserUuid = "userUuid",
    }
}

const RTC: usize = 0;
const RTM: usize = 1;
const STREAMING: usize = 2;
const FPA: usize = 3;
const CHAT: usize = 4;
const FCDN: usize = 5;
const APAAS: usize = 6;
const RTM2: usize = 7;
const CONVO_AI: usize = 8;
const STT: usize = 9;

/// The number of types. They are numbered from 1.
pub(super) const TYPES: usize = TABLE.len();

/// The name of each type, and the names of its privileges. Both are numbered from 1.
const TABLE: [(&str, &[&str]); 10] = [
    ("rtc", &["joinChannel", "publishAudioStream", "publishVideoStream", "publishDataStream"]),
    ("rtm", &["login"]),
    ("streaming", &["publishMixStream", "publishRawStream"]),
    ("fpa", &["login"]),
    ("chat", &["user", "app"]),
    ("fcdn", &["publish", "play"]),
    ("apaas", &["roomUser", "user", "app"]),
    ("rtm2", &["login"]),
    ("convoai", &[]),
    ("stt", &[]),
];

impl Payload {
    /// The texts with their kinds, in the order of the token.
    #[must_use]
    pub fn texts(&self) -> Vec<(Field, &Text)> {
        match self {
            Self::Rtc { channel, uid } => vec![(Field::Channel, channel), (Field::Uid, uid)],
            Self::Streaming { channel, account } | Self::Fcdn { channel, account } => {
                vec![(Field::Channel, channel), (Field::Account, account)]
            }
            Self::Rtm { user_id } | Self::Chat { user_id } | Self::Rtm2 { user_id, .. } => {
                vec![(Field::UserId, user_id)]
            }
            Self::Apaas { room_uuid, user_uuid, .. } => {
                vec![(Field::RoomUuid, room_uuid), (Field::UserUuid, user_uuid)]
            }
            Self::Fpa | Self::ConvoAi | Self::Stt => Vec::new(),
        }
    }

    pub(super) fn type_number(&self) -> u16 {
        u16::try_from(self.row() + 1).expect("there are ten services")
    }

    pub(super) fn service_name(&self) -> &'static str {
        TABLE[self.row()].0
    }

    pub(super) fn privilege_names(&self) -> &'static [&'static str] {
        TABLE[self.row()].1
    }

    fn row(&self) -> usize {
        match self {
            Self::Rtc { .. } => RTC,
            Self::Rtm { .. } => RTM,
            Self::Streaming { .. } => STREAMING,
            Self::Fpa => FPA,
            Self::Chat { .. } => CHAT,
            Self::Fcdn { .. } => FCDN,
            Self::Apaas { .. } => APAAS,
            Self::Rtm2 { .. } => RTM2,
            Self::ConvoAi => CONVO_AI,
            Self::Stt => STT,
        }
    }

    pub(super) fn pack(&self, out: &mut Vec<u8>) {
        match self {
            Self::Rtc { channel, uid: account }
            | Self::Streaming { channel, account }
            | Self::Fcdn { channel, account } => {
                pack::text(out, channel);
                pack::text(out, account);
            }
            Self::Rtm { user_id } | Self::Chat { user_id } => pack::text(out, user_id),
            Self::Apaas { room_uuid, user_uuid, role } => {
                pack::text(out, room_uuid);
                pack::text(out, user_uuid);
                pack::i16(out, *role);
            }
            Self::Rtm2 { user_id, permissions } => {
                pack::text(out, user_id);
                permissions.pack(out);
            }
            Self::Fpa | Self::ConvoAi | Self::Stt => {}
        }
    }

    /// Reads the payload of type `row` + 1. `row` must be below [`TYPES`].
    pub(super) fn parse(row: usize, reader: &mut Reader<'_>) -> Result<Self, ParseError> {
        Ok(match row {
            RTC => Self::Rtc { channel: reader.text()?, uid: reader.text()? },
            RTM => Self::Rtm { user_id: reader.text()? },
            STREAMING => Self::Streaming { channel: reader.text()?, account: reader.text()? },
            FPA => Self::Fpa,
            CHAT => Self::Chat { user_id: reader.text()? },
            FCDN => Self::Fcdn { channel: reader.text()?, account: reader.text()? },
            APAAS => {
                Self::Apaas { room_uuid: reader.text()?, user_uuid: reader.text()?, role: reader.i16()? }
            }
            RTM2 => Self::Rtm2 { user_id: reader.text()?, permissions: Permissions::parse(reader)? },
            CONVO_AI => Self::ConvoAi,
            _ => Self::Stt,
        })
    }
}
