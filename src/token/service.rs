//! The services of 007: each has a type, privileges with their lifetimes, and a [`Payload`].

use super::error::ParseError;
use super::name::{ChannelName, UserId};
use super::pack::{self, Reader};
use super::payload::{self, Payload};
use super::permissions::Permissions;
use super::privilege::{PrivilegeTtl, RtcPrivileges};
use super::text::Text;
use super::uid::Uid;

/// A service of a 007 token.
///
/// ```
/// use agora_token_server::token::{PrivilegeTtl, Service};
///
/// let service = Service::rtm(&"alice".parse()?, PrivilegeTtl::UNTIL_TOKEN_ENDS);
/// assert_eq!((service.type_number(), service.name()), (2, "rtm"));
/// assert_eq!(service.privilege_name(1), Some("login"));
/// # Ok::<(), agora_token_server::token::NameError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    privileges: Vec<(u16, PrivilegeTtl)>,
    payload: Payload,
}

impl Service {
    /// RTC: join a channel and publish in it.
    #[must_use]
    pub fn rtc(channel: &ChannelName, uid: &Uid, privileges: RtcPrivileges<PrivilegeTtl>) -> Self {
        Self {
            privileges: privileges.pairs().collect(),
            payload: Payload::Rtc { channel: channel.into(), uid: uid.into() },
        }
    }

    /// RTM 1.x and Signaling 2.x: sign in.
    #[must_use]
    pub fn rtm(user_id: &UserId, ttl: PrivilegeTtl) -> Self {
        Self { privileges: vec![(1, ttl)], payload: Payload::Rtm { user_id: user_id.into() } }
    }

    /// Signaling with permissions. Agora enables them on request only.
    #[must_use]
    pub fn rtm2(user_id: &UserId, permissions: Permissions, ttl: PrivilegeTtl) -> Self {
        Self { privileges: vec![(1, ttl)], payload: Payload::Rtm2 { user_id: user_id.into(), permissions } }
    }

    /// Push a mixed stream, raw streams, or both into a channel.
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

    /// Chat: sign in as one user.
    #[must_use]
    pub fn chat_user(user_id: &UserId, ttl: PrivilegeTtl) -> Self {
        Self { privileges: vec![(1, ttl)], payload: Payload::Chat { user_id: user_id.into() } }
    }

    /// Chat: use the REST API as an administrator, for all users.
    #[must_use]
    pub fn chat_app(ttl: PrivilegeTtl) -> Self {
        Self { privileges: vec![(2, ttl)], payload: Payload::Chat { user_id: Text::empty() } }
    }

    /// Fusion CDN: publish, play, or both.
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

    /// Flexible Classroom: one user in one room, with a role.
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

    /// Flexible Classroom: all users, as an administrator.
    #[must_use]
    pub fn apaas_app(ttl: PrivilegeTtl) -> Self {
        Self {
            privileges: vec![(3, ttl)],
            payload: Payload::Apaas { room_uuid: Text::empty(), user_uuid: Text::empty(), role: -1 },
        }
    }

    /// Conversational AI. It accompanies RTC and RTM and has no privileges.
    #[must_use]
    pub fn convo_ai() -> Self {
        Self { privileges: Vec::new(), payload: Payload::ConvoAi }
    }

    /// Speech to text. It accompanies RTC and RTM and has no privileges.
    #[must_use]
    pub fn stt() -> Self {
        Self { privileges: Vec::new(), payload: Payload::Stt }
    }

    /// A service of any type. The constructors above check the names in its payload; this one does not.
    #[must_use]
    pub fn new(payload: Payload, privileges: &[(u16, PrivilegeTtl)]) -> Self {
        Self { privileges: privileges.to_vec(), payload }
    }

    /// The channel, user or room that it applies to.
    #[must_use]
    pub fn payload(&self) -> &Payload {
        &self.payload
    }

    /// Agora's number of its type.
    #[must_use]
    pub fn type_number(&self) -> u16 {
        self.payload.type_number()
    }

    /// The short name: `rtc`, `rtm`, `streaming`, …
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.payload.service_name()
    }

    /// Agora's numbers of the privileges with their lifetimes, in the order of the token.
    #[must_use]
    pub fn privileges(&self) -> &[(u16, PrivilegeTtl)] {
        &self.privileges
    }

    /// The name of a privilege of this service, if the number is known.
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

    /// Reads the next service. `None` if its type is unknown: the format stores no length, so the
    /// services after it cannot be read either.
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

/// The granted privileges, numbered from 1.
fn granted<const N: usize>(privileges: [Option<PrivilegeTtl>; N]) -> Vec<(u16, PrivilegeTtl)> {
    (1..).zip(privileges).filter_map(|(number, ttl)| Some((number, ttl?))).collect()
}
