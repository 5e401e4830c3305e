//! AWS Lambda behind API Gateway (HTTP and REST), a Function URL, or a load balancer.

use std::borrow::Cow;
use std::io::{Write, stdout};
use std::net::IpAddr;

use bytes::Bytes;
use http::Uri;
use http::uri::PathAndQuery;
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequestContext;
use lambda_http::aws_lambda_events::query_map::QueryMap;
use lambda_http::request::RequestContext;
use lambda_http::{Body as EventBody, Error, Request, RequestExt, Response, service_fn};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::caught::caught;
use super::{client, host, verify};
use crate::api::{Answer, App, Body, Context, Step};
use crate::config::{Config, Environment, Socket, Source};

/// Reads the configuration and answers events until Lambda ends the process.
///
/// # Errors
/// An event of Lambda's runtime API.
pub async fn run() -> Result<(), Error> {
    let environment = Environment {
        sources: &[Source { name: "environment", lookup: &host::variable }],
        files: None,
        secret_store: true,
        socket: Socket::OfThePlatform,
    };
    let app = &App::starting(Config::read(environment), host::now(), print);
    lambda_http::run(service_fn(move |event| async move { Ok::<_, Error>(answer(app, event).await) })).await
}

async fn answer(app: &App, event: Request) -> Response<EventBody> {
    let start = host::instant();
    let request_id = event.lambda_context().request_id;
    let (request, peer) = translated(event);
    let context = host::context(host::now(), Some(request_id), peer);
    let answer = caught(steps(app, &request, &context)).await;
    let answer = answer.unwrap_or_else(|| app.failed(&request, &context));
    if let Some(line) = answer.log.line(start.elapsed()) {
        print(line);
    }
    answer.response.map(text)
}

async fn steps(app: &App, request: &http::Request<Body>, context: &Context) -> Answer {
    let mut step = app.begin(request, context);
    loop {
        step = match step {
            Step::Fetch(due) => {
                let body = client::fetch(due.request()).await;
                due.resolve(body)
            }
            // API Gateway's throttle counts requests before they cost anything.
            Step::Verify(jws) => verify::step(jws),
            Step::Count(count) => count.allow(),
            Step::Done(answer) => return answer,
        };
    }
}

/// The request that an event carries, and the address of its client.
pub fn translated(event: Request) -> (http::Request<Body>, Option<IpAddr>) {
    let uri = as_sent(&event);
    let peer = peer(&event);
    let (mut parts, body) = event.into_parts();
    parts.uri = uri;
    (Request::from_parts(parts, body).map(read), peer)
}

/// The URI as the client sent it: `lambda_http` resolves `.` and `..`, `%2e` too, and puts a REST API's stage in front
/// of the path.
fn as_sent(event: &Request) -> Uri {
    let uri = event.uri();
    let path = path(event);
    // A `?` or `#` of the path, decoded by API Gateway: lambda_http takes what follows as the query.
    let query = if event.raw_http_path().contains(['?', '#']) {
        let query = event.query_string_parameters_ref().map(QueryMap::to_query_string);
        // lambda_http replaces bytes that are not UTF-8, for which the handler has an answer of its own.
        query.filter(|query| !query.is_empty()).map(|query| Cow::Owned(query.replace("%EF%BF%BD", "%FF")))
    } else {
        uri.query().map(Cow::Borrowed)
    };
    let text = match query {
        Some(query) => format!("{path}?{query}"),
        None => path,
    };
    let mut parts = uri.clone().into_parts();
    match text.parse::<PathAndQuery>() {
        Ok(path_and_query) => parts.path_and_query = Some(path_and_query),
        Err(_) => return uri.clone(),
    }
    Uri::from_parts(parts).unwrap_or_else(|_| uri.clone())
}

/// The path, without the stage. HTTP APIs deliver it with the stage and percent-decoded: `/rtm/100%2541` would be decoded
/// twice, and name another user. REST APIs, load balancers and Function URLs deliver it as it was sent, the last ones in
/// an event of the same shape as HTTP APIs.
fn path(event: &Request) -> String {
    const NO_PATH: &AsciiSet = &CONTROLS
        .add(b' ')
        .add(b'"')
        .add(b'#')
        .add(b'<')
        .add(b'>')
        .add(b'?')
        .add(b'[')
        .add(b'\\')
        .add(b']')
        .add(b'^')
        .add(b'`')
        .add(b'{')
        .add(b'|')
        .add(b'}');
    const DECODED: &AsciiSet = &NO_PATH.add(b'%');
    let path = event.raw_http_path();
    let encoded = match event.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) if !is_function_url(context) => {
            // No path contains the default stage.
            let stage = context.stage.as_deref().filter(|stage| *stage != "$default");
            let stage = stage.and_then(|stage| path.strip_prefix('/')?.strip_prefix(stage));
            let path = stage.filter(|rest| rest.is_empty() || rest.starts_with('/')).unwrap_or(path);
            utf8_percent_encode(path, DECODED)
        }
        _ => utf8_percent_encode(path, NO_PATH),
    };
    let encoded = encoded.to_string();
    if encoded.is_empty() { "/".to_owned() } else { encoded }
}

fn is_function_url(context: &ApiGatewayV2httpRequestContext) -> bool {
    context.domain_name.as_deref().is_some_and(|domain| domain.contains(".lambda-url."))
}

/// The client's address; a load balancer states it in a header only.
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

/// One line on standard output, in one piece. A closed output does not fail a request.
fn print(mut line: String) {
    line.push('\n');
    let _ = stdout().lock().write_all(line.as_bytes());
}
