//! Where the server listens, how often it answers a caller, and which pages may read its answers.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;

use super::config::{AllowOrigin, ConfigError};
use super::environment::Environment;
use super::reader::{Reader, items, var};
use super::variables::Variable;
use crate::policy::Policy;
use crate::request::Format;

/// Where the local server listens (`HOST`, `PORT`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listen {
    /// The address.
    pub address: SocketAddr,
}

impl Listen {
    /// `HOST` and `PORT`, 127.0.0.1 and 8080 where they are unset.
    ///
    /// # Errors
    /// Names the variables that are no address and no port.
    pub fn read(environment: Environment<'_>) -> Result<Self, ConfigError> {
        let mut reader = Reader::new(environment);
        let host = match reader.get(var!("HOST")).as_deref() {
            Some("localhost") => Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            _ => reader.parsed(var!("HOST"), "an IP address or localhost"),
        };
        let port = reader.parsed(var!("PORT"), "a port, 0 to 65535");
        let address = host.zip(port).map(|(host, port)| SocketAddr::new(host, port));
        reader.finish(address).map(|address| Self { address })
    }

    /// Whether only this machine can reach it.
    pub(super) fn is_loopback(self) -> bool {
        self.address.ip().is_loopback()
    }
}

impl Reader<'_> {
    pub(super) fn rate_limit(&mut self) -> Option<NonZeroU32> {
        let text = self.get(var!("RATE_LIMIT"))?;
        let limit = text.parse().ok();
        if limit.is_none() {
            self.fault(var!("RATE_LIMIT"), format!("{text:?}, expected requests per minute, at least 1"));
        }
        limit
    }

    pub(super) fn trusted_proxies(&mut self) -> Option<usize> {
        self.parsed(var!("TRUSTED_PROXIES"), "a number of proxies, 0 or more")
    }

    pub(super) fn token_version(&mut self, policy: Option<&Policy>) -> Option<Format> {
        let format = self.parsed(var!("TOKEN_VERSION"), "007 or 006")?;
        if format == Format::V006 && policy.is_some_and(|policy| !policy.allow_006) {
            self.fault(var!("TOKEN_VERSION"), "006 needs ALLOW_006=true");
        }
        Some(format)
    }

    pub(super) fn allow_origin(&mut self) -> AllowOrigin {
        const ALLOW_ORIGIN: &Variable = var!("CORS_ALLOW_ORIGIN");
        let Some(list) = self.get(ALLOW_ORIGIN).filter(|list| list != "*") else { return AllowOrigin::Any };
        // Browsers send scheme and host in small letters.
        let origins: Vec<String> = items(&list).map(str::to_ascii_lowercase).collect();
        for origin in &origins {
            let authority = origin.split_once("://").map(|(_, authority)| authority);
            if !authority.is_some_and(|authority| !authority.is_empty() && !authority.contains(['/', '*'])) {
                self.fault(
                    ALLOW_ORIGIN,
                    format!("{origin:?}, expected * or origins like https://example.com"),
                );
            }
        }
        AllowOrigin::List(origins)
    }
}
