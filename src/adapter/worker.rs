//! Cloudflare Workers.

use std::pin::pin;
use std::sync::OnceLock;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::future::{Either, select};
use http::{HeaderName, HeaderValue};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use wasm_bindgen::prelude::wasm_bindgen;
use worker::js_sys::Uint8Array;
use worker::web_sys;
use worker::{
    AbortController, AbortSignal, Context, Date, Delay, Env, Request, RequestInit, RequestRedirect, event,
};

use super::host;
use crate::api::{Answer, App, Body, MAX_BODY_BYTES, Visit};
use crate::config::{Config, Platform};
use crate::fetch::{Fetch, FetchError};

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

#[wasm_bindgen(module = "/src/adapter/worker.mjs")]
extern "C" {
    fn head(request: &web_sys::Request) -> String;
    fn answer(status: u16, headers: &str, body: &str) -> web_sys::Response;
}

#[event(fetch)]
async fn fetch(incoming: web_sys::Request, env: Env, _: Context) -> worker::Result<web_sys::Response> {
    let now = host::unix_time(Date::now().as_millis() / 1000);
    let head = request_of(&head(&incoming))?;
    let text = |name| head.headers().get(name).and_then(|value| value.to_str().ok());
    let peer = text("cf-connecting-ip").and_then(|address| address.parse().ok());
    let context = host::context(now, text("cf-ray").map(str::to_owned), peer);
    let body = read(&incoming, text("content-length")).await;
    let request = head.map(|()| body);
    let isolate = match ISOLATE.get() {
        Some(isolate) => isolate,
        None => match configured(&env).await {
            Err(error) => return Ok(respond(App::new(Err(error)).respond(&request, &context))),
            config => {
                let app = App::starting(config, now, |line| worker::console_log!("{line}"));
                let counts_requests = env.rate_limiter(RATE_LIMITER).is_ok();
                ISOLATE.get_or_init(|| Isolate { app, counts_requests })
            }
        },
    };
    let mut visit = isolate.app.begin(&request, &context);
    while let Some(due) = visit.fetch_due() {
        visit.fetched(&get(&due).await);
    }
    if isolate.counts_requests {
        count(&env, &mut visit).await;
    }
    Ok(respond(visit.answer()))
}

type Configured = Result<(Config, Vec<crate::config::Notice>), crate::config::ConfigError>;

/// `APP_CERTIFICATE` may be a binding to the Secrets Store, which has to be waited for.
async fn configured(env: &Env) -> Configured {
    const STORED: &str = "APP_CERTIFICATE";
    let stored = match env.secret_store(STORED) {
        Ok(store) => store.get().await.ok().flatten(),
        Err(_) => None,
    };
    let variable = |name: &str| match &stored {
        Some(secret) if name == STORED => Some(secret.clone()),
        _ => env.var(name).ok().map(|value| value.to_string()),
    };
    Config::read(Platform::Workers, variable, |_| Err(std::io::ErrorKind::Unsupported.into()))
}

/// Counts the request where a limiter is bound. One that fails stops nobody.
async fn count(env: &Env, visit: &mut Visit<'_>) {
    let Ok(limiter) = env.rate_limiter(RATE_LIMITER) else { return };
    let Some(caller) = visit.caller_key() else { return };
    if limiter.limit(caller).await.is_ok_and(|outcome| !outcome.success) {
        visit.limited(RATE_LIMIT_PERIOD_SECS);
    }
}

/// A request without its body, of what [`head`] says.
fn request_of(head: &str) -> worker::Result<http::Request<()>> {
    let mut lines = head.split('\n');
    let mut line = || lines.next().unwrap_or_default();
    let mut request = http::Request::builder().method(line()).uri(line()).body(())?;
    while let Some(name) = lines.next() {
        let value = lines.next().unwrap_or_default();
        let name = HeaderName::from_bytes(name.as_bytes())?;
        request.headers_mut().append(name, HeaderValue::from_bytes(value.as_bytes())?);
    }
    Ok(request)
}

/// A body of a declared length comes in one piece; any other is a stream, of which no more is read
/// than may be.
async fn read(request: &web_sys::Request, declared_length: Option<&str>) -> Body {
    match declared_length.and_then(|length| length.parse().ok()) {
        Some(0) => Body::Whole(Bytes::new()),
        Some(1..=MAX_BODY_BYTES) => match request.array_buffer() {
            Ok(buffer) => buffer
                .into_future()
                .await
                .map_or(Body::CutOff, |buffer| Body::Whole(Uint8Array::new(&buffer).to_vec().into())),
            Err(_) => Body::CutOff,
        },
        Some(_) => Body::TooLarge,
        None => match request.body() {
            Some(stream) => read_stream(worker::Body::new(stream)).await,
            None => Body::Whole(Bytes::new()),
        },
    }
}

async fn read_stream(stream: worker::Body) -> Body {
    match Limited::new(stream, MAX_BODY_BYTES).collect().await {
        Ok(body) => Body::Whole(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Body::TooLarge,
        Err(_) => Body::CutOff,
    }
}

async fn get(due: &Fetch) -> Result<Bytes, FetchError> {
    let controller = AbortController::default();
    let answer = answer_to(due, controller.signal());
    match select(pin!(answer), pin!(Delay::from(due.timeout))).await {
        Either::Left((answer, _)) => answer,
        Either::Right(_) => {
            controller.abort();
            Err(FetchError::TimedOut)
        }
    }
}

async fn answer_to(due: &Fetch, signal: AbortSignal) -> Result<Bytes, FetchError> {
    let mut init = RequestInit::new();
    init.with_redirect(RequestRedirect::Manual);
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

fn respond(Answer { response, log }: Answer) -> web_sys::Response {
    worker::console_log!("{}", log.to_json(Duration::ZERO));
    let (parts, body) = response.into_parts();
    let mut headers = String::with_capacity(512);
    for (name, value) in &parts.headers {
        for line in [name.as_str(), value.to_str().unwrap_or_default()] {
            headers.push_str(line);
            headers.push('\n');
        }
    }
    answer(parts.status.as_u16(), &headers, &String::from_utf8_lossy(&body))
}
