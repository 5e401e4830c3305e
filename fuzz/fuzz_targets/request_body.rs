//! Any body, and any path and query of the drop-in routes, is answered by the contract: with
//! tokens, or with a problem document.
#![no_main]

use std::env::VarError;
use std::num::NonZeroU32;
use std::sync::LazyLock;
use std::time::Duration;

use agora_token_server::api::{Answer, App, Body, Context, Problem, Step};
use agora_token_server::config::{Config, Environment, Socket, Source};
use agora_token_server::fetch::FetchError;
use agora_token_server::time::UnixTime;
use agora_token_server::token::{Project, UnverifiedAccessToken, UnverifiedAccessToken2};
use http::{Method, Request, header};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

/// The main job twice as often as each of the others; the last stand for a path and query.
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

/// One of each format for the drop-in routes; both issue everything.
static APPS: LazyLock<[App; 2]> = LazyLock::new(|| ["007", "006"].map(app));

fn app(version: &str) -> App {
    let variable = |name: &str| {
        let value = match name {
            "ALLOWED_TOKEN_TYPES" => {
                "rtc,rtm,chat-user,chat-app,fpa,apaas-room-user,apaas-user,apaas-app,convoai,stt"
            }
            "ALLOW_WILDCARD_CHANNEL" => "true",
            "DROP_IN_TOKEN_VERSION" => version,
            _ => return Err(VarError::NotPresent),
        };
        Ok(value.to_owned())
    };
    let environment =
        Environment { sources: &[Source { name: "environment", lookup: &variable }], files: None, secret_store: false, socket: Socket::Unused };
    let config = Config::read(environment);
    App::new(config.map(|(config, _)| config))
}

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
    let context = Context {
        now: UnixTime::from_secs(1_763_770_000),
        salt: 7,
        drawn_uid: NonZeroU32::MAX,
        request_id: "request-1".to_owned(),
        peer: None,
    };
    let answer = answer(&APPS[usize::from(*choice >= 128)], &request, &context);
    let said: Value = serde_json::from_slice(answer.response.body()).expect("every answer is JSON");
    let status = answer.response.status().as_u16();
    match status {
        200 => assert_holds_tokens(&said),
        // A path may be none of the routes, or end up as another.
        400 | 404 | 405 => assert_is_problem(&said, status, &answer.response.headers()[header::CONTENT_TYPE]),
        _ => panic!("{status}: {said}"),
    }
    let line = answer.log.to_json(Duration::ZERO);
    assert!(line.len() < 4096 && !line.contains('\n'), "{line}");
});

fn answer(app: &App, request: &Request<Body>, context: &Context) -> Answer {
    let mut step = app.begin(request, context);
    loop {
        step = match step {
            Step::Fetch(due) => due.resolve(Err(FetchError::Unreachable)),
            Step::Count(count) => count.allow(),
            Step::Done(answer) => return answer,
        };
    }
}

fn assert_holds_tokens(said: &Value) {
    let project = Project::public_test();
    let tokens: Vec<&str> = ["token", "rtcToken", "rtmToken", "chatToken"]
        .iter()
        .filter_map(|member| said[*member].as_str())
        .collect();
    assert!(!tokens.is_empty(), "{said}");
    for token in tokens {
        if token.starts_with("007") {
            let parsed: UnverifiedAccessToken2 = token.parse().expect("ours parses");
            parsed.verify(project.certificate()).expect("ours verifies");
        } else {
            token.parse::<UnverifiedAccessToken>().expect("ours parses");
        }
    }
}

fn assert_is_problem(said: &Value, status: u16, content_type: &http::HeaderValue) {
    assert_eq!(content_type, "application/problem+json");
    assert_eq!(said["status"], status);
    let code = said["code"].as_str().expect("a code");
    assert!(Problem::CODES.contains(&code));
    let detail = said["detail"].as_str().expect("a detail");
    assert!(!detail.is_empty() && said["error"] == detail, "{said}");
    let Some(errors) = said["errors"].as_array() else { return assert_ne!(code, "invalid_request") };
    for error in errors {
        let (field, detail) = (error["field"].as_str().expect("a field"), error["detail"].as_str());
        assert!(!field.is_empty() && detail.is_some_and(|detail| !detail.is_empty()), "{said}");
    }
}
