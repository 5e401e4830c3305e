//! Cloudflare Workers.

use std::sync::OnceLock;
use std::time::Duration;

use http::header::CONTENT_LENGTH;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use worker::{Context, Date, Env, Headers, HttpRequest, Response, ResponseBuilder, event};

use super::host;
use crate::api::{Answer, App, Body, MAX_BODY_BYTES};
use crate::config::{Config, Platform};

/// The handler of this isolate. A configuration that cannot be read is not kept, so that a mended
/// one is taken up by the next request.
static APP: OnceLock<App> = OnceLock::new();

#[event(fetch)]
async fn fetch(request: HttpRequest, env: Env, _: Context) -> worker::Result<Response> {
    let now = host::unix_time(Date::now().as_millis() / 1000);
    let request_id = request.headers().get("cf-ray").and_then(|ray| ray.to_str().ok()).map(str::to_owned);
    let context = host::context(now, request_id);
    let (parts, body) = request.into_parts();
    let body = match declared_length(&parts.headers) {
        Some(length) if length > MAX_BODY_BYTES => Body::TooLarge,
        _ => read(body).await,
    };
    let request = http::Request::from_parts(parts, body);
    let answer = match APP.get() {
        Some(app) => app.respond(&request, &context),
        None => match Config::read(Platform::Hosted, |name| variable(&env, name)) {
            Err(error) => App::new(Err(error)).respond(&request, &context),
            config => {
                let app = App::starting(config, now, |line| worker::console_log!("{line}"));
                APP.get_or_init(|| app).respond(&request, &context)
            }
        },
    };
    Ok(respond(answer))
}

fn variable(env: &Env, name: &str) -> Option<String> {
    env.var(name).ok().map(|value| value.to_string())
}

fn declared_length(headers: &http::HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

async fn read(body: worker::Body) -> Body {
    match Limited::new(body, MAX_BODY_BYTES).collect().await {
        Ok(body) => Body::Whole(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Body::TooLarge,
        Err(_) => Body::CutOff,
    }
}

/// A body of fixed length: a stream would lose its `Content-Length`.
fn respond(Answer { response, log }: Answer) -> Response {
    worker::console_log!("{}", log.to_json(Duration::ZERO));
    let (parts, body) = response.into_parts();
    let headers = Headers::from(&parts.headers);
    let builder = ResponseBuilder::new().with_status(parts.status.as_u16()).with_headers(headers);
    if body.is_empty() { builder.empty() } else { builder.fixed(Vec::from(body)) }
}
