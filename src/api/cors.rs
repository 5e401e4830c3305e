//! Cross-origin requests (the Fetch standard), the same for answers and for errors: a browser
//! cannot read an error without these headers.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header};

use super::answer::problem::Problem;
use super::guard;
use super::request::Body;
use crate::config::{AllowOrigin, Config};
use crate::policy::Denied;

const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST, OPTIONS");
/// For a preflight that names none, or not by RFC 9110. By name, since a `*` does not cover
/// `Authorization`.
const REQUEST_HEADERS: HeaderValue =
    HeaderValue::from_static("Authorization, Content-Type, X-API-Key, X-Requested-With");
const EXPOSED: HeaderValue = HeaderValue::from_static("Retry-After, X-Request-Id, traceparent");
/// Two hours, the longest that Chromium keeps a preflight.
const MAX_AGE: HeaderValue = HeaderValue::from_static("7200");

/// The verdict on a request's `Origin`.
pub(super) enum OriginCheck<'a> {
    /// Every origin is allowed.
    Any,
    /// One of the list, or one of this machine.
    Listed {
        origin: &'a HeaderValue,
        /// Whether its pages may send cookies.
        credentials: bool,
    },
    /// There is a list, and the request has no `Origin`.
    Missing,
    /// There is a list, and this one is not in it.
    Foreign,
    /// The request names a host that a page on the internet could have.
    ForeignHost,
}

impl<'a> OriginCheck<'a> {
    pub(super) fn new(request: &'a Request<Body>, config: Option<&Config>) -> Self {
        let guard = config.and_then(|config| config.loopback_guard.as_ref());
        if guard.is_some_and(|guard| !guard::permits_host(guard, request)) {
            return Self::ForeignHost;
        }
        let origins = match config.map(|config| &config.allow_origin) {
            Some(AllowOrigin::List(origins)) => origins.as_slice(),
            // A `*` lists no origin.
            Some(AllowOrigin::Any) if guard.is_some() => &[],
            Some(AllowOrigin::Any) | None => return Self::Any,
        };
        let credentials = config.is_some_and(|config| config.allow_credentials);
        match request.headers().get(header::ORIGIN) {
            None => Self::Missing,
            Some(origin) if origins.iter().any(|listed| origin == listed.as_str()) => {
                Self::Listed { origin, credentials }
            }
            Some(origin) if guard.is_some() && guard::permits_origin(origin, request) => {
                Self::Listed { origin, credentials: false }
            }
            Some(_) => Self::Foreign,
        }
    }

    pub(super) fn permitted(&self) -> Result<(), Problem> {
        match self {
            Self::Foreign => Err(Problem::Forbidden(Denied::Origin)),
            Self::ForeignHost => Err(Problem::Forbidden(Denied::Host)),
            Self::Any | Self::Listed { .. } | Self::Missing => Ok(()),
        }
    }

    /// Sets the headers that allow an origin to read the response.
    pub(super) fn mark(&self, response: &mut Response<Bytes>) {
        let headers = response.headers_mut();
        let allowed = match self {
            Self::Any => Some(HeaderValue::from_static("*")),
            Self::Listed { origin, .. } => Some((*origin).clone()),
            Self::Missing | Self::Foreign | Self::ForeignHost => None,
        };
        if !matches!(self, Self::Any) {
            let vary = if headers.contains_key(header::VARY) { ORIGIN_AND_HEADERS } else { ORIGIN };
            headers.insert(header::VARY, vary);
        }
        if let Some(allowed) = allowed {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        }
        if let Self::Listed { credentials: true, .. } = self {
            headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
    }
}

const ORIGIN: HeaderValue = HeaderValue::from_static("Origin");
/// A preflight's.
const ORIGIN_AND_HEADERS: HeaderValue = HeaderValue::from_static("Origin, Access-Control-Request-Headers");

/// The answer to `OPTIONS`, on any path. It allows the headers that the page names: those that are
/// not read do no harm, and a page cannot do without those that its tracing and SDKs add.
pub(super) fn preflight(headers: &HeaderMap) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let named = requested_headers(headers).unwrap_or(REQUEST_HEADERS);
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, named);
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
    headers.insert(header::VARY, HeaderValue::from_static("Access-Control-Request-Headers"));
    response
}

/// The headers that a preflight names: tokens of RFC 9110 §5.6.2 in one header of limited length.
fn requested_headers(headers: &HeaderMap) -> Option<HeaderValue> {
    const MAX_BYTES: usize = 1024;
    let mut lines = headers.get_all(header::ACCESS_CONTROL_REQUEST_HEADERS).iter();
    let named = lines.next().filter(|named| named.len() <= MAX_BYTES)?;
    let are_tokens = named.to_str().ok()?.split(',').all(|name| is_token(name.trim_matches([' ', '\t'])));
    (are_tokens && lines.next().is_none()).then(|| named.clone())
}

fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}
