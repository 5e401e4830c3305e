//! Requests and answers as texts. Each object of the platform's that a request is made of costs some
//! microseconds; one text for all of them costs one call.

use std::time::Duration;

use http::header::{self, HeaderName};
use http::uri::PathAndQuery;
use http::{HeaderValue, Method};

use crate::api::{Answer, Body, Outcome, X_REQUEST_ID};

/// Cloudflare's name of a request, and the client's address.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("cf-ray");
pub(super) const CLIENT_ADDRESS: HeaderName = HeaderName::from_static("cf-connecting-ip");

/// The headers of most requests, whose names need not be parsed.
static COMMON: [HeaderName; 7] = [
    header::AUTHORIZATION,
    CLIENT_ADDRESS,
    REQUEST_ID,
    header::CONTENT_ENCODING,
    header::CONTENT_TYPE,
    header::ORIGIN,
    HeaderName::from_static("x-api-key"),
];

/// Parses method, path and query, and each header's name and value, one a line.
///
/// # Errors
/// If one of them is invalid in HTTP.
pub(super) fn request_of(head: &str, body: Body) -> http::Result<http::Request<Body>> {
    let mut lines = head.split('\n');
    let mut line = || lines.next().unwrap_or_default();
    let mut request = http::Request::new(body);
    *request.method_mut() = Method::from_bytes(line().as_bytes())?;
    *request.uri_mut() = PathAndQuery::try_from(line())?.into();
    while let Some(name) = lines.next() {
        let value = lines.next().unwrap_or_default();
        let name = match COMMON.iter().find(|common| common.as_str() == name) {
            Some(common) => common.clone(),
            None => HeaderName::from_bytes(name.as_bytes())?,
        };
        request.headers_mut().append(name, HeaderValue::from_bytes(value.as_bytes())?);
    }
    Ok(request)
}

/// Writes an answer as `worker.mjs` reads it: a line for the log, which may be empty, what is counted of
/// the request, between tabs, and the request's id; then status, and each header's name and value, one a
/// line; an empty line and the body. The id is apart, so that the head is the same text for many answers.
pub(super) fn text_of(Answer { response, log }: Answer) -> String {
    let (parts, body) = response.into_parts();
    let Outcome { route, status: _, code, rule, token_type } = log.outcome();
    let mut text = log.line(Duration::ZERO).unwrap_or_default();
    text.reserve(576 + body.len());
    text.push('\n');
    text.push_str(route);
    for counted in [Some(parts.status.as_str()), code, rule, token_type] {
        text.push('\t');
        text.push_str(counted.unwrap_or_default());
    }
    for line in [parts.headers.get(X_REQUEST_ID).map_or("", plain), parts.status.as_str()] {
        text.push('\n');
        text.push_str(line);
    }
    for (name, value) in parts.headers.iter().filter(|(name, _)| **name != X_REQUEST_ID) {
        for line in [name.as_str(), plain(value)] {
            text.push('\n');
            text.push_str(line);
        }
    }
    text.push_str("\n\n");
    text.push_str(str::from_utf8(&body).unwrap_or_default());
    text
}

/// The handler's own header values are text.
fn plain(value: &HeaderValue) -> &str {
    value.to_str().unwrap_or_default()
}
