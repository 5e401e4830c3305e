//! AWS Lambda behind API Gateway (HTTP and REST), a Function URL, or a load balancer.

use std::net::IpAddr;

use bytes::Bytes;
use http::Uri;
use http::uri::PathAndQuery;
use lambda_http::request::RequestContext;
use lambda_http::{Body as EventBody, Error, Request, RequestExt, Response, service_fn};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::{client, host, verify};
use crate::api::{App, Body, Step};
use crate::config::{Config, Environment, Socket, Source};

/// Reads the configuration and answers events until Lambda ends the process.
///
/// # Errors
/// What Lambda's runtime API says.
pub async fn run() -> Result<(), Error> {
    let environment = Environment {
        sources: &[Source { name: "environment", lookup: &host::variable }],
        files: None,
        secret_store: true,
        socket: Socket::OfThePlatform,
    };
    let app = &App::starting(Config::read(environment), host::now(), host::print);
    lambda_http::run(service_fn(move |event| async move { Ok::<_, Error>(answer(app, event).await) })).await
}

async fn answer(app: &App, event: Request) -> Response<EventBody> {
    let start = host::instant();
    let request_id = event.lambda_context().request_id;
    let uri = without_stage(&event);
    let peer = peer(&event);
    let (mut parts, body) = event.into_parts();
    parts.uri = uri;
    let request = Request::from_parts(parts, body).map(read);
    let context = host::context(host::now(), Some(request_id), peer);
    let mut step = app.begin(&request, &context);
    let answer = loop {
        step = match step {
            Step::Fetch(due) => {
                let body = client::fetch(due.request()).await;
                due.resolve(body)
            }
            // API Gateway's throttle counts requests before they cost anything.
            Step::Verify(jws) => verify::step(jws),
            Step::Count(count) => count.allow(),
            Step::Done(answer) => break answer,
        };
    };
    if let Some(line) = answer.log.line(start.elapsed()) {
        host::print(line);
    }
    answer.response.map(text)
}

/// The URI without API Gateway's stage. HTTP APIs send it in the path; for REST APIs, whose path
/// comes without it, `lambda_http` puts it there.
fn without_stage(event: &Request) -> Uri {
    let uri = event.uri();
    let stage = match event.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.stage.as_deref(),
        Some(RequestContext::ApiGatewayV1(context)) => context
            .stage
            .as_deref()
            // lambda_http does not put it in front of a path that starts with the same word.
            .filter(|stage| !event.raw_http_path().starts_with(&format!("/{stage}/"))),
        _ => None,
    };
    let encoded = encoded_again(event);
    let whole = encoded.as_deref().unwrap_or(uri.path());
    let stripped = stage
        .and_then(|stage| whole.strip_prefix('/')?.strip_prefix(stage))
        .filter(|path| path.is_empty() || path.starts_with('/'));
    let Some(path) = stripped.or(encoded.as_deref()) else { return uri.clone() };
    let path = if path.is_empty() { "/" } else { path };
    let text = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    match text.parse::<PathAndQuery>() {
        Ok(path_and_query) => parts.path_and_query = Some(path_and_query),
        Err(_) => return uri.clone(),
    }
    Uri::from_parts(parts).unwrap_or_else(|_| uri.clone())
}

/// The path of an HTTP API, which delivers it percent-decoded: `/rtm/100%2541` would be decoded
/// twice, and name another user. Function URLs, of the same shape, deliver it as it was sent. A
/// decoded `?` or `#` cannot be told from the URI's own.
fn encoded_again(event: &Request) -> Option<String> {
    const ENCODED: &AsciiSet = &CONTROLS
        .add(b' ')
        .add(b'"')
        .add(b'%')
        .add(b'<')
        .add(b'>')
        .add(b'[')
        .add(b'\\')
        .add(b']')
        .add(b'^')
        .add(b'`')
        .add(b'{')
        .add(b'|')
        .add(b'}');
    let Some(RequestContext::ApiGatewayV2(context)) = event.request_context_ref() else { return None };
    let domain = context.domain_name.as_deref().unwrap_or_default();
    let path = event.raw_http_path();
    let as_sent = domain.contains(".lambda-url.") || path.contains(['?', '#']);
    (!as_sent).then(|| utf8_percent_encode(path, ENCODED).to_string())
}

/// The client's address; a load balancer tells it in a header only.
fn peer(event: &Request) -> Option<IpAddr> {
    let address = match event.request_context_ref()? {
        RequestContext::ApiGatewayV2(context) => context.http.source_ip.as_deref(),
        RequestContext::ApiGatewayV1(context) => context.identity.source_ip.as_deref(),
        _ => None,
    };
    address?.parse().ok()
}

/// Lambda has read the body already, up to its own limit of 6 MB.
fn read(body: EventBody) -> Body {
    Body::Whole(match body {
        EventBody::Text(text) => Bytes::from(text),
        EventBody::Binary(bytes) => Bytes::from(bytes),
        _ => Bytes::new(),
    })
}

/// Every answer is UTF-8 text, which need not go through base64.
fn text(body: Bytes) -> EventBody {
    String::from_utf8(body.into()).map_or_else(|error| EventBody::Binary(error.into_bytes()), EventBody::Text)
}
