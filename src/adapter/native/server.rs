//! One request: read, answered, logged.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONNECTION, HeaderValue};
use http::{Request, Response};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};

use super::connections::Progress;
use super::output::Output;
use crate::adapter::limiter::Limiter;
use crate::adapter::{client, host};
use crate::api::{App, Body, LogLine, MAX_BODY_BYTES, Step, Unread, check_framing};

/// How long a client may take to send a request's body.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// What all connections share.
pub(super) struct Server {
    app: App,
    limiter: Limiter,
    output: Output,
    stopping: AtomicBool,
}

impl Server {
    pub(super) fn new(app: App, output: Output) -> Self {
        let limiter = Limiter::new(app.rate_limit());
        Self { app, limiter, output, stopping: AtomicBool::new(false) }
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
        self.output.print(&LogLine::unread(why, &context).to_json(Duration::ZERO));
    }

    pub(super) async fn answer(
        &self,
        request: Request<Incoming>,
        peer: IpAddr,
        progress: &Progress,
    ) -> Response<Full<Bytes>> {
        let start = host::instant();
        progress.made();
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
        let mut step = self.app.begin(&request, &context);
        let answer = loop {
            step = match step {
                Step::Fetch(due) => {
                    let body = client::fetch(due.request()).await;
                    due.resolve(body)
                }
                Step::Count(count) => match self.limiter.count(|| count.caller()) {
                    Ok(()) => count.allow(),
                    Err(retry_after) => count.limited(retry_after),
                },
                Step::Done(answer) => break answer,
            };
        };
        self.output.print(&answer.log.to_json(start.elapsed()));
        let mut response = answer.response.map(Full::new);
        if !is_read || self.stopping.load(Ordering::Relaxed) {
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}

async fn read(body: &mut Incoming) -> Body {
    // A body that is declared to be too large is not read.
    if body.size_hint().lower() > MAX_BODY_BYTES.try_into().unwrap_or(u64::MAX) {
        return Body::TooLarge;
    }
    let limited = Limited::new(body, MAX_BODY_BYTES).collect();
    match tokio::time::timeout(BODY_TIMEOUT, limited).await {
        Ok(Ok(body)) => Body::Whole(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Body::TooLarge,
        Ok(Err(_)) | Err(_) => Body::CutOff,
    }
}
