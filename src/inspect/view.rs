//! 006, 007 and legacy tokens in one normalized form, which the rules read.

use super::client::Use;
use super::legacy::{self, Legacy, Version};
use super::names::Name;
use super::shown::{EndedBy, InspectedPrivilege, InspectedService, MAX_SHOWN};
use crate::time::{Ttl, UnixTime};
use crate::token::{
    AppId, Field, ParseError, Payload, Service, UnverifiedAccessToken, UnverifiedAccessToken2,
};

/// A token of any version.
pub(super) struct View {
    pub(super) version: Version,
    pub(super) app_id: Option<AppId>,
    pub(super) issued_at: Option<UnixTime>,
    /// Seconds from issue to end. Only 007 holds that.
    pub(super) lifetime: Option<u32>,
    /// When Agora ends the token.
    pub(super) expires_at: Option<UnixTime>,
    pub(super) services: Vec<ServiceView>,
    pub(super) unknown_services: u16,
    /// Whether the token holds more than is inspected.
    pub(super) is_truncated: bool,
    pub(super) signed: Signed,
}

/// What a signature is checked with.
pub(super) enum Signed {
    V007(UnverifiedAccessToken2),
    V006(UnverifiedAccessToken),
    Legacy,
}

pub(super) struct ServiceView {
    pub(super) number: Option<u16>,
    pub(super) name: &'static str,
    /// `None` in 006, which holds checksums of it only.
    pub(super) payload: Option<Payload>,
    pub(super) names: Vec<(Field, Name)>,
    /// In 006 RTM, the uid that RTM wants empty.
    pub(super) uid_slot: Option<Name>,
    pub(super) privileges: Vec<PrivilegeView>,
    /// The number of the privilege that a user of the service needs, and its name if the service
    /// opens nothing without it.
    pub(super) entry: (u16, Option<&'static str>),
    /// `ConvoAI` and STT are marks beside the services that they use, and grant nothing alone.
    pub(super) is_mark: bool,
}

pub(super) struct PrivilegeView {
    pub(super) number: u16,
    pub(super) name: Option<&'static str>,
    /// The number in the token: seconds from issue in 007, a Unix time in 006, 0 for the token's end.
    pub(super) stored: u32,
    pub(super) end: UnixTime,
    /// Whether it would last longer than the token itself says to last.
    pub(super) is_beyond_token: bool,
}

impl View {
    /// Reads a token of any version.
    pub(super) fn parse(text: &str) -> Result<Self, ParseError> {
        if let Some(legacy) = legacy::recognize(text) {
            return Ok(Self::of_legacy(&legacy));
        }
        if text.starts_with("006") {
            return text.parse().map(Self::of_006);
        }
        text.parse().map(Self::of_007)
    }

    fn of_007(token: UnverifiedAccessToken2) -> Self {
        let services = token.services();
        let too_many = |service: &Service| service.privileges().len() > MAX_SHOWN;
        Self {
            version: Version::V007,
            app_id: Some(token.app_id()),
            issued_at: Some(token.issued_at()),
            lifetime: Some(token.expire()),
            expires_at: Some(token.expires_at().min(token.issued_at().plus(Ttl::MAX.as_secs()))),
            is_truncated: services.len() > MAX_SHOWN || services.iter().any(too_many),
            unknown_services: token.unknown_services(),
            services: services
                .iter()
                .take(MAX_SHOWN)
                .map(|service| ServiceView::of_007(service, &token))
                .collect(),
            signed: Signed::V007(token),
        }
    }

    fn of_006(token: UnverifiedAccessToken) -> Self {
        Self {
            version: Version::V006,
            app_id: Some(token.app_id()),
            issued_at: None,
            lifetime: None,
            expires_at: Some(token.expires_at()),
            services: vec![ServiceView::of_006(&token)],
            unknown_services: 0,
            is_truncated: token.privileges().len() > MAX_SHOWN,
            signed: Signed::V006(token),
        }
    }

    fn of_legacy(token: &Legacy) -> Self {
        Self {
            version: token.version,
            app_id: token.app_id,
            issued_at: None,
            lifetime: None,
            expires_at: None,
            services: Vec::new(),
            unknown_services: 0,
            is_truncated: false,
            signed: Signed::Legacy,
        }
    }
}

impl ServiceView {
    fn of_007(service: &Service, token: &UnverifiedAccessToken2) -> Self {
        let first = service.privilege_name(1);
        Self {
            number: Some(service.type_number()),
            name: service.name(),
            payload: Some(service.payload().clone()),
            uid_slot: None,
            names: service
                .payload()
                .texts()
                .iter()
                .map(|(field, text)| (*field, Name::of_text(text.as_str())))
                .collect(),
            privileges: service
                .privileges()
                .iter()
                .map(|(number, ttl)| PrivilegeView {
                    number: *number,
                    name: service.privilege_name(*number),
                    stored: ttl.as_secs(),
                    end: token.issued_at().plus(ttl.as_secs()),
                    is_beyond_token: ttl.as_secs() > token.expire(),
                })
                .collect(),
            entry: (1, first.filter(|name| matches!(*name, "joinChannel" | "login"))),
            is_mark: first.is_none(),
        }
    }

    fn of_006(token: &UnverifiedAccessToken) -> Self {
        let (channel, uid) = token.checksums();
        let (name, entry, names) = if token.is_rtm() {
            ("rtm", (1000, Some("login")), vec![(Field::UserId, Name::of_checksum(channel))])
        } else {
            let names =
                vec![(Field::Channel, Name::of_checksum(channel)), (Field::Uid, Name::of_uid_checksum(uid))];
            ("rtc", (1, Some("joinChannel")), names)
        };
        Self {
            number: None,
            name,
            payload: None,
            names,
            uid_slot: token.is_rtm().then(|| Name::of_checksum(uid)),
            privileges: token
                .privileges()
                .iter()
                .map(|(number, end)| PrivilegeView {
                    number: *number,
                    name: UnverifiedAccessToken::privilege_name(*number),
                    stored: end.as_secs(),
                    end: *end,
                    is_beyond_token: *end > token.expires_at(),
                })
                .collect(),
            entry,
            is_mark: false,
        }
    }

    /// What a client can use it for.
    pub(super) fn purpose(&self) -> Option<Use> {
        if self.name == "rtm2" { Some(Use::Rtm) } else { self.name.parse().ok() }
    }

    /// Whether it serves `wanted`. `ConvoAI` and STT join the channel of the RTC service beside them.
    pub(super) fn serves(&self, wanted: Use) -> bool {
        match wanted {
            Use::ConvoAi | Use::Stt => self.name == "rtc",
            wanted => self.purpose() == Some(wanted),
        }
    }

    /// Whether it grants the privilege that its users need.
    pub(super) fn has_entry(&self) -> bool {
        self.privileges.iter().any(|privilege| privilege.number == self.entry.0)
    }

    pub(super) fn shown(&self, expires_at: Option<UnixTime>) -> InspectedService {
        let privileges = self.privileges.iter().take(MAX_SHOWN).map(|privilege| {
            let token_end = expires_at.unwrap_or(privilege.end);
            let (ends_at, ended_by) = match privilege.stored {
                0 => (token_end, EndedBy::Token),
                _ if privilege.end > token_end => (token_end, EndedBy::TokenEarlier),
                _ => (privilege.end, EndedBy::Itself),
            };
            InspectedPrivilege { number: privilege.number, name: privilege.name, ends_at, ended_by }
        });
        InspectedService {
            number: self.number,
            name: self.name,
            payload: self.payload.clone(),
            privileges: privileges.collect(),
        }
    }
}
