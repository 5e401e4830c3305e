//! The services of 007: what a token is good for, and until when.
//!
//! A service is its type, its privileges and its payload. To add one: a variant of [`Payload`], its
//! line in `TABLE`, and its arms of `pack` and `parse`.

use super::ParseError;
use super::name::{ChannelName, Text, Uid, UserId};
use super::pack::{self, Reader};
use super::permissions::Permissions;
use super::privilege::{PrivilegeTtl, RtcPrivileges};

/// One service of an 007 token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    privileges: Vec<(u16, PrivilegeTtl)>,
    payload: Payload,
}

/// What a service applies to. Texts are as they stand in the token.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are the ones of Agora's own services")]
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
    /// Type 7: Flexible Classroom, formerly Education. A role of -1 is none.
    Apaas { room_uuid: Text, user_uuid: Text, role: i16 },
    /// Type 8: Signaling with permissions for each channel.
    Rtm2 { user_id: Text, permissions: Permissions },
    /// Type 9: Conversational AI.
    ConvoAi,
    /// Type 10: speech to text.
    Stt,
}

/// What a text of a payload is. Its name is the one of the HTTP contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// An RTC channel.
    Channel,
    /// Who joins it.
    Uid,
    /// Who streams into it.
    Account,
    /// A user of RTM or Chat.
    UserId,
    /// A room of Flexible Classroom.
    RoomUuid,
    /// A user of Flexible Classroom.
    UserUuid,
}

impl Field {
    /// Its name: `channel`, `userId`, …
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Channel => "channel",
            Self::Uid => "uid",
            Self::Account => "account",
            Self::UserId => "userId",
            Self::RoomUuid => "roomUuid",
            Self::UserUuid => "userUuid",
        }
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

