//! The rules, in their order.

use std::num::NonZeroU32;

use super::denied::{Denied, Refusal, Source};
use super::pattern::{self, ChannelPattern};
use crate::auth::{AppLevel, Caller, Identity};
use crate::grant::Grant;
use crate::request::{Format, Level, Scope, ScopeRole, TokenKind, TokenRequest, User};
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
        let refusal = self.refusals(caller, &request, now).next();
        refusal.map_or_else(|| Ok(Grant::new(request)), |refusal| Err(refusal.denied))
    }

    /// Every reason to refuse the request, in the order of the rules; none if it is granted.
    pub fn refusals<'a>(
        &'a self,
        caller: &'a Caller,
        request: &'a TokenRequest,
        now: UnixTime,
    ) -> impl Iterator<Item = Refusal> + 'a {
        let scope = request.spec.scope();
        let rules = self.version(scope.format).into_iter();
        let rules = rules.chain(self.kinds(scope, caller)).chain(uid_to_request(scope, caller));
        let rules = rules.chain(self.wildcards(scope, caller));
        let rules = rules.chain(self.channels(scope, caller)).chain(roles(scope.role, caller));
        rules.chain(users(scope, caller)).chain(self.lifetime(caller, request.ttl, now))
    }

    /// The longest lifetime in seconds that the caller may request; 0 if the credential has
    /// expired.
    #[must_use]
    pub fn ceiling(&self, caller: &Caller, now: UnixTime) -> u32 {
        let each = self.ceilings(caller, now).into_iter().flatten().map(|(ceiling, _)| ceiling);
        each.min().unwrap_or(0)
    }

    fn version(&self, format: Format) -> Option<Refusal> {
        match format {
            Format::V007 => None,
            Format::V006 if self.allow_006 => None,
            Format::V006 => Some(Refusal::configured("ALLOW_006", Denied::Version)),
        }
    }

    /// Whether the configuration allows tokens of this kind.
    #[must_use]
    pub fn allows_kind(&self, kind: TokenKind) -> bool {
        self.configured_kinds().allow(kind)
    }

    fn configured_kinds(&self) -> Kinds<'_, impl Fn(TokenKind) -> bool> {
        Kinds {
            named: self.token_types.as_deref(),
            by_default: |kind| Self::DEFAULT_TOKEN_TYPES.contains(&kind),
            are_channels_listed: self.channels.is_some(),
        }
    }

    fn kinds<'a>(&'a self, scope: Scope<'a>, caller: &'a Caller) -> impl Iterator<Item = Refusal> + 'a {
        let configured = self.configured_kinds();
        let grants = caller.grants.as_ref();
        let granted = Kinds {
            named: grants.and_then(|grants| grants.token_types.as_deref()),
            by_default: |kind| may_default_to(caller.app_level, kind),
            are_channels_listed: grants.is_some_and(|grants| grants.channels.is_some()),
        };
        scope.kinds().flat_map(move |kind| {
            let denied = Denied::TokenType(kind);
            let by_configuration =
                (!configured.allow(kind)).then(|| Refusal::configured("ALLOWED_TOKEN_TYPES", denied.clone()));
            let by_grants = (!granted.allow(kind)).then(|| Refusal::granted("tokenTypes", denied));
            by_configuration.into_iter().chain(by_grants)
        })
    }

    fn wildcards<'a>(&'a self, scope: Scope<'a>, caller: &'a Caller) -> impl Iterator<Item = Refusal> + 'a {
        let refused_by_grants = caller.grants.as_ref().is_some_and(|grants| grants.wildcards == Some(false));
        let refuse = move |field: Option<&'static str>, allowed: bool, variable: &'static str| {
            let denied = field.map(|field| Denied::Wildcard { field });
            let by_configuration =
                denied.clone().filter(|_| !allowed).map(|denied| Refusal::configured(variable, denied));
            let by_grants =
                denied.filter(|_| refused_by_grants).map(|denied| Refusal::granted("wildcards", denied));
            by_configuration.into_iter().chain(by_grants)
        };
        let channel = refuse(scope.wildcard_channel(), self.wildcard_channel, "ALLOW_WILDCARD_CHANNEL");
        channel.chain(refuse(scope.wildcard_user(), self.wildcard_uid, "ALLOW_WILDCARD_UID"))
    }

    fn channels<'a>(&'a self, scope: Scope<'a>, caller: &'a Caller) -> impl Iterator<Item = Refusal> + 'a {
        let subject = caller.subject.as_deref();
        let configured = self.channels.as_deref();
        let granted = caller.grants.as_ref().and_then(|grants| grants.channels.as_deref());
        scope.channels().flat_map(move |(field, name)| {
            let by_configuration = configured
                .filter(|patterns| !patterns.iter().any(|one| one.matches(name, subject)))
                .map(|_| Refusal::configured("ALLOWED_CHANNELS", Denied::Channel { field }));
            let by_grants = granted
                .filter(|patterns| !patterns.iter().any(|one| pattern::granted(one, name)))
                .map(|_| Refusal::granted("channels", Denied::Channel { field }));
            by_configuration.into_iter().chain(by_grants)
        })
    }

    fn lifetime<'a>(
        &'a self,
        caller: &'a Caller,
        requested: Ttl,
        now: UnixTime,
    ) -> impl Iterator<Item = Refusal> + 'a {
        let max = self.ceiling(caller, now);
        let sources = self.ceilings(caller, now).into_iter().flatten();
        sources
            .filter(move |(ceiling, _)| requested.as_secs() > *ceiling)
            .map(move |(_, source)| Refusal { denied: Denied::ExpireTime { requested, max }, source })
    }

    /// The longest lifetime that each source allows, in seconds.
    fn ceilings(&self, caller: &Caller, now: UnixTime) -> [Option<(u32, Source)>; 3] {
        let granted = caller.grants.as_ref().and_then(|grants| grants.max_expire_time);
        let expires_at = caller.expires_at.filter(|_| self.expire_with_jwt);
        [
            Some((self.max_ttl.as_secs(), Source::Configuration("MAX_EXPIRE_TIME"))),
            granted.map(|granted| (granted.get(), Source::Grants("maxExpireTime"))),
            // Within the clock skew the credential may have expired already.
            expires_at.map(|expiry| (u32::try_from(now.until(expiry)).unwrap_or(0), Source::Expiry)),
        ]
    }
}

