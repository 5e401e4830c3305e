//! One request: read, answered, logged.

use std::mem;
use std::net::IpAddr;
use std::panic;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{CONNECTION, HeaderValue};
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body as _, Incoming};

use super::connections::Progress;
use super::fetches::Fetches;
use super::metrics::{Metrics, State};
use super::output::Output;
use crate::adapter::caught::caught;
use crate::adapter::limiter::Limiter;
use crate::adapter::{host, verify};
use crate::api::{
    Answer, App, Body, Context, Counting, LogLine, MAX_BODY_BYTES, Step, Unread, check_framing,
};

/// How long a client may take to send a request's body.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

const CLOSE: HeaderValue = HeaderValue::from_static("close");

/// What all connections share.
pub(super) struct Server {
    app: App,
    limiter: Limiter,
    output: Output,
    fetches: Fetches,
    /// `None` counts nothing.
    metrics: Option<Metrics>,
    stopping: AtomicBool,
}

impl Server {
    pub(super) fn new(app: App, output: Output, metrics: Option<Metrics>) -> Self {
        let limiter = Limiter::new(app.rate_limit());
        Self { app, limiter, output, fetches: Fetches::default(), metrics, stopping: AtomicBool::new(false) }
    }

    pub(super) fn app(&self) -> &App {
        &self.app
    }

    /// Makes each answer from now on the last one of its connection.
    pub(super) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// The log.
    pub(super) fn output(&self) -> &Output {
        &self.output
    }

    /// Logs a request that the HTTP layer rejected.
    pub(super) fn reject(&self, why: Unread, peer: IpAddr) {
        let context = host::context(host::now(), None, Some(peer));
        let line = LogLine::unread(why, &context);
        if let Some(metrics) = &self.metrics {
            metrics.rejected(line.outcome());
        }
        self.output.print(&line.to_json(Duration::ZERO));
    }

    /// Answers a request on the port of the metrics. Only a rejected one is logged.
    pub(super) fn scrape(
        &self,
        request: Request<Incoming>,
        peer: IpAddr,
        progress: &Progress,
    ) -> Response<Full<Bytes>> {
        let start = host::instant();
        progress.made();
        let (parts, incoming) = request.into_parts();
        if incoming.is_end_stream() {
            progress.received_whole();
        }
        let framed = check_framing(&parts.headers);
        // The body is not read.
        let body = framed.map_or_else(Body::Misframed, |()| Body::Whole(Bytes::new()));
        let request = Request::from_parts(parts, body);
        let context = host::context(host::now(), None, Some(peer));
        let metrics = || {
            let state =
                State { is_ready: self.app.is_ready(context.now), key_sets: self.app.key_sets(context.now) };
            self.metrics.as_ref().map(|metrics| metrics.exposition(&state)).unwrap_or_default()
        };
        let Answer { response, log } = self.app.metrics(&request, &context, metrics);
        if !response.status().is_success() {
            self.output.print(&log.to_json(start.elapsed()));
        }
        self.last_if_stopping(response.map(Full::new))
    }

    pub(super) async fn answer(
        self: &Arc<Self>,
        request: Request<Incoming>,
        peer: IpAddr,
        progress: &Progress,
    ) -> Response<Full<Bytes>> {
        let start = host::instant();
        progress.made();
        let _in_flight = self.metrics.as_ref().map(Metrics::begin);
        let (parts, mut incoming) = request.into_parts();
        let body = match check_framing(&parts.headers) {
            Ok(()) => read(&mut incoming).await,
            Err(fault) => Body::Misframed(fault),
        };
        let is_read = matches!(body, Body::Whole(_));
        if is_read {
            progress.received_whole();
        }
        let request = Request::from_parts(parts, body);
        let context = host::context(host::now(), None, Some(peer));
        let response = match caught(async { self.decide(self.app.begin(&request, &context)) }).await {
            Some(Decided::Answered(answer)) => self.finish(answer, start),
            Some(Decided::AnsweredBeforeFetch(answer)) => {
                let server = Arc::clone(self);
                tokio::spawn(
                    async move { server.log(server.fetch(&request, &context).await, start.elapsed()) },
                );
                self.finish(answer, start)
            }
            Some(Decided::Awaits) => {
                let server = Arc::clone(self);
                // The fetch belongs to the server: a client that hangs up must not cancel it.
                let task =
                    tokio::spawn(async move { server.finish(server.fetch(&request, &context).await, start) });
                task.await.unwrap_or_else(|error| panic::resume_unwind(error.into_panic()))
            }
            None => self.finish(self.app.failed(&request, &context), start),
        };
        let mut response = response.map(Full::new);
        if !is_read {
            response.headers_mut().insert(CONNECTION, CLOSE);
        }
        self.last_if_stopping(response)
    }

