//! What HTTP/1.1 requires of a request's head beyond its syntax, for a platform that parses heads
//! itself.

use http::header::{HOST, TRANSFER_ENCODING};
use http::uri::Authority;
use http::{HeaderMap, HeaderValue};

use super::answer::problem::FieldFault;

/// Why a request must be rejected although its head could be parsed: a proxy in front may have
/// understood another host or another body.
///
/// # Errors
/// The header that is wrong.
pub fn check_framing(headers: &HeaderMap) -> Result<(), FieldFault> {
    check_host(headers)?;
    check_transfer_coding(headers)
}

/// RFC 9112 §3.2.
fn check_host(headers: &HeaderMap) -> Result<(), FieldFault> {
    let mut hosts = headers.get_all(HOST).iter();
    match (hosts.next(), hosts.count()) {
        (None, _) => Err(FieldFault::new("Host", "Host: expected one, got none")),
        (Some(host), 0) if is_host(host) => Ok(()),
        (Some(_), 0) => Err(FieldFault::new("Host", "Host: expected a host name or address")),
        (Some(_), more) => Err(FieldFault::new("Host", format!("Host: expected one, got {}", more + 1))),
    }
}

fn is_host(value: &HeaderValue) -> bool {
    let authority = value.to_str().ok().and_then(|text| text.parse::<Authority>().ok());
    authority.is_some_and(|authority| !authority.as_str().contains('@') && !authority.host().is_empty())
}

/// RFC 9112 §6.1 leaves it to the server which codings besides `chunked` it implements; RFC 9112
/// §7.1 forbids to apply `chunked` twice.
fn check_transfer_coding(headers: &HeaderMap) -> Result<(), FieldFault> {
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    match (codings.next(), codings.next()) {
        (None, _) => Ok(()),
        (Some(coding), None) if coding.as_bytes().eq_ignore_ascii_case(b"chunked") => Ok(()),
        (Some(_), _) => {
            Err(FieldFault::new("Transfer-Encoding", "Transfer-Encoding: expected chunked and nothing else"))
        }
    }
}