/// The kinds that one source allows: the configuration, or the caller's grants.
struct Kinds<'a, F> {
    named: Option<&'a [TokenKind]>,
    by_default: F,
    are_channels_listed: bool,
}

impl<F: Fn(TokenKind) -> bool> Kinds<'_, F> {
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

fn roles(role: ScopeRole, caller: &Caller) -> Option<Refusal> {
    let roles = caller.grants.as_ref().and_then(|grants| grants.roles.as_ref())?;
    let refused = match role {
        ScopeRole::None => return None,
        ScopeRole::Rtc(role) if roles.contains(&role) => return None,
        ScopeRole::Rtc(role) => Some(role),
        // The grants have no name for a numbered role.
        ScopeRole::Numbered(_) => None,
    };
    Some(Refusal::granted("roles", Denied::Role(refused)))
}

/// A caller with a derived uid that leaves it out on a route whose response has no place for it: the
/// token would be for any user, and the client would not learn its uid.
fn uid_to_request<'a>(scope: Scope<'a>, caller: &'a Caller) -> impl Iterator<Item = Refusal> + 'a {
    let is_derived = match caller.identity {
        Identity::Free | Identity::Bound(_) => false,
        Identity::Derived { .. } => true,
    };
    let missing = scope.users().filter(move |(_, user)| match user {
        User::Uid(Uid::Any) => is_derived,
        User::Uid(Uid::Number(_) | Uid::Account(_)) | User::Id(_) => false,
    });
    missing.map(|(field, _)| Refusal { denied: Denied::UidMissing { field }, source: Source::Identity })
}

fn users<'a>(scope: Scope<'a>, caller: &'a Caller) -> impl Iterator<Item = Refusal> + 'a {
    let others = scope.users().filter(|(_, user)| match &caller.identity {
        Identity::Free => false,
        Identity::Bound(identity) => !user.is(identity),
        Identity::Derived { uid, text } => !is_derived(*user, *uid, text.as_deref()),
    });
    others.map(|(field, _)| Refusal { denied: Denied::Uid { field }, source: Source::Identity })
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
