//! Every variable of the configuration, read once, each fault naming its variable.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;

use crate::issue::TokenType;
use crate::policy::{ChannelPattern, Policy};
use crate::time::Ttl;
use crate::token::{AppCertificate, Project};

/// What the server is to do. There is no invalid one.
#[derive(Clone, Debug)]
pub struct Config {
    /// What tokens are signed for.
    pub project: Project,
    /// What may be had.
    pub policy: Policy,
    /// Which pages may read the answers.
    pub allow_origin: AllowOrigin,
    /// The lifetime of tokens that the drop-in routes are not asked one for.
    pub default_ttl: Ttl,
    /// The format that the drop-in routes give to RTC and RTM tokens.
    pub drop_in_version: TokenVersion,
}

/// A token format (`TOKEN_VERSION`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenVersion {
    /// `AccessToken2`.
    V007,
    /// `AccessToken`, for old SDKs.
    V006,
}

/// Which pages may read the answers (`CORS_ALLOW_ORIGIN`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AllowOrigin {
    /// Every page.
    Any,
    /// The pages of these origins.
    List(Vec<String>),
}

/// Where the local server listens (`HOST`, `PORT`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listen {
    /// The address.
    pub address: SocketAddr,
}

/// Where the server runs, which decides what may be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// A developer's machine, or a server of one's own: without `APP_ID` and `APP_CERTIFICATE` it
    /// takes Agora's public test project, without `AUTH` it asks for no credential. Both only on
    /// the loopback address.
    Local(Listen),
    /// AWS Lambda or Cloudflare Workers: everything must be said.
    Hosted,
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
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PublicTestProject => {
                "APP_ID and APP_CERTIFICATE are unset: signing for Agora's public test project. \
                 Real clients need their own project's."
            }
            Self::NoAuthentication => "AUTH=none: whoever reaches this server gets any token.",
        })
    }
}

impl Listen {
    /// `HOST` and `PORT`, 127.0.0.1 and 8080 where they are unset.
    ///
    /// # Errors
    /// Names the variables that are no address and no port.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut reader = Reader { variable: &variable, faults: Vec::new() };
        let host = reader.parsed("HOST", IpAddr::V4(Ipv4Addr::LOCALHOST), "an IP address");
        let port = reader.parsed("PORT", 8080, "a port, 0 to 65535");
        reader.finish(Self { address: SocketAddr::new(host, port) })
    }
}

impl Config {
    /// Reads every variable. An empty one is unset.
    ///
    /// # Errors
    /// Names every variable that is not what it should be.
    pub fn read(
        platform: Platform,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<(Self, Vec<Notice>), ConfigError> {
        let mut reader = Reader { variable: &variable, faults: Vec::new() };
        let mut notices = Vec::new();
        let project = reader.project(platform, &mut notices);
        reader.auth(platform, &mut notices);
        let policy = reader.policy();
        let allow_origin = reader.allow_origin();
        let default_ttl = reader.ttl("DEFAULT_EXPIRE_TIME", Ttl::HOUR);
        let drop_in_version = reader.token_version();
        // The stand-in is never seen: without a project there is a fault.
        let project = project.unwrap_or_else(Project::public_test);
        reader.finish((Self { project, policy, allow_origin, default_ttl, drop_in_version }, notices))
    }
}

const UNSET: &str = "unset, expected 32 hexadecimal digits";

/// Reads variables and gathers what is wrong with them.
struct Reader<'a> {
    variable: &'a dyn Fn(&str) -> Option<String>,
    faults: Vec<ConfigFault>,
}