/// The name of each type from 1 on, and those of its privileges from 1 on.
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
    /// Its texts, in the order of the token.
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

    fn pack(&self, out: &mut Vec<u8>) {
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

    fn parse(row: usize, reader: &mut Reader<'_>) -> Result<Self, ParseError> {
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

impl Service {
    /// RTC: joining a channel and publishing in it.
    #[must_use]
    pub fn rtc(channel: &ChannelName, uid: &Uid, privileges: RtcPrivileges<PrivilegeTtl>) -> Self {
        Self {
            privileges: privileges.pairs().collect(),
            payload: Payload::Rtc { channel: channel.into(), uid: uid.into() },
        }
    }

    /// RTM 1.x and Signaling 2.x: signing in.
    #[must_use]
    pub fn rtm(user_id: &UserId, ttl: PrivilegeTtl) -> Self {
        Self { privileges: vec![(1, ttl)], payload: Payload::Rtm { user_id: user_id.into() } }
    }

    /// Signaling with permissions, which Agora enables on request only.
    #[must_use]
    pub fn rtm2(user_id: &UserId, permissions: Permissions, ttl: PrivilegeTtl) -> Self {
        Self { privileges: vec![(1, ttl)], payload: Payload::Rtm2 { user_id: user_id.into(), permissions } }
    }

    /// Pushing streams into a channel: a mixed one, raw ones, or both.
    #[must_use]
    pub fn streaming(
        channel: &ChannelName,
        account: &Uid,
        publish_mix_stream: Option<PrivilegeTtl>,
        publish_raw_stream: Option<PrivilegeTtl>,
    ) -> Self {
        Self {
            privileges: granted([publish_mix_stream, publish_raw_stream]),
            payload: Payload::Streaming { channel: channel.into(), account: account.into() },
        }
    }

    /// Full-path acceleration.
    #[must_use]
    pub fn fpa(ttl: PrivilegeTtl) -> Self {
        Self { privileges: vec![(1, ttl)], payload: Payload::Fpa }
    }

    /// Chat as one user.
    #[must_use]
    pub fn chat_user(user_id: &UserId, ttl: PrivilegeTtl) -> Self {
        Self { privileges: vec![(1, ttl)], payload: Payload::Chat { user_id: user_id.into() } }
    }

    /// Chat as an administrator: its REST API, for every user.
    #[must_use]
    pub fn chat_app(ttl: PrivilegeTtl) -> Self {
        Self { privileges: vec![(2, ttl)], payload: Payload::Chat { user_id: Text::empty() } }
    }

    /// The fusion CDN: publishing, playing, or both.
    #[must_use]
    pub fn fcdn(
        channel: &ChannelName,
        account: &Uid,
        publish: Option<PrivilegeTtl>,
        play: Option<PrivilegeTtl>,
    ) -> Self {
        Self {
            privileges: granted([publish, play]),
            payload: Payload::Fcdn { channel: channel.into(), account: account.into() },
        }
    }

    /// Flexible Classroom: one user in one room, in a role.
    #[must_use]
    pub fn apaas_room_user(room_uuid: &UserId, user_uuid: &UserId, role: i16, ttl: PrivilegeTtl) -> Self {
        Self {
            privileges: vec![(1, ttl)],
            payload: Payload::Apaas { room_uuid: room_uuid.into(), user_uuid: user_uuid.into(), role },
        }
    }

    /// Flexible Classroom: one user.
    #[must_use]
    pub fn apaas_user(user_uuid: &UserId, ttl: PrivilegeTtl) -> Self {
        Self {
            privileges: vec![(2, ttl)],
            payload: Payload::Apaas { room_uuid: Text::empty(), user_uuid: user_uuid.into(), role: -1 },
        }
    }

    /// Flexible Classroom as an administrator.
    #[must_use]
    pub fn apaas_app(ttl: PrivilegeTtl) -> Self {
        Self {
            privileges: vec![(3, ttl)],
            payload: Payload::Apaas { room_uuid: Text::empty(), user_uuid: Text::empty(), role: -1 },
        }
    }

    /// The mark of a Conversational AI token, beside RTC and RTM.
    #[must_use]
    pub fn convo_ai() -> Self {
        Self { privileges: Vec::new(), payload: Payload::ConvoAi }
    }

    /// The mark of a speech-to-text token, beside RTC and RTM.
    #[must_use]
    pub fn stt() -> Self {
        Self { privileges: Vec::new(), payload: Payload::Stt }
    }

    /// What it applies to.
    #[must_use]
    pub fn payload(&self) -> &Payload {
        &self.payload
    }

    /// Agora's number of the service.
    #[must_use]
    pub fn type_number(&self) -> u16 {
        u16::try_from(self.payload.row() + 1).expect("there are ten services")
    }

    /// The service's short name: `rtc`, `rtm`, `streaming`, …
    #[must_use]
    pub fn name(&self) -> &'static str {
        TABLE[self.payload.row()].0
    }

    /// Agora's numbers of the privileges and their ends, in the order of the token.
    #[must_use]
    pub fn privileges(&self) -> &[(u16, PrivilegeTtl)] {
        &self.privileges
    }

    /// The name of a privilege of this service, where it has one.
    #[must_use]
    pub fn privilege_name(&self, privilege: u16) -> Option<&'static str> {
        let index = usize::from(privilege).checked_sub(1)?;
        TABLE[self.payload.row()].1.get(index).copied()
    }

    pub(super) fn pack(&self, out: &mut Vec<u8>) {
        pack::u16(out, self.type_number());
        pack::count(out, self.privileges.len());
        for (privilege, ttl) in &self.privileges {
            pack::u16(out, *privilege);
            pack::u32(out, ttl.as_secs());
        }
        self.payload.pack(out);
    }

    /// The next service, or `None` where its type is not known: it has no length, so nothing
    /// behind it can be read either.
    pub(super) fn parse(reader: &mut Reader<'_>) -> Result<Option<Self>, ParseError> {
        let mut ahead = *reader;
        let row = match usize::from(ahead.u16()?).checked_sub(1) {
            Some(row) if row < TABLE.len() => row,
            _ => return Ok(None),
        };
        let privileges = ahead.list(|reader| Ok((reader.u16()?, PrivilegeTtl::from_token(reader.u32()?))))?;
        let payload = Payload::parse(row, &mut ahead)?;
        *reader = ahead;
        Ok(Some(Self { privileges, payload }))
    }
}

/// The privileges that are granted, numbered from 1 on.
fn granted<const N: usize>(privileges: [Option<PrivilegeTtl>; N]) -> Vec<(u16, PrivilegeTtl)> {
    (1..).zip(privileges).filter_map(|(number, ttl)| Some((number, ttl?))).collect()
}
