//! `GET /metrics`, on a separate port.

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, header};

use super::answer::problem::Problem;
use super::answered::Answer;
use super::app::App;
use super::guard;
use super::log::LogLine;
use super::request::{Body, Context};
use crate::policy::Denied;

const PATH: &str = "/metrics";

const ALLOWED: &[Method] = &[Method::GET, Method::HEAD];

impl App {
    /// Answers a request on the port of the metrics, which `exposition` writes in `OpenMetrics` 1.0.
    pub fn metrics(
        &self,
        request: &Request<Body>,
        context: &Context,
        exposition: impl FnOnce() -> String,
    ) -> Answer {
        let pattern = if is_found(request) { PATH } else { "none" };
        let log = LogLine::new(context.now, &context.request_id, request.method(), pattern);
        let result = self.permits_metrics(request).map(|()| exposed(exposition()));
        Answer::new(result, log, request, context)
    }

    fn permits_metrics(&self, request: &Request<Body>) -> Result<(), Problem> {
        request.body().framed()?;
        if !is_found(request) {
            return Err(Problem::NotFound);
        }
        if !ALLOWED.contains(request.method()) {
            return Err(Problem::MethodNotAllowed(ALLOWED.to_vec()));
        }
        let listener = self.config().ok().and_then(|config| config.metrics.as_ref());
        if listener.is_some_and(|listener| guard::permits_host(&listener.guard, request)) {
            Ok(())
        } else {
            Err(Problem::Forbidden(Denied::Host))
        }
    }
}

fn is_found(request: &Request<Body>) -> bool {
    let path = request.uri().path();
    path.strip_suffix('/').unwrap_or(path) == PATH
}

fn exposed(text: String) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(text));
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
