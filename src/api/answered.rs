//! The result of a request for its adapter, and the parts that every outcome has.

use std::fmt;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, header};

use super::answer::problem::Problem;
use super::app::App;
use super::cors::OriginCheck;
use super::log::LogLine;
use super::probe::Probe;
use super::request::{Body, Context, X_REQUEST_ID};
use super::route::Destination;
use super::trace::{TRACEPARENT, Trace};
use crate::fetch::Fetch;

/// A response and its log line.
pub struct Answer {
    /// The response.
    pub response: Response<Bytes>,
    /// The log line, still without its duration.
    pub log: LogLine,
}

impl Answer {
    /// A response or a problem document, with the headers of every response.
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

/// The parts of a request that its response and log line need, whatever the outcome.
pub(super) struct Exchange<'a> {
    pub(super) request: &'a Request<Body>,
    pub(super) context: &'a Context,
    pub(super) origin: OriginCheck<'a>,
    pub(super) trace: Option<Trace<'a>>,
    pub(super) log: LogLine,
    pub(super) warnings: Vec<String>,
    /// Set on a route for probes.
    pub(super) probe: Option<&'a Probe>,
}

impl<'a> Exchange<'a> {
    pub(super) fn new(
        app: &'a App,
        destination: Option<&Destination<'_>>,
        request: &'a Request<Body>,
        context: &'a Context,
    ) -> Self {
        let origin = OriginCheck::new(request, app.config().ok());
        let pattern = destination.map_or("none", Destination::pattern);
        let mut log = LogLine::new(context.now, &context.request_id, request.method(), pattern);
        let trace = Trace::of(request.headers());
        if let Some(trace) = trace {
            log.traced(trace.id());
        }
        let probe = destination.and_then(Destination::route).and_then(|route| app.probe(route));
        Self { request, context, origin, trace, log, warnings: Vec::new(), probe }
    }

    /// A fetch of this request as a part of its trace.
    pub(super) fn traced(&self, fetch: &Fetch) -> Option<Fetch> {
        let earlier = self.log.key_set_fetches().len().try_into().unwrap_or(u64::MAX);
        let header = Some((TRACEPARENT.as_str(), self.trace?.child(self.context.seed, earlier)));
        Some(Fetch { header, ..fetch.clone() })
    }

    pub(super) fn finish(self, result: Result<Response<Bytes>, Problem>) -> Answer {
        let Self { request, context, origin, trace, log, warnings, probe } = self;
        let mut answer = Answer::new(result, log, request, context);
        answer.log.warn(&warnings);
        if let Some(probe) = probe {
            answer.log.probed(probe);
        }
        if let Some(trace) = trace {
            answer.response.headers_mut().insert(&TRACEPARENT, trace.value().clone());
        }
        origin.mark(&mut answer.response);
        answer
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
