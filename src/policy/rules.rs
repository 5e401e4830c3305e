//! The rules, in their order.

use std::num::NonZeroU32;

use super::denied::Denied;
use super::pattern::{self, ChannelPattern};
use crate::auth::{AppLevel, Caller, Grants, Identity};
use crate::grant::Grant;
use crate::request::{Format, Level, Role, Scope, ScopeRole, TokenKind, TokenRequest, User};
use crate::time::{Ttl, UnixTime};
use crate::token::Uid;

/// What the server's configuration allows.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a variable of its own")]
pub struct Policy {
    /// The channels that tokens may name; `None` allows any.
    pub channels: Option<Vec<ChannelPattern>>,
    /// The kinds of token that may be issued; `None` allows [`Self::DEFAULT_TOKEN_TYPES`], and with
    /// `channels` only those of them that are for a channel.
    pub token_types: Option<Vec<TokenKind>>,
    /// Whether 006 tokens may be issued. Their holder can rewrite them for another channel and
    /// user, which voids every other limit.
    pub allow_006: bool,
    /// The longest lifetime.
    pub max_ttl: Ttl,
    /// Whether a token must expire no later than the JWT that requested it.
    pub expire_with_jwt: bool,
    /// Whether uid 0 and accounts with a `*` are allowed.
    pub wildcard_uid: bool,
    /// Whether the empty channel and channels with a `*` are allowed.
    pub wildcard_channel: bool,
}

impl Policy {
    /// What `ALLOWED_TOKEN_TYPES` is if it is unset.
    pub const DEFAULT_TOKEN_TYPES: [TokenKind; 3] = [TokenKind::Rtc, TokenKind::Rtm, TokenKind::ChatUser];

    /// Everything that the formats allow, for a holder of the certificate.
    #[must_use]
    pub fn unrestricted() -> Self {
        Self {
            channels: None,
            token_types: Some(TokenKind::ALL.to_vec()),
            allow_006: true,
            max_ttl: Ttl::MAX,
            expire_with_jwt: false,
            wildcard_uid: true,
            wildcard_channel: true,
        }
    }

    /// Turns the request into a grant.
    ///
    /// # Errors
    /// The first rule that refuses it, in the order of [`Rule`](super::Rule).
    pub fn grant(&self, caller: &Caller, request: TokenRequest, now: UnixTime) -> Result<Grant, Denied> {
        let scope = request.spec.scope();
        let grants = caller.grants.as_ref();
        self.check_format(scope.format)?;
        self.check_kinds(&scope, caller)?;
        check_uid_is_requested(&scope, &caller.identity)?;
        self.check_wildcards(&scope, grants)?;
        self.check_channels(&scope, caller)?;
        if let Some(roles) = grants.and_then(|grants| grants.roles.as_ref()) {
            check_role(scope.role, roles)?;
        }
        check_users(&scope, &caller.identity)?;
        let max = self.ceiling(caller, now);
        if request.ttl.as_secs() > max {
            return Err(Denied::ExpireTime { requested: request.ttl, max });
        }
        Ok(Grant::new(request))
    }

    /// The longest lifetime in seconds that the caller may request; 0 if the credential has
    /// expired.
    #[must_use]
    pub fn ceiling(&self, caller: &Caller, now: UnixTime) -> u32 {
        let mut max = self.max_ttl.as_secs();
        if let Some(granted) = caller.grants.as_ref().and_then(|grants| grants.max_expire_time) {
            max = max.min(granted.get());
        }
        if let Some(expires_at) = caller.expires_at.filter(|_| self.expire_with_jwt) {
            // Within the clock skew the credential may have expired already.
            max = max.min(u32::try_from(now.until(expires_at)).unwrap_or(0));
        }
        max
    }

    fn check_format(&self, format: Format) -> Result<(), Denied> {
        match format {
            Format::V007 => Ok(()),
            Format::V006 if self.allow_006 => Ok(()),
            Format::V006 => Err(Denied::Version),
        }
    }

    fn check_kinds(&self, scope: &Scope<'_>, caller: &Caller) -> Result<(), Denied> {
        let configured = Kinds {
            named: self.token_types.as_deref(),
            by_default: &|kind| Self::DEFAULT_TOKEN_TYPES.contains(&kind),
            are_channels_listed: self.channels.is_some(),
        };
        let grants = caller.grants.as_ref();
        let granted = Kinds {
            named: grants.and_then(|grants| grants.token_types.as_deref()),
            by_default: &|kind| may_default_to(caller.app_level, kind),
            are_channels_listed: grants.is_some_and(|grants| grants.channels.is_some()),
        };
        let refused = scope.kinds().find(|kind| !configured.allow(*kind) || !granted.allow(*kind));
        refused.map_or(Ok(()), |kind| Err(Denied::TokenType(kind)))
    }

