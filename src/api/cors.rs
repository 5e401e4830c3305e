//! Cross-origin requests (the Fetch standard), the same for answers and for errors: a browser
//! cannot read an error without these headers.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};

use super::answer::problem::Problem;
use crate::config::AllowOrigin;
use crate::policy::Denied;

const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST, OPTIONS");
/// By name, since a `*` does not cover `Authorization`.
const REQUEST_HEADERS: HeaderValue =
    HeaderValue::from_static("Authorization, Content-Type, X-API-Key, X-Requested-With");
const EXPOSED: HeaderValue = HeaderValue::from_static("Retry-After, X-Request-Id");
/// Two hours, the longest that Chromium keeps a preflight.
const MAX_AGE: HeaderValue = HeaderValue::from_static("7200");

/// The verdict on a request's `Origin`.
pub(super) enum OriginCheck<'a> {
    /// Every origin is allowed.
    Any,
    /// One of the list.
    Listed(&'a HeaderValue),
    /// There is a list, and the request has no `Origin`.
    Missing,
    /// There is a list, and this one is not in it.
    Foreign,
}

impl<'a> OriginCheck<'a> {
    pub(super) fn new(headers: &'a HeaderMap, allow: &AllowOrigin) -> Self {
        let AllowOrigin::List(origins) = allow else { return Self::Any };
        match headers.get(header::ORIGIN) {
            None => Self::Missing,
            Some(origin) if origins.iter().any(|listed| origin == listed.as_str()) => Self::Listed(origin),
            Some(_) => Self::Foreign,
        }
    }

    pub(super) fn permitted(&self) -> Result<(), Problem> {
        match self {
            Self::Foreign => Err(Problem::Forbidden(Denied::Origin)),
            Self::Any | Self::Listed(_) | Self::Missing => Ok(()),
        }
    }

    /// Sets the headers that say which origin may read the response.
    pub(super) fn mark(&self, response: &mut Response<Bytes>) {
        let headers = response.headers_mut();
        let allowed = match self {
            Self::Any => Some(HeaderValue::from_static("*")),
            Self::Listed(origin) => Some((*origin).clone()),
            Self::Missing | Self::Foreign => None,
        };
        if !matches!(self, Self::Any) {
            headers.insert(header::VARY, HeaderValue::from_static("Origin"));
        }
        if let Some(allowed) = allowed {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        }
    }
}

/// The answer to `OPTIONS`, whatever the path.
pub(super) fn preflight() -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS);
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
    response
}
