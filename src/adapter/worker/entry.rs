//! The functions that `worker.mjs` calls.

#![expect(unreachable_pub, reason = "wasm-bindgen takes public functions only")]

use std::env::VarError;
use std::sync::OnceLock;

use http::HeaderName;
use worker::wasm_bindgen::prelude::wasm_bindgen;
use worker::wasm_bindgen::{JsError, JsValue};
use worker::{Env, console_log};

use super::host::{self, Host};
use super::pending::{self, proceed};
use super::refused::Refused;
use super::text::{CLIENT_ADDRESS, REQUEST_ID, request_of, text_of};
use crate::adapter::host::{context, unix_time};
use crate::adapter::verify::subtle;
use crate::api::{Answer, App, Body, MAX_BODY_BYTES, Step};
use crate::config::{Config, ConfigError, Environment, Notice, Socket, Source};

/// The rate-limiting binding.
const RATE_LIMITER: &str = "RATE_LIMITER";

/// The longest period that a rate-limiting binding can have, in seconds. The binding does not say
/// which one it has.
const RATE_LIMIT_PERIOD_SECS: u32 = 60;

/// The handler of this isolate. An invalid configuration is not kept, so that the next request takes
/// up a repaired one.
static ISOLATE: OnceLock<Isolate> = OnceLock::new();

struct Isolate {
    app: App,
    counts_requests: bool,
    refused: Refused,
}

impl Isolate {
    fn new(app: App, counts_requests: bool) -> Self {
        Self { app, counts_requests, refused: Refused::default() }
    }
}

/// The longest body to read, in bytes.
#[wasm_bindgen(js_name = maxBodyBytes)]
#[must_use]
pub fn max_body_bytes() -> usize {
    MAX_BODY_BYTES
}

/// The headers of a request to pass on, one a line. Before the configuration is read there is no such
/// list; pass all of them on.
#[wasm_bindgen(js_name = headersRead)]
#[must_use]
pub fn headers_read() -> Option<String> {
    let mut names = ISOLATE.get()?.app.headers_read();
    // One that is passed on twice counts as several values.
    for name in [REQUEST_ID, CLIENT_ADDRESS] {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Some(names.iter().map(HeaderName::as_str).collect::<Vec<_>>().join("\n"))
}

/// Answers a request: `id` is its number, `now` in Unix seconds, `head` all of it but the body, which is
/// missing if it was cut off or is declared too large. Returns the answer as text; without one, the
/// request waits for the operation that the host began for it.
///
/// # Errors
/// If the head is invalid in HTTP.
#[wasm_bindgen(js_name = answer)]
pub fn answer(
    id: u32,
    now: u32,
    env: Env,
    host: Host,
    head: &str,
    body: Option<Vec<u8>>,
    is_too_large: bool,
) -> Result<Option<String>, JsError> {
    let body = match body {
        Some(body) => Body::Whole(body.into()),
        None if is_too_large => Body::TooLarge,
        None => Body::CutOff,
    };
    let request = request_of(head, body)?;
    Ok(proceed(id, Box::pin(async move { text_of(answer_to(now, &env, &host, &request).await) })))
}

/// Continues a request whose operation has this outcome; `undefined` if it failed. Returns what
/// [`answer`] does.
///
/// # Errors
/// If no request waits under this number, since Rust was started anew after a panic.
#[wasm_bindgen(js_name = resume)]
pub fn resume(id: u32, outcome: JsValue) -> Result<Option<String>, JsError> {
    let exchange = pending::take(id).ok_or_else(|| JsError::new("the request is gone"))?;
    host::deliver(outcome);
    Ok(proceed(id, exchange))
}

async fn answer_to(now: u32, env: &Env, host: &Host, request: &http::Request<Body>) -> Answer {
    let now = unix_time(now.into());
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let peer = text(CLIENT_ADDRESS).and_then(|address| address.parse().ok());
    let context = context(now, text(REQUEST_ID).map(str::to_owned), peer);
    let unconfigured;
    let isolate = match ISOLATE.get() {
        Some(isolate) => isolate,
        None => match configured(env, host).await {
            Err(error) => {
                unconfigured = Isolate::new(App::new(Err(error)), false);
                &unconfigured
            }
            config => {
                let app = App::starting(config, now, |line| console_log!("{line}"));
                let counts_requests = env.rate_limiter(RATE_LIMITER).is_ok();
                ISOLATE.get_or_init(|| Isolate::new(app, counts_requests))
            }
        },
    };
    let mut step = isolate.app.begin(request, &context);
    loop {
        step = match step {
            Step::Fetch(due) => {
                let body = host.fetch(due.request()).await;
                due.resolve(body)
            }
            Step::Verify(jws) => {
                if subtle::is_valid(host, &jws).await {
                    jws.valid()
                } else {
                    jws.invalid()
                }
            }
            Step::Count(count) if isolate.counts_requests => {
                let caller = count.caller();
                let is_allowed = if !count.is_charged() {
                    !isolate.refused.has(&caller, now, RATE_LIMIT_PERIOD_SECS)
                } else if host.is_within_limit(env, RATE_LIMITER, &caller).await {
                    true
                } else {
                    isolate.refused.add(caller, now);
                    false
                };
                if is_allowed { count.allow() } else { count.limited(RATE_LIMIT_PERIOD_SECS) }
            }
            Step::Count(count) => count.allow(),
            Step::Done(answer) => return answer,
        };
    }
}

/// `APP_CERTIFICATE` may be a binding to the Secrets Store, which is asynchronous.
async fn configured(env: &Env, host: &Host) -> Result<(Config, Vec<Notice>), ConfigError> {
    const STORED: &str = "APP_CERTIFICATE";
    let variable = |name: &str| env.var(name).map(|value| value.to_string());
    let stored = match variable(STORED) {
        Ok(_) => None,
        Err(_) => host.secret(env, STORED).await,
    };
    let lookup = |name: &str| match &stored {
        Some(secret) if name == STORED => Ok(secret.clone()),
        _ => variable(name).map_err(|_| VarError::NotPresent),
    };
    Config::read(Environment {
        sources: &[Source { name: "bindings", lookup: &lookup }],
        files: None,
        secret_store: false,
        socket: Socket::OfThePlatform,
    })
}