    fn check_wildcards(&self, scope: &Scope<'_>, grants: Option<&Grants>) -> Result<(), Denied> {
        let refused_by_grants = grants.is_some_and(|grants| grants.wildcards == Some(false));
        let channel = scope.wildcard_channel().filter(|_| refused_by_grants || !self.wildcard_channel);
        let user = || scope.wildcard_user().filter(|_| refused_by_grants || !self.wildcard_uid);
        channel.or_else(user).map_or(Ok(()), |field| Err(Denied::Wildcard { field }))
    }

    fn check_channels(&self, scope: &Scope<'_>, caller: &Caller) -> Result<(), Denied> {
        let subject = caller.subject.as_deref();
        let granted = caller.grants.as_ref().and_then(|grants| grants.channels.as_ref());
        let allowed = |name: &str| {
            self.channels
                .as_ref()
                .is_none_or(|patterns| patterns.iter().any(|one| one.matches(name, subject)))
                && granted.is_none_or(|patterns| patterns.iter().any(|one| pattern::granted(one, name)))
        };
        let refused = scope.channels().find(|(_, name)| !allowed(name));
        refused.map_or(Ok(()), |(field, _)| Err(Denied::Channel { field }))
    }
}

/// The kinds that one source allows: the configuration, or the caller's grants.
struct Kinds<'a> {
    named: Option<&'a [TokenKind]>,
    by_default: &'a dyn Fn(TokenKind) -> bool,
    are_channels_listed: bool,
}

impl Kinds<'_> {
    fn allow(&self, kind: TokenKind) -> bool {
        match self.named {
            Some(named) => named.contains(&kind),
            None => (self.by_default)(kind) && self.is_within_channels(kind),
        }
    }

    /// A list of channels does not mention kinds without a channel, so it does not allow them.
    fn is_within_channels(&self, kind: TokenKind) -> bool {
        match kind.level() {
            Level::Channel => true,
            Level::User | Level::App => !self.are_channels_listed,
        }
    }
}

fn may_default_to(app_level: AppLevel, kind: TokenKind) -> bool {
    match (app_level, kind.level()) {
        (AppLevel::Granted, Level::App) => false,
        (AppLevel::Granted | AppLevel::Configured, Level::Channel | Level::User | Level::App) => true,
    }
}

fn check_role(role: ScopeRole, roles: &[Role]) -> Result<(), Denied> {
    match role {
        ScopeRole::None => Ok(()),
        ScopeRole::Rtc(role) if roles.contains(&role) => Ok(()),
        ScopeRole::Rtc(role) => Err(Denied::Role(Some(role))),
        // The grants have no name for a numbered role.
        ScopeRole::Numbered(_) => Err(Denied::Role(None)),
    }
}

/// A caller with a derived uid that leaves it out on a route whose response has no place for it: the
/// token would be for any user, and the client would not learn its uid.
fn check_uid_is_requested(scope: &Scope<'_>, identity: &Identity) -> Result<(), Denied> {
    let missing = match identity {
        Identity::Free | Identity::Bound(_) => None,
        Identity::Derived { .. } => scope.users().find(|(_, user)| match user {
            User::Uid(Uid::Any) => true,
            User::Uid(Uid::Number(_) | Uid::Account(_)) | User::Id(_) => false,
        }),
    };
    missing.map_or(Ok(()), |(field, _)| Err(Denied::UidMissing { field }))
}

fn check_users(scope: &Scope<'_>, identity: &Identity) -> Result<(), Denied> {
    let other = match identity {
        Identity::Free => None,
        Identity::Bound(identity) => scope.users().find(|(_, user)| !user.is(identity)),
        Identity::Derived { uid, text } => {
            scope.users().find(|(_, user)| !is_derived(*user, *uid, text.as_deref()))
        }
    };
    other.map_or(Ok(()), |(field, _)| Err(Denied::Uid { field }))
}

/// The integer is the uid; the text is the account, the RTM and the Chat user; the integer's digits
/// are accepted for RTM and Chat as well.
fn is_derived(user: User<'_>, uid: NonZeroU32, text: Option<&str>) -> bool {
    match user {
        User::Uid(Uid::Any) => false,
        User::Uid(Uid::Number(number)) => *number == uid,
        User::Uid(Uid::Account(account)) => text == Some(account.as_str()),
        User::Id(id) => text == Some(id.as_str()) || id.as_str() == uid.to_string(),
    }
}
