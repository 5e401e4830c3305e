//! Cloudflare Workers: what `worker.mjs`, the entry point, calls.

#![expect(unreachable_pub, reason = "wasm-bindgen takes public functions only")]

use std::env::VarError;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::OnceLock;
use std::task::{self, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::future::{Either, select};
use http::header::CONTENT_LENGTH;
use http::uri::PathAndQuery;
use http::{HeaderName, HeaderValue, Method};
use worker::js_sys::futures::future_to_promise;
use worker::wasm_bindgen::prelude::wasm_bindgen;
use worker::wasm_bindgen::{JsError, JsValue};
use worker::{
    AbortController, AbortSignal, Date, Delay, Env, Headers, Request, RequestInit, RequestRedirect,
};

use super::host;
use super::verify::subtle::{self, Subtle};
use crate::api::{Answer, App, Body, HEADERS_READ, MAX_BODY_BYTES, Step, X_REQUEST_ID};
use crate::config::{Config, Environment, Socket, Source};
use crate::fetch::{Fetch, FetchError};

/// Cloudflare's name of a request, and the client's address.
const REQUEST_ID: HeaderName = HeaderName::from_static("cf-ray");
const CLIENT_ADDRESS: HeaderName = HeaderName::from_static("cf-connecting-ip");

/// What this adapter reads of a request, besides what the handler does.
static OF_CLOUDFLARE: [HeaderName; 3] = [REQUEST_ID, CLIENT_ADDRESS, CONTENT_LENGTH];

/// The rate-limiting binding.
const RATE_LIMITER: &str = "RATE_LIMITER";

/// The longest period that a rate-limiting binding can have; which one it has, it does not tell.
const RATE_LIMIT_PERIOD_SECS: u32 = 60;

/// The handler of this isolate. A configuration that cannot be read is not kept, so that a mended
/// one is taken up by the next request.
static ISOLATE: OnceLock<Isolate> = OnceLock::new();

struct Isolate {
    app: App,
    counts_requests: bool,
}

/// The most that is to be read of a body, in bytes.
#[wasm_bindgen(js_name = longestBody)]
#[must_use]
pub fn longest_body() -> usize {
    MAX_BODY_BYTES
}

/// The headers to pass on of a request, one a line; nothing as long as the configuration is not
/// read, and then all of them are to be passed on.
#[wasm_bindgen(js_name = headersRead)]
#[must_use]
pub fn headers_read() -> Option<String> {
    let mut names = ISOLATE.get()?.app.headers_read();
    // One that is passed on twice counts as several values.
    names.extend(OF_CLOUDFLARE.iter().cloned());
    names.sort_by(|one, other| one.as_str().cmp(other.as_str()));
    names.dedup();
    Some(names.iter().map(HeaderName::as_str).collect::<Vec<_>>().join("\n"))
}

/// Answers a request, of which `head` says all but the body. Where something has to be waited for,
/// what comes back is a promise of the answer: one for each request would cost as much as its token.
///
/// # Errors
/// Where the head is none of HTTP's.
#[wasm_bindgen(js_name = answer)]
pub fn answer(env: Env, head: &str, body: Option<Vec<u8>>, subtle: Subtle) -> Result<JsValue, JsError> {
    let request = request_of(head, body)?;
    let mut answer = Box::pin(async move { text_of(answer_to(&env, &subtle, &request).await) });
    match answer.as_mut().poll(&mut task::Context::from_waker(Waker::noop())) {
        Poll::Ready(text) => Ok(text.into()),
        Poll::Pending => Ok(future_to_promise(async { Ok(answer.await.into()) }).into()),
    }
}

async fn answer_to(env: &Env, subtle: &Subtle, request: &http::Request<Body>) -> Answer {
    let now = host::unix_time(Date::now().as_millis() / 1000);
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let peer = text(CLIENT_ADDRESS).and_then(|address| address.parse().ok());
    let context = host::context(now, text(REQUEST_ID).map(str::to_owned), peer);
    let unconfigured;
    let isolate = match ISOLATE.get() {
        Some(isolate) => isolate,
        None => match configured(env).await {
            Err(error) => {
                unconfigured = Isolate { app: App::new(Err(error)), counts_requests: false };
                &unconfigured
            }
            config => {
                let app = App::starting(config, now, |line| worker::console_log!("{line}"));
                let counts_requests = env.rate_limiter(RATE_LIMITER).is_ok();
                ISOLATE.get_or_init(|| Isolate { app, counts_requests })
            }
        },
    };
    let mut step = isolate.app.begin(request, &context);
    loop {
        step = match step {
            Step::Fetch(due) => {
                let body = get(due.request()).await;
                due.resolve(body)
            }
            Step::Verify(jws) => {
                if subtle::is_valid(subtle, &jws).await {
                    jws.valid()
                } else {
                    jws.invalid()
                }
            }
            Step::Count(count)
                if count.is_charged() && isolate.counts_requests && is_limited(env, count.caller()).await =>
            {
                count.limited(RATE_LIMIT_PERIOD_SECS)
            }
            Step::Count(count) => count.allow(),
            Step::Done(answer) => return answer,
        };
    }
}

type Configured = Result<(Config, Vec<crate::config::Notice>), crate::config::ConfigError>;

/// `APP_CERTIFICATE` may be a binding to the Secrets Store, which has to be waited for.
async fn configured(env: &Env) -> Configured {
    const STORED: &str = "APP_CERTIFICATE";
    let stored = match env.secret_store(STORED) {
        Ok(store) => store.get().await.ok().flatten(),
        Err(_) => None,
    };
    let lookup = |name: &str| match &stored {
        Some(secret) if name == STORED => Ok(secret.clone()),
        _ => env.var(name).map(|value| value.to_string()).map_err(|_| VarError::NotPresent),
    };
    Config::read(Environment {
        sources: &[Source { name: "bindings", lookup: &lookup }],
        files: None,
        secret_store: false,
        socket: Socket::OfThePlatform,
    })
}

/// Counts a request of this caller. A limiter that fails allows it.
async fn is_limited(env: &Env, caller: String) -> bool {
    let Ok(limiter) = env.rate_limiter(RATE_LIMITER) else { return false };
    limiter.limit(caller).await.is_ok_and(|outcome| !outcome.success)
}

/// A request of what `worker.mjs` says: method, path and query, each header's name and value, by
/// line. Nothing comes of a body that was cut off, or is declared to be too large.
fn request_of(head: &str, body: Option<Vec<u8>>) -> http::Result<http::Request<Body>> {
    let mut lines = head.split('\n');
    let mut line = || lines.next().unwrap_or_default();
    let mut request = http::Request::new(Body::CutOff);
    *request.method_mut() = Method::from_bytes(line().as_bytes())?;
    *request.uri_mut() = PathAndQuery::try_from(line())?.into();
    while let Some(name) = lines.next() {
        let value = lines.next().unwrap_or_default();
        // Most are among these, and what is compared need not be taken apart.
        let known = HEADERS_READ.iter().chain(&OF_CLOUDFLARE).find(|known| known.as_str() == name);
        let name =
            known.map_or_else(|| HeaderName::from_bytes(name.as_bytes()), |known| Ok(known.clone()))?;
        request.headers_mut().append(name, HeaderValue::from_bytes(value.as_bytes())?);
    }
    if let Some(body) = body {
        *request.body_mut() = Body::Whole(body.into());
    } else if declared_length(&request).is_some_and(|length| length > MAX_BODY_BYTES) {
        *request.body_mut() = Body::TooLarge;
    }
    Ok(request)
}

fn declared_length(request: &http::Request<Body>) -> Option<usize> {
    request.headers().get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

async fn get(due: &Fetch) -> Result<Bytes, FetchError> {
    in_a_task().await;
    let controller = AbortController::default();
    let answer = fetched(due, controller.signal());
    match select(pin!(answer), pin!(Delay::from(due.timeout))).await {
        Either::Left((answer, _)) => answer,
        Either::Right(_) => {
            controller.abort();
            Err(FetchError::TimedOut)
        }
    }
}

/// Goes on in the task that [`answer`] makes of what is not done at its own first poll: `Delay` keeps
/// the first waker that it meets, and the one there wakes no task.
async fn in_a_task() {
    let mut polled = false;
    poll_fn(|context| {
        context.waker().wake_by_ref();
        if std::mem::replace(&mut polled, true) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

async fn fetched(due: &Fetch, signal: AbortSignal) -> Result<Bytes, FetchError> {
    let mut init = RequestInit::new();
    init.with_redirect(RequestRedirect::Manual);
    if let Some((name, value)) = &due.header {
        let headers = Headers::new();
        headers.set(name, value).map_err(|_| FetchError::Unreachable)?;
        init.with_headers(headers);
    }
    let request = Request::new_with_init(&due.url, &init).map_err(|_| FetchError::Unreachable)?;
    let fetched = worker::Fetch::Request(request).send_with_signal(&signal).await;
    let mut response = fetched.map_err(|_| FetchError::Unreachable)?;
    if response.status_code() != 200 {
        return Err(FetchError::Status(response.status_code()));
    }
    let mut stream = response.stream().map_err(|_| FetchError::Unreachable)?;
    let mut body = Vec::new();
    while let Some(chunk) = stream.next().await {
        body.extend(chunk.map_err(|_| FetchError::Unreachable)?);
        if body.len() > due.max_bytes {
            return Err(FetchError::TooLarge);
        }
    }
    Ok(body.into())
}

/// An answer as `worker.mjs` takes it: a line for the log or an empty one, the request's id; then status, and each
/// header's name and value, by line; an empty line and the body. The id is apart, so that the head
/// is the same text for many answers.
fn text_of(Answer { response, log }: Answer) -> String {
    let (parts, body) = response.into_parts();
    let mut text = log.line(Duration::ZERO).unwrap_or_default();
    text.reserve(512 + body.len());
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

/// A value of the handler's own, which is text.
fn plain(value: &HeaderValue) -> &str {
    value.to_str().unwrap_or_default()
}
