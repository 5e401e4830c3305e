//! Which hosts and origins a request may name while a server on a loopback address issues a real
//! project's tokens to every client.
//!
//! A page on the internet can send a request to a loopback address. By DNS rebinding its own host
//! name resolves to one, and the browser then takes both for the same origin.

use http::uri::Authority;
use http::{HeaderValue, Request, header};

use super::request::Body;
use crate::config::LoopbackGuard;

/// Whether the request's `Host` cannot be the name of a page on the internet: an IP address, which
/// cannot be rebound, a name of this machine, or a name of `ALLOWED_HOSTS`.
pub(super) fn permits_host(guard: &LoopbackGuard, request: &Request<Body>) -> bool {
    requested_host(request).is_some_and(|host| {
        is_address(&host) || is_this_machine(&host) || guard.allowed_hosts.contains(&host)
    })
}

/// Whether the page is one of this machine, or was delivered by the host that the request names.
pub(super) fn permits_origin(origin: &HeaderValue, request: &Request<Body>) -> bool {
    let text = origin.to_str().ok();
    let Some(host) = text.and_then(|text| host(text.split_once("://")?.1)) else { return false };
    is_this_machine(&host) || requested_host(request).is_some_and(|requested| requested == host)
}

fn requested_host(request: &Request<Body>) -> Option<String> {
    match request.headers().get(header::HOST) {
        Some(value) => host(value.to_str().ok()?),
        None => request.uri().host().and_then(host),
    }
}

/// The host of `host[:port]`, in lower case and without the brackets of IPv6.
fn host(authority: &str) -> Option<String> {
    let authority: Authority = authority.parse().ok()?;
    let host = authority.host();
    let address = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    Some(address.unwrap_or(host).to_ascii_lowercase())
}

fn is_address(host: &str) -> bool {
    host.parse::<std::net::IpAddr>().is_ok()
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
