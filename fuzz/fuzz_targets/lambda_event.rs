//! Any Lambda event decodes or fails. A request through any trigger gets the response of the local server.
#![no_main]

use std::cell::Cell;
use std::panic::catch_unwind;
use std::sync::LazyLock;

use agora_token_server::api::{App, Body};
use agora_token_server_fuzz::event::{Trigger, event};
use agora_token_server_fuzz::server::{Response, app, context, send};
use http::uri::PathAndQuery;
use http::{Method, Request, Uri};
use lambda_http::request::from_str;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

const METHODS: [Method; 5] = [Method::GET, Method::POST, Method::HEAD, Method::OPTIONS, Method::DELETE];

static APP: LazyLock<App> = LazyLock::new(|| app(&[("ALLOW_WILDCARD_CHANNEL", "true")]));

thread_local! { static IS_DECODING: Cell<bool> = const { Cell::new(false) } }

/// A panic of `lambda_http` fails its event, not the process: its hook must not abort the fuzzer.
static HOOK: LazyLock<()> = LazyLock::new(|| {
    let abort = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !IS_DECODING.get() {
            abort(panic);
        }
    }));
});

fuzz_target!(|data: &[u8]| {
    let Some((choice, rest)) = data.split_first() else { return };
    let Some(trigger) = Trigger::ALL.get(usize::from(choice % 8)) else { return arbitrary(rest) };
    let method = &METHODS[usize::from(choice / 8) % METHODS.len()];
    let is_base64 = *choice >= 128;
    let (target, body) = rest.split_at(rest.iter().position(|byte| *byte == 0).unwrap_or(rest.len()));
    let body = body.get(1..).unwrap_or_default();
    // An event is JSON, so a body that is not UTF-8 arrives as base64.
    if !is_base64 && std::str::from_utf8(body).is_err() {
        return;
    }
    let Ok(target) = PathAndQuery::try_from(target) else { return };
    let Some(event) = event(*trigger, method, &target, body, is_base64) else { return };
    let decoded = from_str(&event.to_string()).expect("an event of API Gateway decodes");
    let on_lambda = translated_and_sent(decoded);

    let mut direct = Request::new(Body::Whole(body.to_vec().into()));
    *direct.method_mut() = method.clone();
    *direct.uri_mut() = Uri::from(target);
    direct.headers_mut().insert("content-type", "application/json".parse().expect("a header value"));
    let local = send(&APP, &direct, &context(), None);
    assert_eq!(on_lambda.status, local.status, "{event}");
    assert_eq!(route(&on_lambda), route(&local), "{event}");
    // A map of parameters has no order, and errors follow the order of the parameters.
    if local.status == 200 {
        assert_eq!(on_lambda.body, local.body, "{event}");
    }
});

/// An event that no gateway sends.
fn arbitrary(event: &[u8]) {
    let Ok(text) = std::str::from_utf8(event) else { return };
    LazyLock::force(&HOOK);
    IS_DECODING.set(true);
    let decoded = catch_unwind(|| from_str(text));
    IS_DECODING.set(false);
    let Ok(Ok(decoded)) = decoded else { return };
    let is_head = decoded.method() == Method::HEAD;
    let response = translated_and_sent(decoded);
    route(&response);
    if response.status >= 400 && !is_head {
        response.assert_is_problem();
    }
}

fn translated_and_sent(event: lambda_http::Request) -> Response {
    let (request, peer) = agora_token_server::adapter::lambda::translated(event);
    send(&APP, &request, &agora_token_server::api::Context { peer, ..context() }, None)
}

fn route(response: &Response) -> String {
    let line: Value = serde_json::from_str(&response.log).expect("a log line is JSON");
    line["route"].as_str().expect("a route").to_owned()
}
