//! The listeners of the server, its accepted hosts and origins, and its limits.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::{NonZeroU32, NonZeroUsize};
use std::str::FromStr;

use crate::policy::Policy;
use crate::request::Format;
use crate::variables::{ConfigError, Environment, Notice, Reader, Socket, Variable, items, var};

/// Which pages may read responses (`CORS_ALLOW_ORIGIN`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AllowOrigin {
    /// Every page.
    Any,
    /// The pages of these origins.
    List(Vec<String>),
}

/// Which requests a server takes that issues a real project's tokens to every client on its machine.
///
/// A page on the internet can send requests to a loopback address, and its own host name can be made
/// to resolve to one (DNS rebinding).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoopbackGuard {
    /// `ALLOWED_HOSTS`, in lower case.
    pub allowed_hosts: Vec<String>,
}

/// Where the local server exposes its metrics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricsListener {
    /// The address.
    pub address: SocketAddr,
    /// Which hosts a request may name.
    pub guard: LoopbackGuard,
}

/// Who can reach the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exposure {
    /// Nothing can: a command.
    Nothing,
    /// Programs on this machine.
    ThisMachine,
    /// Other machines.
    Network,
}

/// `HOST` and `PORT` alone, for a client of the local server.
///
/// # Errors
/// Reports the variables that are not an address or a port.
pub fn listen_address(environment: Environment<'_>) -> Result<SocketAddr, ConfigError> {
    let mut reader = Reader::new(environment);
    let address = reader.address();
    reader.finish(address).map(|(address, _)| address)
}

