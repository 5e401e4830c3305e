//! The services of 007: what a token is good for, and until when.
//!
//! A service is its type, its privileges and its [`Payload`].

use super::ParseError;
use super::name::{ChannelName, Text, Uid, UserId};
use super::pack::{self, Reader};
use super::payload::{self, Payload};
use super::permissions::Permissions;
use super::privilege::{PrivilegeTtl, RtcPrivileges};

/// One service of an 007 token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    privileges: Vec<(u16, PrivilegeTtl)>,
    payload: Payload,
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
        self.payload.type_number()
    }

    /// The service's short name: `rtc`, `rtm`, `streaming`, …
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.payload.service_name()
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
        self.payload.privilege_names().get(index).copied()
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
            Some(row) if row < payload::TYPES => row,
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
