//! The configuration as a whole.

use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroUsize};

use super::project::ProjectSource;
use super::server::{AllowOrigin, LoopbackGuard, MetricsListener};
use crate::auth::Authenticator;
use crate::policy::Policy;
use crate::request::{Format, TokenKind};
use crate::time::Ttl;
use crate::variables::{ConfigError, Environment, Notice, ROWS, Reader, var};

/// What the server is to do. An invalid one cannot be made.
#[derive(Debug)]
pub struct Config {
    /// The project that tokens are signed for.
    pub project: ProjectSource,
    /// How callers authenticate.
    pub authenticator: Authenticator,
    /// Which tokens may be issued.
    pub policy: Policy,
    /// Where the process listens, if it does so itself.
    pub listen: Option<SocketAddr>,
    /// The maximum number of connections; `None` leaves it to the adapter.
    pub max_connections: Option<NonZeroUsize>,
    /// How many requests a caller may make in a minute, if the process counts them itself.
    pub rate_limit: Option<NonZeroU32>,
    /// How many proxies in front of the local server are trusted about their client's address.
    pub trusted_proxies: usize,
    /// Where the process exposes its metrics, if it does.
    pub metrics: Option<MetricsListener>,
    /// Which hosts and origins a request may name while the server is open on a loopback address.
    pub loopback_guard: Option<LoopbackGuard>,
    /// Which pages may read responses.
    pub allow_origin: AllowOrigin,
    /// Whether pages of listed origins may send cookies.
    pub allow_credentials: bool,
    /// The lifetime of tokens for drop-in requests that name none.
    pub default_ttl: Ttl,
    /// The format that the drop-in routes give to tokens for RTC or RTM alone.
    pub drop_in_version: Format,
}

impl Config {
    /// Reads every variable. An empty one is unset.
    ///
    /// # Errors
    /// Names every variable that cannot be used.
    pub fn read(environment: Environment<'_>) -> Result<(Self, Vec<Notice>), ConfigError> {
        let mut reader = Reader::new(environment);
        for variable in ROWS {
            // One that is not text is at fault even if nothing needs it: a limit must not get lost.
            reader.find(variable);
        }
        let listen = reader.listen();
        let exposure = reader.exposure(listen);
        let project = reader.project(exposure);
        let is_test = reader.names_public_test_project();
        let authenticator = reader.authenticator(exposure, is_test);
        let open = authenticator.as_ref().is_some_and(Authenticator::is_open);
        let policy = reader.policy(open);
        if let (Some(authenticator), Some(policy)) = (&authenticator, &policy)
            && authenticator.has_text_identities()
            && policy.allows_kind(TokenKind::ChatUser)
        {
            reader.notice(Notice::ChatFoldsCase);
        }
        let max_connections = reader.max_connections();
        let rate_limit = reader.rate_limit();
        let trusted_proxies = reader.trusted_proxies();
        let allowed_hosts = reader.allowed_hosts();
        let metrics = reader.metrics(listen, &allowed_hosts);
        let loopback_guard = Reader::loopback_guard(exposure, open && !is_test, allowed_hosts);
        let allow_origin = reader.allow_origin();
        let allow_credentials = reader.allow_credentials(&allow_origin);
        let default_ttl = reader.ttl(var!("DEFAULT_EXPIRE_TIME"));
        let drop_in_version = reader.drop_in_version(policy.as_ref());
        reader.notice_listeners();
        let config = (|| {
            Some(Self {
                project: project?,
                authenticator: authenticator?,
                policy: policy?,
                listen,
                max_connections,
                rate_limit,
                trusted_proxies: trusted_proxies?,
                metrics,
                loopback_guard,
                allow_origin,
                allow_credentials: allow_credentials?,
                default_ttl: default_ttl?,
                drop_in_version: drop_in_version?,
            })
        })();
        reader.finish(config)
    }
}
