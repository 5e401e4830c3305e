//! The local server, and whether it is well.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use super::failure::Failure;
use crate::adapter::{client, native};
use crate::api::{App, page};
use crate::config::{Config, Listen, Socket};
use crate::fetch::Fetch;

pub(super) fn serve() -> Result<ExitCode, Failure> {
    let listen = Listen::read(native::environment(Socket::Unused))?;
    let (config, notices) = Config::read(native::environment(Socket::Own(listen)))?;
    let app = App::new(Ok(config)).with_home(page::answer);
    let settings = native::Settings { address: listen.address, max_connections: None };
    let served = native::serve(settings, app, |address| {
        eprintln!("Listening on http://{address}");
        for notice in notices {
            eprintln!("Notice: {notice}");
        }
    });
    served.map(|()| ExitCode::SUCCESS).map_err(|error| Failure::other(format!("{}: {error}", listen.address)))
}

pub(super) fn healthcheck() -> Result<ExitCode, Failure> {
    let Listen { address } = Listen::read(native::environment(Socket::Unused))?;
    let fetch = Fetch {
        url: format!("http://{}/healthz", reachable(address)),
        header: None,
        timeout: Duration::from_secs(3),
        max_bytes: 1024,
    };
    client::get(&fetch)
        .map(|_| ExitCode::SUCCESS)
        .map_err(|error| Failure::other(format!("{}: {error}", fetch.url)))
}

/// An address that listens on all of them is reached on the loopback one.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}
