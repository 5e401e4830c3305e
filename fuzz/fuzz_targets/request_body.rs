//! Any body, path and query of a drop-in route results in tokens that verify, or in a problem document.
#![no_main]

use std::sync::LazyLock;

use agora_token_server::api::{App, Body};
use agora_token_server_fuzz::server::{app, context, send};
use http::{Method, Request};
use libfuzzer_sys::fuzz_target;

/// The first route twice, since it has the most fields. The last four take a path or a query.
const ROUTES: [(Method, &str); 12] = [
    (Method::POST, "/token"),
    (Method::POST, "/token"),
    (Method::POST, "/api/token.json"),
    (Method::POST, "/getToken"),
    (Method::POST, "/rtctoken"),
    (Method::POST, "/rtmtoken"),
    (Method::POST, "/fetch_rtc_token"),
    (Method::POST, "/fetch_rtm_token"),
    (Method::GET, "/rtc/"),
    (Method::GET, "/rte/"),
    (Method::GET, "/access_token?"),
    (Method::GET, "/fetch_rtc_token?"),
];

const KINDS: &str = "rtc,rtm,chat-user,chat-app,fpa,apaas-room-user,apaas-user,apaas-app,convoai,stt";

/// One for each format of the drop-in routes. Both issue everything.
static APPS: LazyLock<[App; 2]> = LazyLock::new(|| {
    ["007", "006"].map(|version| {
        app(&[
            ("ALLOWED_TOKEN_TYPES", KINDS),
            ("ALLOW_WILDCARD_CHANNEL", "true"),
            ("DROP_IN_TOKEN_VERSION", version),
        ])
    })
});

fuzz_target!(|data: &[u8]| {
    let Some((choice, rest)) = data.split_first() else { return };
    let (method, path) = &ROUTES[usize::from(*choice) % ROUTES.len()];
    let (uri, body) = match (method, std::str::from_utf8(rest)) {
        (&Method::GET, Ok(text)) => (format!("{path}{text}"), Vec::new()),
        (&Method::GET, Err(_)) => return,
        _ => ((*path).to_owned(), rest.to_vec()),
    };
    let Ok(request) = Request::builder().method(method).uri(uri).body(Body::Whole(body.into())) else {
        return;
    };
    let response = send(&APPS[usize::from(*choice >= 128)], &request, &context(), None);
    match response.status {
        200 => response.assert_holds_tokens(),
        // The path may match another route, or none.
        400 | 403 | 404 | 405 => response.assert_is_problem(),
        status => panic!("{status}: {}", response.json()),
    }
});
