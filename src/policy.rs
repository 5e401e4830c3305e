//! Who may have which token: one pure function from a caller and its request to a [`Grant`] or to
//! the rule that refuses it.
//!
//! The configuration is the ceiling. A JWT's grants only narrow it, and an API key stands for a
//! backend, which the configuration alone limits.

mod denied;
mod pattern;
mod reach;

pub use denied::{Denied, Rule};
pub use pattern::{ChannelPattern, PatternError};

use crate::auth::{AppLevel, Caller, Grants};
use crate::grant::Grant;
use crate::request::{TokenKind, TokenRequest, TokenSpec};
use crate::time::{Ttl, UnixTime};

/// What the server's configuration allows.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The channels that tokens may name; `None` allows any.
    pub channels: Option<Vec<ChannelPattern>>,
    /// The kinds of token that may be issued.
    pub token_types: Vec<TokenKind>,
    /// The longest lifetime.
    pub max_ttl: Ttl,
    /// Whether a token must not outlive the JWT that it is asked for with.
    pub expire_with_jwt: bool,
    /// Whether uid 0 and accounts with a `*` may be had.
    pub wildcard_uid: bool,
    /// Whether the empty channel and channels with a `*` may be had.
    pub wildcard_channel: bool,
}

impl Policy {
    /// Everything that the formats allow, for somebody who holds the certificate anyway.
    #[must_use]
    pub fn unrestricted() -> Self {
        Self {
            channels: None,
            token_types: TokenKind::ALL.to_vec(),
            max_ttl: Ttl::MAX,
            expire_with_jwt: false,
            wildcard_uid: true,
            wildcard_channel: true,
        }
    }

    /// The request as a grant.
    ///
    /// # Errors
    /// The first rule that refuses it, in the order of [`Rule`].
    pub fn grant(&self, caller: &Caller, request: TokenRequest, now: UnixTime) -> Result<Grant, Denied> {
        let spec = &request.spec;
        let grants = caller.grants.as_ref();
        self.check_types(spec, caller)?;
        self.check_wildcards(spec, grants)?;
        self.check_channels(spec, caller)?;
        if let Some(roles) = grants.and_then(|grants| grants.roles.as_ref()) {
            check_role(spec, roles)?;
        }
        if let Some(identity) = caller.identity.bound()
            && let Some((field, _)) = reach::identities(spec).find(|(_, other)| other != identity)
        {
            return Err(Denied::Uid { field });
        }
        let longest = self.ceiling(caller, now);
        if request.ttl.as_secs() > longest {
            return Err(Denied::ExpireTime { asked: request.ttl, longest });
        }
        Ok(Grant::new(request))
    }

    /// The longest lifetime in seconds that the caller may have; 0 where none.
    #[must_use]
    pub fn ceiling(&self, caller: &Caller, now: UnixTime) -> u32 {
        let mut longest = self.max_ttl.as_secs();
        if let Some(granted) = caller.grants.as_ref().and_then(|grants| grants.max_expire_time) {
            longest = longest.min(granted.get());
        }
        if let Some(expires_at) = caller.expires_at.filter(|_| self.expire_with_jwt) {
            // Within the clock skew it may have ended already.
            longest = longest.min(u32::try_from(now.until(expires_at)).unwrap_or(0));
        }
        longest
    }

    fn check_types(&self, spec: &TokenSpec, caller: &Caller) -> Result<(), Denied> {
        let refused = reach::types(spec)
            .iter()
            .copied()
            .find(|kind| !self.token_types.contains(kind) || !may_carry(caller, *kind));
        refused.map_or(Ok(()), |kind| Err(Denied::TokenType(kind)))
    }

    fn check_wildcards(&self, spec: &TokenSpec, grants: Option<&Grants>) -> Result<(), Denied> {
        let refused_by_grants = grants.is_some_and(|grants| grants.wildcards == Some(false));
        let channel = reach::wildcard_channel(spec).filter(|_| refused_by_grants || !self.wildcard_channel);
        let user = reach::wildcard_user(spec).filter(|_| refused_by_grants || !self.wildcard_uid);
        channel.or(user).map_or(Ok(()), |field| Err(Denied::Wildcard { field }))
    }

    fn check_channels(&self, spec: &TokenSpec, caller: &Caller) -> Result<(), Denied> {
        let subject = caller.subject.as_deref();
        let granted = caller.grants.as_ref().and_then(|grants| grants.channels.as_ref());
        let allowed = |name: &str| {
            self.channels
                .as_ref()
                .is_none_or(|patterns| patterns.iter().any(|one| one.matches(name, subject)))
                && granted.is_none_or(|patterns| patterns.iter().any(|one| pattern::granted(one, name)))
        };
        let refused = reach::channels(spec).find(|(_, name)| !allowed(name));
        refused.map_or(Ok(()), |(field, _)| Err(Denied::Channel { field }))
    }
}

/// Whether the caller's own grants let a token carry this type.
fn may_carry(caller: &Caller, kind: TokenKind) -> bool {
    let named = caller.grants.as_ref().and_then(|grants| grants.token_types.as_ref());
    let limited_to_channels = caller.grants.as_ref().is_some_and(|grants| grants.channels.is_some());
    let is_app_level_allowed = match caller.app_level {
        AppLevel::Configured => true,
        AppLevel::Granted => !reach::is_app_level(kind),
    };
    match named {
        Some(named) => named.contains(&kind),
        // A list of channels says nothing of what has none, so it does not allow it either.
        None => is_app_level_allowed && (reach::has_channel(kind) || !limited_to_channels),
    }
}

fn check_role(spec: &TokenSpec, roles: &[crate::request::Role]) -> Result<(), Denied> {
    match spec {
        TokenSpec::Rtc { participant, .. } | TokenSpec::OldRtc { participant, .. }
            if !roles.contains(&participant.role) =>
        {
            Err(Denied::Role(Some(participant.role)))
        }
        // Its role is a number that the grants have no word for.
        TokenSpec::ApaasRoomUser { .. } => Err(Denied::Role(None)),
        _ => Ok(()),
    }
}
