//! A service of a token, as the rules read it.

use super::client::Use;
use super::names::Name;
use crate::time::UnixTime;
use crate::token::{Field, Payload, Service, UnverifiedAccessToken, UnverifiedAccessToken2};

/// A service of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InspectedService {
    /// Agora's number; 006 has none.
    pub number: Option<u16>,
    /// The short name: `rtc`, `rtm`, …
    pub name: &'static str,
    /// What the service applies to; 006 holds only checksums of that.
    pub payload: Option<Payload>,
    /// The privileges, at most [`Inspection::MAX_SHOWN`](crate::inspect::Inspection::MAX_SHOWN).
    pub privileges: Vec<InspectedPrivilege>,
    pub(super) names: Vec<(Field, Name)>,
    /// In 006 RTM, the uid slot, which must be empty.
    pub(super) uid_slot: Option<Name>,
    /// The number of the privilege that a user of the service needs, and its name if the service
    /// opens nothing without it.
    pub(super) entry: (u16, Option<&'static str>),
    /// `ConvoAI` and STT are marks beside the services that they use, and grant nothing alone.
    pub(super) is_mark: bool,
}

/// A privilege of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InspectedPrivilege {
    /// Agora's number.
    pub number: u16,
    /// Agora's name, if there is one.
    pub name: Option<&'static str>,
    /// When it expires, at the latest with the token.
    pub expires_at: UnixTime,
    /// Which expiry applies.
    pub expiry: Expiry,
    /// The number in the token: seconds from issue in 007, a Unix time in 006, 0 to expire with the token.
    pub(super) stored: u32,
    /// Its own expiry, whatever that of the token.
    pub(super) own_expiry: UnixTime,
}

/// Which expiry applies to a privilege.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// Its own, no later than the token's.
    Own,
    /// The token's: the privilege is 0, so it has no expiry of its own.
    Token,
    /// The token's, although the privilege would last longer.
    TokenEarlier,
}

impl InspectedService {
    /// A service of a 007 token that expires at `token_expiry`.
    pub(super) fn of_007(service: &Service, token: &UnverifiedAccessToken2, token_expiry: UnixTime) -> Self {
        let first = service.privilege_name(1);
        let texts = service.payload().texts();
        let privileges = service.privileges().iter().map(|(number, ttl)| {
            let (name, end) = (service.privilege_name(*number), token.issued_at().plus(ttl.as_secs()));
            InspectedPrivilege::new(*number, name, ttl.as_secs(), end, token_expiry)
        });
        Self {
            number: Some(service.type_number()),
            name: service.name(),
            payload: Some(service.payload().clone()),
            privileges: privileges.collect(),
            names: texts.iter().map(|(field, text)| (*field, Name::of_text(text.as_str()))).collect(),
            uid_slot: None,
            entry: (1, first.filter(|name| matches!(*name, "joinChannel" | "login"))),
            is_mark: first.is_none(),
        }
    }

    /// What a 006 token is for.
    pub(super) fn of_006(token: &UnverifiedAccessToken) -> Self {
        let (channel, uid) = token.checksums();
        let channel = Name::of_checksum(channel);
        let (name, entry, names, uid_slot) = if token.is_rtm() {
            let names = vec![(Field::UserId, channel)];
            ("rtm", (1000, Some("login")), names, Some(Name::of_checksum(uid)))
        } else {
            let names = vec![(Field::Channel, channel), (Field::Uid, Name::of_uid_checksum(uid))];
            ("rtc", (1, Some("joinChannel")), names, None)
        };
        let privileges = token.privileges().iter().map(|(number, end)| {
            let name = UnverifiedAccessToken::privilege_name(*number);
            InspectedPrivilege::new(*number, name, end.as_secs(), *end, token.expires_at())
        });
        let privileges = privileges.collect();
        Self { number: None, name, payload: None, privileges, names, uid_slot, entry, is_mark: false }
    }

    /// What a client can use it for.
    pub(super) fn purpose(&self) -> Option<Use> {
        purpose(self.name)
    }

    /// Whether it serves `wanted`. `ConvoAI` and STT join the channel of the RTC service beside them.
    pub(super) fn serves(&self, wanted: Use) -> bool {
        match wanted {
            Use::ConvoAi | Use::Stt => self.name == "rtc",
            wanted => self.purpose() == Some(wanted),
        }
    }

    pub(super) fn grants(&self, privilege: u16) -> bool {
        self.privileges.iter().any(|granted| granted.number == privilege)
    }

    /// Whether it grants the privilege that its users need.
    pub(super) fn has_entry(&self) -> bool {
        self.grants(self.entry.0)
    }

    /// Names that match more than one channel or user.
    pub(super) fn wildcards(&self) -> impl Iterator<Item = Wildcard> {
        let names = self.names.iter();
        names.filter(|(field, _)| matches!(field, Field::Channel | Field::Uid | Field::Account)).filter_map(
            |(field, name)| Some(Wildcard { service: self.name, field: *field, pattern: name.pattern()? }),
        )
    }
}

impl InspectedPrivilege {
    fn new(
        number: u16,
        name: Option<&'static str>,
        stored: u32,
        own_expiry: UnixTime,
        token_expiry: UnixTime,
    ) -> Self {
        let (expires_at, expiry) = match stored {
            0 => (token_expiry, Expiry::Token),
            _ if own_expiry > token_expiry => (token_expiry, Expiry::TokenEarlier),
            _ => (own_expiry, Expiry::Own),
        };
        Self { number, name, expires_at, expiry, stored, own_expiry }
    }
}

/// What a client can use a service of this name for.
pub(super) fn purpose(service: &str) -> Option<Use> {
    if service == "rtm2" { Some(Use::Rtm) } else { service.parse().ok() }
}

/// A wildcard name in a token.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Wildcard {
    /// The service's short name.
    pub service: &'static str,
    /// Which of its texts.
    pub field: Field,
    /// The text; empty means "any".
    pub pattern: String,
}
