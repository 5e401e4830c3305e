//! A server for the targets that send requests.

use std::env::VarError;
use std::num::NonZeroU32;
use std::time::Duration;

use agora_token_server::api::{Answer, App, Body, Context, Problem, Seed, Step};
use agora_token_server::config::{Config, Environment, Socket, Source};
use agora_token_server::fetch::FetchError;
use agora_token_server::time::UnixTime;
use agora_token_server::token::{Project, UnverifiedAccessToken, UnverifiedAccessToken2};
use bytes::Bytes;
use http::{HeaderValue, Request, header};
use serde_json::Value;

pub const NOW: u32 = 1_763_770_000;

/// The local server with these variables.
pub fn app(variables: &[(&str, &str)]) -> App {
    let lookup = |name: &str| {
        let found = variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| (*value).to_owned()).ok_or(VarError::NotPresent)
    };
    let sources = [Source { name: "fuzz", lookup: &lookup }];
    let environment =
        Environment { sources: &sources, files: None, secret_store: false, socket: Socket::Own };
    let (config, _) = Config::read(environment).expect("a valid configuration");
    App::new(Ok(config))
}

pub fn context() -> Context {
    Context {
        now: UnixTime::from_secs(NOW),
        salt: 7,
        drawn_uid: NonZeroU32::MAX,
        seed: Seed([7; 16]),
        request_id: "request-1".to_owned(),
        peer: None,
    }
}

/// A response whose log line is checked.
pub struct Response {
    pub status: u16,
    pub content_type: Option<HeaderValue>,
    pub body: Bytes,
    pub log: String,
    /// The key under which the request was counted, if it was.
    pub caller: Option<String>,
}

/// Drives a request. Each fetch gets `fetched`, and no signature of a key set is valid.
pub fn send(app: &App, request: &Request<Body>, context: &Context, fetched: Option<&[u8]>) -> Response {
    let mut caller = None;
    let mut step = app.begin(request, context);
    let Answer { response, log } = loop {
        step = match step {
            Step::Fetch(due) => {
                due.resolve(fetched.map(Bytes::copy_from_slice).ok_or(FetchError::Unreachable))
            }
            Step::Verify(jws) => jws.invalid(),
            Step::Count(count) => {
                caller = Some(count.caller());
                count.allow()
            }
            Step::Done(answer) => break answer,
        };
    };
    let log = log.to_json(Duration::ZERO);
    assert!(log.len() < 4096 && !log.contains('\n'), "{log}");
    let content_type = response.headers().get(header::CONTENT_TYPE).cloned();
    Response { status: response.status().as_u16(), content_type, body: response.into_body(), log, caller }
}

impl Response {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("every body is JSON")
    }

    /// Each token in the body verifies, and there is one.
    pub fn assert_holds_tokens(&self) {
        let (said, project) = (self.json(), Project::public_test());
        let members = ["token", "rtcToken", "rtmToken", "chatToken", "rtc_token", "rtm_token"];
        let tokens: Vec<&str> = members.iter().filter_map(|member| said[*member].as_str()).collect();
        assert!(!tokens.is_empty(), "{said}");
        for token in tokens {
            if token.starts_with("007") {
                let parsed: UnverifiedAccessToken2 = token.parse().expect("a token parses");
                parsed.verify(project.certificate()).expect("a token verifies");
            } else {
                token.parse::<UnverifiedAccessToken>().expect("a token parses");
            }
        }
    }

    /// The body is a problem document.
    pub fn assert_is_problem(&self) {
        let said = self.json();
        assert_eq!(self.content_type.as_ref().expect("a content type"), "application/problem+json");
        assert_eq!(said["status"], self.status);
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
}
