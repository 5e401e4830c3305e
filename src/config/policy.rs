//! Which tokens may be issued.

use crate::policy::{ChannelPattern, Policy};
use crate::request::TokenKind;
use crate::variables::{Notice, Reader, items, var};

impl Reader<'_> {
    /// `open` is whether the server requires no credential.
    pub(super) fn policy(&mut self, open: bool) -> Option<Policy> {
        let token_types = self.token_types();
        let channels = self.get(var!("ALLOWED_CHANNELS")).map(|list| {
            let mut patterns = Vec::new();
            for item in items(&list) {
                match ChannelPattern::parse(item) {
                    Ok(pattern) => patterns.push(pattern),
                    Err(error) => self.fault(var!("ALLOWED_CHANNELS"), format!("{error}, got {item:?}")),
                }
            }
            patterns
        });
        let max_ttl = self.ttl(var!("MAX_EXPIRE_TIME"));
        let expire_with_jwt = self.flag(var!("EXPIRE_WITH_JWT"));
        let wildcard_uid = match self.get(var!("ALLOW_WILDCARD_UID")) {
            None => Some(open),
            Some(_) => self.flag(var!("ALLOW_WILDCARD_UID")),
        };
        let wildcard_channel = self.flag(var!("ALLOW_WILDCARD_CHANNEL"));
        let allow_006 = match self.get(var!("ALLOW_006")) {
            None => Some(open && channels.is_none()),
            Some(_) => self.flag(var!("ALLOW_006")),
        };
        if allow_006 == Some(true) && self.get(var!("ALLOW_006")).is_some() {
            self.notice(Notice::Allow006);
        }
        Some(Policy {
            channels,
            token_types,
            allow_006: allow_006?,
            max_ttl: max_ttl?,
            expire_with_jwt: expire_with_jwt?,
            wildcard_uid: wildcard_uid?,
            wildcard_channel: wildcard_channel?,
        })
    }

    fn token_types(&mut self) -> Option<Vec<TokenKind>> {
        let list = self.get(var!("ALLOWED_TOKEN_TYPES"))?;
        let mut kinds = Vec::new();
        for item in items(&list) {
            if let Ok(kind) = item.parse() {
                kinds.push(kind);
            } else {
                let names = TokenKind::ALL.map(TokenKind::name).join(", ");
                self.fault(var!("ALLOWED_TOKEN_TYPES"), format!("expected some of {names}, got {item:?}"));
            }
        }
        Some(kinds)
    }
}
