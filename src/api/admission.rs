//! Whether a request is let in: who sends it, and whether too many came before it.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv6Addr};

use http::header::{AUTHORIZATION, HeaderName};
use http::{HeaderMap, HeaderValue, Request};

use super::{Body, Context};
use crate::auth::{AuthError, Authenticator, Caller, Credentials};

/// What is known of a request's sender.
#[derive(Debug)]
pub(super) struct Admission {
    pub(super) caller: Result<Caller, AuthError>,
    /// Seconds until the next request may come, where too many came.
    pub(super) retry_after: Option<u32>,
}

/// The headers of a request that may hold a credential.
pub(super) struct Headers<'a> {
    authorization: Option<Cow<'a, str>>,
    x_api_key: Option<Cow<'a, str>>,
    jwt_header: Option<Cow<'a, str>>,
}

impl<'a> Headers<'a> {
    pub(super) fn of(headers: &'a HeaderMap, authenticator: &Authenticator) -> Self {
        if authenticator.is_open() {
            return Self { authorization: None, x_api_key: None, jwt_header: None };
        }
        let jwt_header = authenticator.jwt_header();
        Self {
            authorization: joined(headers, AUTHORIZATION.as_str()),
            x_api_key: joined(headers, "x-api-key"),
            jwt_header: jwt_header.and_then(|name| joined(headers, name)),
        }
    }

    pub(super) fn credentials(&self) -> Credentials<'_> {
        Credentials {
            authorization: self.authorization.as_deref(),
            x_api_key: self.x_api_key.as_deref(),
            jwt_header: self.jwt_header.as_deref(),
        }
    }
}

/// A header's values as one text (RFC 9110 §5.3), empty where one is no text: a header that is
/// there must not pass for one that is not.
fn joined<'a>(headers: &'a HeaderMap, name: &str) -> Option<Cow<'a, str>> {
    let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
    let mut values = headers.get_all(name).iter().map(|value| value.to_str().unwrap_or_default());
    let first = values.next()?;
    let rest: Vec<&str> = values.collect();
    Some(if rest.is_empty() {
        Cow::Borrowed(first)
    } else {
        Cow::Owned(format!("{first}, {}", rest.join(", ")))
    })
}

/// By what a caller's requests are counted: its name, and without one its address.
pub(super) fn limit_key(
    caller: &Result<Caller, AuthError>,
    request: &Request<Body>,
    context: &Context,
    trusted_proxies: usize,
) -> String {
    match caller.as_ref().map(|caller| caller.name.as_ref()) {
        Ok(Some(name)) => name.clone(),
        // Canonical: a socket that takes both kinds sees IPv4 clients as ::ffff:192.0.2.1, all of
        // them in one /64.
        _ => match client(request.headers(), context.peer, trusted_proxies)
            .map(|client| client.to_canonical())
        {
            // An IPv6 client has a whole /64 to change its address in.
            Some(IpAddr::V6(address)) => {
                let [a, b, c, d, ..] = address.segments();
                format!("address:{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
            Some(address) => format!("address:{address}"),
            None => "address:unknown".to_owned(),
        },
    }
}

/// The client's address as the outermost trusted proxy saw it. Each proxy adds the address that it
/// was called from at the end of `X-Forwarded-For`; what stands before that, anybody can write.
fn client(headers: &HeaderMap, peer: Option<IpAddr>, trusted_proxies: usize) -> Option<IpAddr> {
    let Some(from_the_end) = trusted_proxies.checked_sub(1) else { return peer };
    // Entry by entry as bytes: one that is no text must not hide what a proxy wrote behind it.
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
