//! Any method and URI get a response whose route is in the route table.
#![no_main]

use std::sync::LazyLock;

use agora_token_server::api::{App, Body, routes};
use agora_token_server_fuzz::server::{app, context, send};
use http::{Method, Request};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

static APP: LazyLock<App> = LazyLock::new(|| app(&[("ALLOW_WILDCARD_CHANNEL", "true")]));

const METHODS: [Method; 6] =
    [Method::GET, Method::POST, Method::HEAD, Method::OPTIONS, Method::PUT, Method::DELETE];

fuzz_target!(|data: &[u8]| {
    let Some((choice, rest)) = data.split_first() else { return };
    let method = &METHODS[usize::from(*choice) % METHODS.len()];
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let Ok(request) = Request::builder().method(method).uri(text).body(Body::Whole(b"{}".as_slice().into()))
    else {
        return;
    };
    let response = send(&APP, &request, &context(), None);
    let line: Value = serde_json::from_str(&response.log).expect("a log line is JSON");
    let route = line["route"].as_str().expect("a route");
    let is_known = route == "none" || route == "preflight" || routes().any(|(pattern, _)| pattern == route);
    assert!(is_known, "{route}");
    match response.status {
        200 | 204 => assert_ne!(route, "none"),
        404 => assert_eq!(route, "none"),
        400 | 403 | 405 | 415 => {}
        status => panic!("{status}: {text}"),
    }
    if response.status >= 400 && method != Method::HEAD {
        response.assert_is_problem();
    }
});