    fn last_if_stopping(&self, mut response: Response<Full<Bytes>>) -> Response<Full<Bytes>> {
        if self.stopping.load(Ordering::Relaxed) {
            response.headers_mut().insert(CONNECTION, CLOSE);
        }
        response
    }

    /// Takes the steps of a request that needs no fetch. If a fetch is due, it is released for the
    /// request to claim it once more.
    fn decide(&self, mut step: Step<'_>) -> Decided {
        loop {
            step = match step {
                Step::Fetch(due) => {
                    return due.early().map_or(Decided::Awaits, Decided::AnsweredBeforeFetch);
                }
                Step::Verify(jws) => verify::step(jws),
                Step::Count(count) => self.count(count),
                Step::Done(answer) => return Decided::Answered(answer),
            };
        }
    }

    /// Takes every step, from the first one.
    async fn fetch(&self, request: &Request<Body>, context: &Context) -> Answer {
        let answer = caught(self.steps(request, context)).await;
        answer.unwrap_or_else(|| self.app.failed(request, context))
    }

    async fn steps(&self, request: &Request<Body>, context: &Context) -> Answer {
        let mut step = self.app.begin(request, context);
        loop {
            step = match step {
                Step::Fetch(due) => {
                    let body = self.fetches.get(due.request()).await;
                    due.resolve(body)
                }
                Step::Verify(jws) => verify::step(jws),
                Step::Count(count) => self.count(count),
                Step::Done(answer) => return answer,
            };
        }
    }

    fn count<'a>(&self, count: Counting<'a>) -> Step<'a> {
        let caller = || count.caller();
        let counted =
            if count.is_charged() { self.limiter.charge(caller) } else { self.limiter.check(caller) };
        match counted {
            Ok(()) => count.allow(),
            Err(retry_after) => count.limited(retry_after),
        }
    }

    /// Counts and logs a request.
    fn finish(&self, answer: Answer, start: Instant) -> Response<Bytes> {
        let took = start.elapsed();
        if let Some(metrics) = &self.metrics {
            metrics.answered(answer.log.outcome(), took);
        }
        self.log(answer, took)
    }

    /// Logs a request, and counts what it fetched.
    fn log(&self, answer: Answer, took: Duration) -> Response<Bytes> {
        if let Some(metrics) = &self.metrics {
            metrics.fetched(answer.log.key_set_fetches());
        }
        if let Some(line) = answer.log.line(took) {
            self.output.print(&line);
        }
        answer.response
    }
}

/// The outcome of a request without a fetch.
enum Decided {
    Answered(Answer),
    /// A fetch is due that the answer does not depend on.
    AnsweredBeforeFetch(Answer),
    /// A fetch is due first.
    Awaits,
}

async fn read(body: &mut Incoming) -> Body {
    // A body that is declared to be too large is not read.
    if body.size_hint().lower() > MAX_BODY_BYTES.try_into().unwrap_or(u64::MAX) {
        return Body::TooLarge;
    }
    tokio::time::timeout(BODY_TIMEOUT, receive(body)).await.unwrap_or(Body::CutOff)
}

async fn receive(body: &mut Incoming) -> Body {
    let mut received = Bytes::new();
    let mut copied = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return Body::CutOff };
        // The handler reads no trailers.
        let Ok(data) = frame.into_data() else { continue };
        if received.len() + copied.len() + data.len() > MAX_BODY_BYTES {
            return Body::TooLarge;
        }
        if received.is_empty() && copied.is_empty() {
            received = data;
            continue;
        }
        // Copied, because each part that is kept keeps a buffer of some KiB.
        if copied.is_empty() {
            copied.extend_from_slice(&mem::take(&mut received));
        }
        copied.extend_from_slice(&data);
    }
    Body::Whole(if copied.is_empty() { received } else { copied.into() })
}
