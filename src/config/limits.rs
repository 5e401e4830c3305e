//! What may be had, how often, and by which pages.

use std::num::NonZeroU32;

use super::AllowOrigin;
use super::reader::{Reader, items};
use crate::policy::{ChannelPattern, Policy};
use crate::request::{Format, TokenKind};
use crate::time::Ttl;

impl Reader<'_> {
    /// `open` is whether nobody is asked who he is.
    pub(super) fn policy(&mut self, open: bool) -> Policy {
        let token_types = match self.get("ALLOWED_TOKEN_TYPES") {
            None => vec![TokenKind::Rtc, TokenKind::Rtm, TokenKind::ChatUser],
            Some(list) => self.token_types(&list),
        };
        let channels = self.get("ALLOWED_CHANNELS").map(|list| {
            let mut patterns = Vec::new();
            for item in items(&list) {
                match ChannelPattern::parse(item) {
                    Ok(pattern) => patterns.push(pattern),
                    Err(error) => self.fault("ALLOWED_CHANNELS", format!("{item:?}, {error}")),
                }
            }
            patterns
        });
        Policy {
            channels,
            token_types,
            max_ttl: self.ttl("MAX_EXPIRE_TIME", Ttl::MAX),
            expire_with_jwt: self.flag("EXPIRE_WITH_JWT", false),
            wildcard_uid: self.flag("ALLOW_WILDCARD_UID", open),
            wildcard_channel: self.flag("ALLOW_WILDCARD_CHANNEL", false),
        }
    }

    fn token_types(&mut self, list: &str) -> Vec<TokenKind> {
        let mut kinds = Vec::new();
        for item in items(list) {
            if let Ok(kind) = item.parse() {
                kinds.push(kind);
            } else {
                let names = TokenKind::ALL.map(TokenKind::name).join(", ");
                self.fault("ALLOWED_TOKEN_TYPES", format!("{item:?}, expected some of {names}"));
            }
        }
        kinds
    }

    pub(super) fn rate_limit(&mut self) -> Option<NonZeroU32> {
        let text = self.get("RATE_LIMIT")?;
        let limit = text.parse().ok();
        if limit.is_none() {
            self.fault("RATE_LIMIT", format!("{text:?}, expected requests per minute, at least 1"));
        }
        limit
    }

    pub(super) fn trusted_proxies(&mut self) -> usize {
        self.parsed("TRUSTED_PROXIES", 0, "a number of proxies, 0 or more")
    }

    pub(super) fn token_version(&mut self) -> Format {
        self.parsed("TOKEN_VERSION", Format::V007, "007 or 006")
    }

    pub(super) fn allow_origin(&mut self) -> AllowOrigin {
        const NAME: &str = "CORS_ALLOW_ORIGIN";
        let Some(list) = self.get(NAME).filter(|list| list != "*") else { return AllowOrigin::Any };
        // Browsers send scheme and host in small letters.
        let origins: Vec<String> = items(&list).map(str::to_ascii_lowercase).collect();
        for origin in &origins {
            let authority = origin.split_once("://").map(|(_, authority)| authority);
            if !authority.is_some_and(|authority| !authority.is_empty() && !authority.contains(['/', '*'])) {
                self.fault(NAME, format!("{origin:?}, expected * or origins like https://example.com"));
            }
        }
        AllowOrigin::List(origins)
    }
}
