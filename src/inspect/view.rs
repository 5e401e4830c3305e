//! 006, 007 and legacy tokens in one normalized form, which the rules read.

use super::legacy::{self, Version};
use super::service::InspectedService;
use crate::time::{Ttl, UnixTime};
use crate::token::{AppId, ParseError, UnverifiedAccessToken, UnverifiedAccessToken2};

/// How many services, and privileges of each, are inspected.
pub(super) const MAX_SHOWN: usize = 64;

/// A token of any version. By default, none: nothing is known.
#[derive(Default)]
pub(super) struct View {
    pub(super) version: Option<Version>,
    pub(super) app_id: Option<AppId>,
    pub(super) issued_at: Option<UnixTime>,
    /// Seconds from issue to expiry. Only 007 holds that.
    pub(super) lifetime: Option<u32>,
    /// When Agora ends the token.
    pub(super) expires_at: Option<UnixTime>,
    pub(super) services: Vec<InspectedService>,
    pub(super) unknown_services: u16,
    /// Whether the token holds more than is inspected.
    pub(super) is_truncated: bool,
    /// What the signature is checked with. `None` if it is not: legacy versions are only recognized.
    pub(super) signed: Option<Signed>,
}

pub(super) enum Signed {
    V007(UnverifiedAccessToken2),
    V006(UnverifiedAccessToken),
}

impl View {
    /// Reads a token of any version.
    pub(super) fn parse(text: &str) -> Result<Self, ParseError> {
        if let Some((version, app_id)) = legacy::recognize(text) {
            Ok(Self { version: Some(version), app_id, ..Self::default() })
        } else if text.starts_with("006") {
            text.parse().map(Self::of_006)
        } else {
            text.parse().map(Self::of_007)
        }
    }

    fn of_007(token: UnverifiedAccessToken2) -> Self {
        let expiry = token.expires_at().min(token.issued_at().plus(Ttl::MAX.as_secs()));
        let services = token.services();
        let is_truncated = services.len() > MAX_SHOWN
            || services.iter().any(|service| service.privileges().len() > MAX_SHOWN);
        let services = services.iter().take(MAX_SHOWN);
        Self {
            version: Some(Version::V007),
            app_id: Some(token.app_id()),
            issued_at: Some(token.issued_at()),
            lifetime: Some(token.expire()),
            expires_at: Some(expiry),
            services: services.map(|service| InspectedService::of_007(service, &token, expiry)).collect(),
            unknown_services: token.unknown_services(),
            is_truncated,
            signed: Some(Signed::V007(token)),
        }
    }

    fn of_006(token: UnverifiedAccessToken) -> Self {
        Self {
            version: Some(Version::V006),
            app_id: Some(token.app_id()),
            expires_at: Some(token.expires_at()),
            services: vec![InspectedService::of_006(&token)],
            is_truncated: token.privileges().len() > MAX_SHOWN,
            signed: Some(Signed::V006(token)),
            ..Self::default()
        }
    }
}