impl Reader<'_> {
    fn finish<T>(self, value: T) -> Result<T, ConfigError> {
        if self.faults.is_empty() { Ok(value) } else { Err(ConfigError(self.faults)) }
    }

    fn get(&self, name: &str) -> Option<String> {
        (self.variable)(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    fn fault(&mut self, variable: &'static str, detail: impl Into<String>) {
        self.faults.push(ConfigFault { variable, detail: detail.into() });
    }

    fn parsed<T: FromStr>(&mut self, name: &'static str, default: T, expected: &str) -> T {
        let Some(text) = self.get(name) else { return default };
        text.parse().unwrap_or_else(|_| {
            self.fault(name, format!("{text:?}, expected {expected}"));
            default
        })
    }

    fn project(&mut self, platform: Platform, notices: &mut Vec<Notice>) -> Option<Project> {
        let (id, certificate) = (self.get("APP_ID"), self.get("APP_CERTIFICATE"));
        let secondary = self.get("APP_CERTIFICATE_SECONDARY");
        if let (None, None, None, Platform::Local(listen)) = (&id, &certificate, &secondary, platform)
            && listen.is_loopback()
        {
            notices.push(Notice::PublicTestProject);
            return Some(Project::public_test());
        }
        let app_id = self.project_part("APP_ID", id);
        let certificate = self.project_part("APP_CERTIFICATE", certificate);
        let secondary: Option<AppCertificate> =
            secondary.and_then(|text| self.project_part("APP_CERTIFICATE_SECONDARY", Some(text)));
        Some(Project { app_id: app_id?, certificate: certificate?, secondary })
    }

    /// An App ID or a certificate. A fault never shows what came, since it may be secret.
    fn project_part<T>(&mut self, name: &'static str, text: Option<String>) -> Option<T>
    where
        T: FromStr,
        T::Err: fmt::Display,
    {
        let Some(text) = text else {
            self.fault(name, UNSET);
            return None;
        };
        text.parse().map_err(|error: T::Err| self.fault(name, error.to_string())).ok()
    }

    fn auth(&mut self, platform: Platform, notices: &mut Vec<Notice>) {
        let said = self.get("AUTH");
        match (said.as_deref(), platform) {
            (Some("none"), _) => notices.push(Notice::NoAuthentication),
            (None, Platform::Local(listen)) if listen.is_loopback() => notices.push(Notice::NoAuthentication),
            (None, Platform::Local(_)) => {
                self.fault("AUTH", "unset, which is allowed on a loopback HOST only");
            }
            (None, Platform::Hosted) => self.fault("AUTH", "unset, expected none to let anybody have tokens"),
            (Some(other), _) => {
                let detail = format!("{other:?}, expected none");
                self.fault("AUTH", detail);
            }
        }
    }

    fn policy(&mut self) -> Policy {
        let token_types = match self.get("ALLOWED_TOKEN_TYPES") {
            None => vec![TokenType::Rtc, TokenType::Rtm, TokenType::ChatUser],
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
            wildcard_uid: self.flag("ALLOW_WILDCARD_UID", true),
            wildcard_channel: self.flag("ALLOW_WILDCARD_CHANNEL", false),
        }
    }

    fn token_types(&mut self, list: &str) -> Vec<TokenType> {
        let mut kinds = Vec::new();
        for item in items(list) {
            if let Some(kind) = TokenType::named(item) {
                kinds.push(kind);
            } else {
                let names = TokenType::ALL.map(TokenType::name).join(", ");
                self.fault("ALLOWED_TOKEN_TYPES", format!("{item:?}, expected some of {names}"));
            }
        }
        kinds
    }

    fn ttl(&mut self, name: &'static str, default: Ttl) -> Ttl {
        let Some(text) = self.get(name) else { return default };
        text.parse().ok().and_then(|seconds| Ttl::from_secs(seconds).ok()).unwrap_or_else(|| {
            self.fault(name, format!("{text:?}, expected seconds, 1 to {}", Ttl::MAX.as_secs()));
            default
        })
    }

    fn flag(&mut self, name: &'static str, default: bool) -> bool {
        self.parsed(name, default, "true or false")
    }

    fn token_version(&mut self) -> TokenVersion {
        match self.get("TOKEN_VERSION").as_deref() {
            None | Some("007") => TokenVersion::V007,
            Some("006") => TokenVersion::V006,
            Some(other) => {
                self.fault("TOKEN_VERSION", format!("{other:?}, expected 007 or 006"));
                TokenVersion::V007
            }
        }
    }

    fn allow_origin(&mut self) -> AllowOrigin {
        const NAME: &str = "CORS_ALLOW_ORIGIN";
        let Some(list) = self.get(NAME).filter(|list| list != "*") else { return AllowOrigin::Any };
        let origins: Vec<String> = items(&list).map(str::to_owned).collect();
        for origin in &origins {
            let authority = origin.split_once("://").map(|(_, authority)| authority);
            if !authority.is_some_and(|authority| !authority.is_empty() && !authority.contains(['/', '*'])) {
                self.fault(NAME, format!("{origin:?}, expected * or origins like https://example.com"));
            }
        }
        AllowOrigin::List(origins)
    }
}

impl Listen {
    fn is_loopback(self) -> bool {
        self.address.ip().is_loopback()
    }
}

/// The items of a comma-separated list.
fn items(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|item| !item.is_empty())
}
