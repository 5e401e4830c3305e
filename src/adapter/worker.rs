//! Cloudflare Workers.

use std::pin::pin;
use std::sync::OnceLock;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::future::{Either, select};
use http::header::{CONTENT_LENGTH, HeaderMap};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use worker::{
    AbortController, AbortSignal, Context, Date, Delay, Env, Headers, HttpRequest, Request, RequestInit,
    RequestRedirect, Response, ResponseBuilder, event,
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

#[event(fetch)]
async fn fetch(request: HttpRequest, env: Env, _: Context) -> worker::Result<Response> {
    let now = host::unix_time(Date::now().as_millis() / 1000);
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let peer = text("cf-connecting-ip").and_then(|address| address.parse().ok());
    let context = host::context(now, text("cf-ray").map(str::to_owned), peer);
    let (parts, body) = request.into_parts();
    let body = match declared_length(&parts.headers) {
        Some(length) if length > MAX_BODY_BYTES => Body::TooLarge,
        _ => read(body).await,
    };
    let request = http::Request::from_parts(parts, body);
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

fn declared_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

async fn read(body: worker::Body) -> Body {
    match Limited::new(body, MAX_BODY_BYTES).collect().await {
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

/// A body of fixed length: a stream would lose its `Content-Length`.
fn respond(Answer { response, log }: Answer) -> Response {
    worker::console_log!("{}", log.to_json(Duration::ZERO));
    let (parts, body) = response.into_parts();
    let headers = Headers::from(&parts.headers);
    let builder = ResponseBuilder::new().with_status(parts.status.as_u16()).with_headers(headers);
    if body.is_empty() { builder.empty() } else { builder.fixed(Vec::from(body)) }
}
