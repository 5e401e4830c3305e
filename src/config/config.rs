//! The configuration as a whole.

use std::fmt;
use std::num::NonZeroU32;

use super::environment::Environment;
use super::project::ProjectSource;
use super::reader::{Reader, var};
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
    /// `ALLOW_006` is set to true.
    Allow006,
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PublicTestProject => {
                "APP_ID and APP_CERTIFICATE are unset: signing for Agora's public test project. \
                 Real clients need their own project's."
            }
            Self::NoAuthentication => "AUTH=none: whoever reaches this server gets any token.",
            Self::Allow006 => {
                "ALLOW_006=true: the holder of a 006 token can rewrite it for another channel and uid. \
                 Issue 007 tokens to clients that accept them."
            }
            Self::FreeIdentities => "JWT_UID_CLAIM=none: whoever has a JWT may take any identity.",
        })
    }
}

impl Config {
    /// Reads every variable. An empty one is unset.
    ///
    /// # Errors
    /// Names every variable that is not what it should be.
    pub fn read(environment: Environment<'_>) -> Result<(Self, Vec<Notice>), ConfigError> {
        let mut reader = Reader::new(environment);
        let mut notices = Vec::new();
        let project = reader.project(&mut notices);
        let authenticator = reader.authenticator(&mut notices);
        let open = authenticator.as_ref().is_some_and(Authenticator::is_open);
        let policy = reader.policy(open, &mut notices);
        let allow_origin = reader.allow_origin();
        let rate_limit = reader.rate_limit();
        let trusted_proxies = reader.trusted_proxies();
        let default_ttl = reader.ttl(var!("DEFAULT_EXPIRE_TIME"));
        let drop_in_version = reader.token_version(policy.as_ref());
        let config = (|| {
            Some(Self {
                project: project?,
                authenticator: authenticator?,
                policy: policy?,
                rate_limit,
                trusted_proxies: trusted_proxies?,
                allow_origin,
                default_ttl: default_ttl?,
                drop_in_version: drop_in_version?,
            })
        })();
        reader.finish(config).map(|config| (config, notices))
    }
}
