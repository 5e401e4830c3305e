//! Runs the local server and checks its health.

use std::io::{self, ErrorKind, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use super::dotenv::DotEnv;
use super::failure::Failure;
use crate::adapter::{client, native};
use crate::api::App;
use crate::config::{self, Config, ConfigError, Socket};
use crate::fetch::Fetch;

pub(super) fn serve() -> Result<ExitCode, Failure> {
    let files = DotEnv::read()?;
    let sources = files.sources();
    let address = config::listen_address(native::environment(&sources, Socket::Unused));
    let (app, max_connections, metrics, notices) =
        match Config::read(native::environment(&sources, Socket::Own)) {
            Ok((config, notices)) => {
                let max_connections = config.max_connections;
                let metrics = config.metrics.as_ref().map(|listener| listener.address);
                let notices = notices.iter().map(|notice| format!("Notice: {notice}")).collect();
                (App::new(Ok(config)), max_connections, metrics, notices)
            }
            // On loopback the page states the fault to a developer; elsewhere this would be an outage.
            Err(error) if error.is_missing_auth() && is_loopback(&address) => {
                let lines: Vec<String> = error.0.iter().map(ToString::to_string).collect();
                (App::new(Err(error)), None, None, lines)
            }
            Err(error) => return Err(error.into()),
        };
    let address = address?;
    let settings = native::Settings { address, metrics, max_connections };
    let served = native::serve(settings, app.with_page(), |address, metrics| {
        let read = files.names().map(|names| format!(" (read {names})")).unwrap_or_default();
        // With a closed standard error, eprintln! would panic.
        let mut stderr = std::io::stderr();
        let _ = writeln!(stderr, "Listening on http://{address}{read}");
        if let Some(address) = metrics {
            let _ = writeln!(stderr, "Metrics at http://{address}/metrics");
        }
        for notice in notices {
            let _ = writeln!(stderr, "{notice}");
        }
    });
    served.map(|()| ExitCode::SUCCESS).map_err(|error| Failure::other(with_hint(&error, metrics)))
}

/// A failed start, and which variable to set if an address is the reason.
fn with_hint(error: &io::Error, metrics: Option<SocketAddr>) -> String {
    let text = error.to_string();
    let is_of_metrics = metrics.is_some_and(|address| text.starts_with(&format!("{address}: ")));
    let (host, port) = if is_of_metrics { ("METRICS_HOST", "METRICS_PORT") } else { ("HOST", "PORT") };
    match error.kind() {
        ErrorKind::AddrInUse => format!("{text}; stop the other process, or set {port} to a free port"),
        ErrorKind::AddrNotAvailable => format!("{text}; set {host} to an address of this machine"),
        ErrorKind::PermissionDenied => format!("{text}; set {port} to a port from 1024"),
        _ => text,
    }
}

pub(super) fn healthcheck() -> Result<ExitCode, Failure> {
    let files = DotEnv::read()?;
    let address = config::listen_address(native::environment(&files.sources(), Socket::Unused))?;
    let fetch = Fetch {
        url: format!("http://{}/healthz", reachable(address)),
        header: None,
        timeout: Duration::from_secs(3),
        max_bytes: 1024,
    };
    client::get(&fetch).map(|_| ExitCode::SUCCESS).map_err(|error| {
        Failure::other(format!("{}: {error}; set HOST and PORT as for the server", fetch.url))
    })
}

fn is_loopback(address: &Result<SocketAddr, ConfigError>) -> bool {
    address.as_ref().is_ok_and(|address| address.ip().is_loopback())
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
