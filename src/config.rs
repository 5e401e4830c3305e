//! Every variable of the configuration, read once, each fault naming its variable.

mod auth;
mod limits;
mod listen;
mod project;
mod reader;
pub mod secret_store;

use std::fmt;
use std::num::NonZeroU32;

pub use listen::Listen;
pub use project::{ProjectSource, RemoteProject};

use self::reader::Reader;
use crate::auth::Authenticator;
use crate::policy::Policy;
use crate::request::Format;
use crate::time::Ttl;

/// What the server is to do. There is no invalid one.
#[derive(Debug)]
pub struct Config {
    /// What tokens are signed for.
    pub project: ProjectSource,
    /// Who is let in.
    pub authenticator: Authenticator,
    /// What may be had.
    pub policy: Policy,
    /// How many requests a caller may make in a minute, where this server is to count them.
    pub rate_limit: Option<NonZeroU32>,
    /// How many proxies in front of the local server are believed about who their client is.
    pub trusted_proxies: usize,
    /// Which pages may read the answers.
    pub allow_origin: AllowOrigin,
    /// The lifetime of tokens that the drop-in routes are not asked one for.
    pub default_ttl: Ttl,
    /// The format that the drop-in routes give to RTC and RTM tokens.
    pub drop_in_version: Format,
}

/// Which pages may read the answers (`CORS_ALLOW_ORIGIN`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AllowOrigin {
    /// Every page.
    Any,
    /// The pages of these origins.
    List(Vec<String>),
}

/// Where the server runs, which decides what may be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// A developer's machine, or a server of one's own: without `APP_ID` and `APP_CERTIFICATE` it
    /// takes Agora's public test project, without `AUTH` it asks for no credential. Both only on
    /// the loopback address.
    Local(Listen),
    /// AWS Lambda: everything must be said.
    Lambda,
    /// Cloudflare Workers: everything must be said.
    Workers,
}

/// All that is wrong with the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(pub Vec<ConfigFault>);

/// What is wrong with one variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFault {
    /// Its name.
    pub variable: &'static str,
    /// What came, unless it is secret, and what was expected.
    pub detail: String,
}

impl fmt::Display for ConfigFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.variable, self.detail)
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            write!(f, "{}{fault}", if index == 0 { "" } else { "; " })?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}

/// Things that an operator should know of a valid configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Tokens are signed for Agora's public test project.
    PublicTestProject,
    /// Anybody who reaches the server gets tokens.
    NoAuthentication,
    /// Whoever has a JWT may take any identity.
    FreeIdentities,
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PublicTestProject => {
                "APP_ID and APP_CERTIFICATE are unset: signing for Agora's public test project. \
                 Real clients need their own project's."
            }
            Self::NoAuthentication => "AUTH=none: whoever reaches this server gets any token.",
            Self::FreeIdentities => "JWT_UID_CLAIM=none: whoever has a JWT may take any identity.",
        })
    }
}

impl Config {
    /// Reads every variable. An empty one is unset. `file` reads a file as text, for what may stand
    /// in one.
    ///
    /// # Errors
    /// Names every variable that is not what it should be.
    pub fn read(
        platform: Platform,
        variable: impl Fn(&str) -> Option<String>,
        file: impl Fn(&str) -> std::io::Result<String>,
    ) -> Result<(Self, Vec<Notice>), ConfigError> {
        let mut reader = Reader::new(&variable);
        let mut notices = Vec::new();
        let project = reader.project(platform, &file, &mut notices);
        let authenticator = reader.authenticator(platform, &mut notices);
        let open = authenticator.as_ref().is_some_and(Authenticator::is_open);
        let policy = reader.policy(open);
        let allow_origin = reader.allow_origin();
        let rate_limit = reader.rate_limit();
        let trusted_proxies = reader.trusted_proxies();
        let default_ttl = reader.ttl("DEFAULT_EXPIRE_TIME", Ttl::HOUR);
        let drop_in_version = reader.token_version();
        let faults = reader.finish();
        match (project, authenticator) {
            (Some(project), Some(authenticator)) if faults.is_empty() => Ok((
                Self {
                    project,
                    authenticator,
                    policy,
                    rate_limit,
                    trusted_proxies,
                    allow_origin,
                    default_ttl,
                    drop_in_version,
                },
                notices,
            )),
            _ => Err(ConfigError(faults)),
        }
    }
}