impl Reader<'_> {
    /// Where the process listens, if it does.
    pub(super) fn listen(&mut self) -> Option<SocketAddr> {
        match self.environment.socket {
            Socket::Own => self.address(),
            Socket::Unused | Socket::OfThePlatform => None,
        }
    }

    fn address(&mut self) -> Option<SocketAddr> {
        let host = self.host(var!("HOST"));
        let port = self.parsed(var!("PORT"), "a port from 0 to 65535");
        host.zip(port).map(|(host, port)| SocketAddr::new(host, port))
    }

    fn host(&mut self, variable: &'static Variable) -> Option<IpAddr> {
        match self.get(variable).as_deref() {
            Some("localhost") => Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            _ => self.parsed(variable, "an IP address or localhost"),
        }
    }

    /// Where the process that listens on `listen` exposes its metrics, if it does.
    pub(super) fn metrics(
        &mut self,
        listen: Option<SocketAddr>,
        allowed_hosts: &[String],
    ) -> Option<MetricsListener> {
        const METRICS_PORT: &Variable = var!("METRICS_PORT");
        if self.environment.socket != Socket::Own {
            return None;
        }
        let host = self.host(var!("METRICS_HOST"));
        let port = self.parsed(METRICS_PORT, "a port from 0 to 65535")?;
        if port != 0 && listen.is_some_and(|listen| listen.port() == port) {
            self.fault(METRICS_PORT, format!("expected another port than PORT, got {port}"));
        }
        let address = SocketAddr::new(host?, port);
        Some(MetricsListener { address, guard: LoopbackGuard { allowed_hosts: allowed_hosts.to_vec() } })
    }

    pub(super) fn exposure(&self, listen: Option<SocketAddr>) -> Exposure {
        match (self.environment.socket, listen) {
            (Socket::Unused, _) => Exposure::Nothing,
            // An invalid address has a fault already.
            (Socket::Own, None) => Exposure::ThisMachine,
            (Socket::Own, Some(address)) if address.ip().is_loopback() => Exposure::ThisMachine,
            (Socket::Own, Some(_)) | (Socket::OfThePlatform, _) => Exposure::Network,
        }
    }

    pub(super) fn max_connections(&mut self) -> Option<NonZeroUsize> {
        self.limit(
            var!("MAX_CONNECTIONS"),
            "a number of connections, at least 1",
            "the platform accepts them",
        )
    }

    pub(super) fn rate_limit(&mut self) -> Option<NonZeroU32> {
        self.limit(
            var!("RATE_LIMIT"),
            "requests per minute, at least 1",
            "use API Gateway's throttle on Lambda, a RATE_LIMITER binding on Workers",
        )
    }

    pub(super) fn trusted_proxies(&mut self) -> Option<usize> {
        let count = self.limit(
            var!("TRUSTED_PROXIES"),
            "a number of proxies, at least 0",
            "the platform reports the client's address",
        );
        // On a platform that has none, nothing in front of it is a proxy of the operator's.
        count.or_else(|| (self.environment.socket == Socket::OfThePlatform).then_some(0))
    }

    /// A limit of the local server. It is an error elsewhere: a limit that is ignored limits nothing.
    fn limit<T: FromStr>(&mut self, variable: &'static Variable, expected: &str, instead: &str) -> Option<T> {
        match self.environment.socket {
            Socket::Own | Socket::Unused => self.parsed(variable, expected),
            Socket::OfThePlatform => {
                if self.get(variable).is_some() {
                    self.fault(variable, format!("this platform cannot apply it; remove it: {instead}"));
                }
                None
            }
        }
    }

    /// Only a server that is `open` for a real project needs one, and only on a loopback address:
    /// elsewhere the operator chose to issue tokens to every client.
    pub(super) fn loopback_guard(
        exposure: Exposure,
        open: bool,
        allowed_hosts: Vec<String>,
    ) -> Option<LoopbackGuard> {
        (open && exposure == Exposure::ThisMachine).then_some(LoopbackGuard { allowed_hosts })
    }

    pub(super) fn allowed_hosts(&mut self) -> Vec<String> {
        let list = self.get(var!("ALLOWED_HOSTS")).unwrap_or_default();
        let allowed_hosts: Vec<String> = items(&list).map(str::to_ascii_lowercase).collect();
        for host in &allowed_hosts {
            if !host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte)) {
                let detail = format!("expected host names without port, got {host:?}");
                self.fault(var!("ALLOWED_HOSTS"), detail);
            }
        }
        allowed_hosts
    }

    /// Names the listeners of the local server that are set where the platform listens.
    pub(super) fn notice_listeners(&mut self) {
        if self.environment.socket == Socket::OfThePlatform {
            let listeners = [
                var!("HOST"),
                var!("PORT"),
                var!("ALLOWED_HOSTS"),
                var!("METRICS_PORT"),
                var!("METRICS_HOST"),
            ];
            for variable in listeners {
                if self.get(variable).is_some() {
                    self.notice(Notice::NoEffect { variable: variable.name });
                }
            }
        }
    }

    pub(super) fn allow_origin(&mut self) -> AllowOrigin {
        const ALLOW_ORIGIN: &Variable = var!("CORS_ALLOW_ORIGIN");
        let Some(list) = self.get(ALLOW_ORIGIN).filter(|list| list != "*") else { return AllowOrigin::Any };
        // Browsers send scheme and host in lower case.
        let origins: Vec<String> = items(&list).map(str::to_ascii_lowercase).collect();
        for origin in &origins {
            let authority = origin.split_once("://").map(|(_, authority)| authority);
            if !authority.is_some_and(|authority| !authority.is_empty() && !authority.contains(['/', '*'])) {
                let detail = format!("expected * or origins like https://example.com, got {origin:?}");
                self.fault(ALLOW_ORIGIN, detail);
            }
        }
        AllowOrigin::List(origins)
    }

    pub(super) fn allow_credentials(&mut self, allow_origin: &AllowOrigin) -> Option<bool> {
        const ALLOW_CREDENTIALS: &Variable = var!("CORS_ALLOW_CREDENTIALS");
        let allow = self.flag(ALLOW_CREDENTIALS)?;
        if allow && *allow_origin == AllowOrigin::Any {
            self.fault(ALLOW_CREDENTIALS, "expected a list of origins in CORS_ALLOW_ORIGIN, got *");
        }
        Some(allow)
    }

    pub(super) fn drop_in_version(&mut self, policy: Option<&Policy>) -> Option<Format> {
        const VERSION: &Variable = var!("DROP_IN_TOKEN_VERSION");
        if let Some(former) = self.find(VERSION).map(|found| found.name).filter(|name| *name != VERSION.name)
        {
            self.notice(Notice::FormerName { former, name: VERSION.name });
        }
        let format = self.parsed(VERSION, "007 or 006")?;
        if format == Format::V006 && policy.is_some_and(|policy| !policy.allow_006) {
            self.fault(VERSION, "006 needs ALLOW_006=true");
        }
        Some(format)
    }
}
