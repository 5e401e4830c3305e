//! What an adapter gets for a request.

use std::fmt;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, header};

use super::answer::problem::Problem;
use super::log::LogLine;
use super::request::{Body, Context, X_REQUEST_ID};

/// A response and its log line.
pub struct Answer {
    /// The response.
    pub response: Response<Bytes>,
    /// The log line, still without its duration.
    pub log: LogLine,
}

impl Answer {
    /// A response or a problem document, with what every response has.
    pub(super) fn new(
        result: Result<Response<Bytes>, Problem>,
        mut log: LogLine,
        request: &Request<Body>,
        context: &Context,
    ) -> Self {
        let mut response = result.unwrap_or_else(|problem| {
            log.failed(&problem);
            problem.response(&context.request_id)
        });
        log.answered(response.status());
        let headers = response.headers_mut();
        if let Ok(request_id) = HeaderValue::from_str(&context.request_id) {
            headers.insert(X_REQUEST_ID, request_id);
        }
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        if request.method() == Method::HEAD {
            *response.body_mut() = Bytes::new();
        }
        Self { response, log }
    }
}

/// Without the body, which may hold a token.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.response.status())
            .field("headers", self.response.headers())
            .field("log", &self.log)
            .finish_non_exhaustive()
    }
}
