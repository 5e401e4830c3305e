//! The authenticated sender of a request, whatever it authenticated with.

use super::grants::Grants;
use super::identity::Identity;
use crate::time::UnixTime;

/// The authenticated sender of a request.
///
/// Policy, log and rate limit read these facts and never the method, so that a new method of
/// authentication does not change them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// How the log and the rate limit name it: `key:NAME` or `jwt:SUBJECT`. `None` if the credential
    /// names no user, or if no credential is required.
    pub name: Option<String>,
    /// The `iss` claim, if several issuers are configured: names are theirs alone.
    pub issuer: Option<String>,
    /// The `sub` claim, for `{sub}` in channel patterns. One that is empty or holds a `*` matches
    /// no pattern.
    pub subject: Option<String>,
    /// Which identities it may use.
    pub identity: Identity,
    /// What narrows its requests beside the configuration.
    pub grants: Option<Grants>,
    /// When the credential expires, without the clock skew: up to
    /// [`CLOCK_SKEW`](super::CLOCK_SKEW) seconds in the past.
    pub expires_at: Option<UnixTime>,
    /// Whether it needs a grant for tokens that act for the whole app.
    pub app_level: AppLevel,
}

impl Caller {
    /// The caller of a server that requires no credential (`AUTH=none`).
    #[must_use]
    pub const fn open() -> Self {
        Self {
            name: None,
            issuer: None,
            subject: None,
            identity: Identity::Free,
            grants: None,
            expires_at: None,
            app_level: AppLevel::Configured,
        }
    }

    /// What its requests count against. Names are those of its issuer, so they are counted apart. The
    /// quoted issuer ends before the name begins, whatever either holds.
    #[must_use]
    pub fn limit_key(&self) -> Option<String> {
        let name = self.name.as_ref()?;
        Some(self.issuer.as_ref().map_or_else(|| name.clone(), |issuer| format!("{issuer:?} {name}")))
    }

    /// A backend with the API key of this name: only the configuration limits it.
    #[must_use]
    pub fn api_key(name: &str) -> Self {
        Self { name: Some(format!("key:{name}")), ..Self::open() }
    }
}

/// What allows a caller tokens that act for the whole app: `chat-app`, `apaas-app` and `fpa`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppLevel {
    /// The configuration alone.
    Configured,
    /// Besides the configuration, `tokenTypes` in the caller's grants: a JWT is a user's.
    Granted,
}
