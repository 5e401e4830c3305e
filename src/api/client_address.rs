//! The client's address, which unauthenticated requests count against.

use std::net::{IpAddr, Ipv6Addr};

use http::{HeaderMap, HeaderValue};

/// What the requests of a client count against.
pub(super) fn limit_key(headers: &HeaderMap, peer: Option<IpAddr>, trusted_proxies: usize) -> String {
    // Canonical: a socket that takes both kinds sees IPv4 clients as ::ffff:192.0.2.1, all of them
    // in one /64.
    match client(headers, peer, trusted_proxies).map(|client| client.to_canonical()) {
        // An IPv6 client has a whole /64 to change its address in.
        Some(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("address:{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        Some(address) => format!("address:{address}"),
        None => "address:unknown".to_owned(),
    }
}

/// The client's address as the outermost trusted proxy saw it. Each proxy appends the address that
/// it was called from to `X-Forwarded-For`; a client can forge every entry before those.
fn client(headers: &HeaderMap, peer: Option<IpAddr>, trusted_proxies: usize) -> Option<IpAddr> {
    let Some(from_the_end) = trusted_proxies.checked_sub(1) else { return peer };
    // Entry by entry as bytes: an entry that is not text must not hide the entries that proxies appended.
    let lines = headers.get_all("x-forwarded-for").iter().map(HeaderValue::as_bytes);
    let entries: Vec<&[u8]> = lines.flat_map(|line| line.split(|byte| *byte == b',')).collect();
    let entry = entries.iter().rev().nth(from_the_end).or(entries.first());
    entry.and_then(|entry| address(entry)).or(peer)
}

/// An address, with the port that some proxies write behind it or without.
fn address(entry: &[u8]) -> Option<IpAddr> {
    let text = str::from_utf8(entry.trim_ascii()).ok()?;
    let host = match text.strip_prefix('[') {
        Some(bracketed) => bracketed.split(']').next()?,
        None if text.matches(':').count() == 1 => text.split(':').next()?,
        None => text,
    };
    host.parse().ok()
}
