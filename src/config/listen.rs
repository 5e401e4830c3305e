//! Where the local server listens.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::ConfigError;
use super::reader::Reader;

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
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut reader = Reader::new(&variable);
        let host = match reader.get("HOST").as_deref() {
            Some("localhost") => IpAddr::V4(Ipv4Addr::LOCALHOST),
            _ => reader.parsed("HOST", IpAddr::V4(Ipv4Addr::LOCALHOST), "an IP address or localhost"),
        };
        let port = reader.parsed("PORT", 8080, "a port, 0 to 65535");
        let faults = reader.finish();
        if faults.is_empty() {
            Ok(Self { address: SocketAddr::new(host, port) })
        } else {
            Err(ConfigError(faults))
        }
    }

    /// Where nobody else can reach it; for what listens nowhere.
    #[must_use]
    pub fn loopback() -> Self {
        Self { address: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0) }
    }

    /// Whether only this machine can reach it.
    pub(super) fn is_loopback(self) -> bool {
        self.address.ip().is_loopback()
    }
}
