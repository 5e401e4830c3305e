//! Tracing requests and tokens: trace IDs, token hashes, drawn uids.

use agora_token_server::api::{Body, LogLine, Step};
use agora_token_server::fetch::{Fetch, FetchError};
use agora_token_server::inspect::token_hash;
use agora_token_server::time::UnixTime;
use bytes::Bytes;
use http::{Method, Request};
use serde_json::{Value, json};

use crate::common::issuer;
use crate::common::server::{
    APP_ID, CERTIFICATE, DRAWN_UID, NOW, Platform, Response, SALT, Server, context, rtc,
};

const KEY_SET_URL: &str = "https://issuer.example/jwks.json";
const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

fn of_one_issuer() -> Server {
    Server::with(&[
        ("AUTH", "jwt"),
        ("JWT_ISSUER", "https://issuer.example/"),
        ("JWT_AUDIENCE", "agora"),
        ("JWT_JWKS_URL", KEY_SET_URL),
    ])
}

fn of_two_issuers() -> Server {
    let issuers = json!([
        { "issuer": "https://a.example/", "audience": "agora", "jwksUrl": "https://a.example/jwks.json", "sharedUsers": true },
        { "issuer": "https://b.example/", "audience": "agora", "jwksUrl": "https://b.example/jwks.json", "sharedUsers": true },
    ]);
    Server::with(&[("AUTH", "jwt"), ("JWT_ISSUERS", &issuers.to_string())])
}

fn published() -> Bytes {
    issuer::key_set(&[issuer::Key::ed25519().jwk(&json!({ "kid": "k" }))]).into()
}

fn get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::Whole("".into())).unwrap()
}

fn traced(server: &Server, path: &str, values: &[&str]) -> Response {
    let mut request = Request::get(path);
    for value in values {
        request = request.header("traceparent", *value);
    }
    server.send(&request.body(Body::Whole("".into())).unwrap())
}

#[test]
fn traceparent_is_logged_and_returned() {
    for path in ["/healthz", "/rtm/alice", "/nowhere", "/rtm/undefined"] {
        let response = traced(&Server::local(), path, &[TRACE]);
        assert_eq!(response.header("traceparent"), Some(TRACE), "{path}");
        assert_eq!(response.log()["traceId"], "4bf92f3577b34da6a3ce929d0e0e4736", "{path}");
    }
    for values in [
        &[][..],
        &[TRACE, TRACE],
        &["01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"],
        &["00-00000000000000000000000000000000-00f067aa0ba902b7-01"],
        &["00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01"],
        &["00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01"],
        &["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-"],
        &["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0g"],
        &["00-4bf92f3577b34da6a3ce929d0e0e47360-0f067aa0ba902b7-01"],
        &["4bf92f3577b34da6a3ce929d0e0e4736"],
        &[""],
    ] {
        let response = traced(&Server::local(), "/healthz", values);
        assert_eq!(
            (response.header("traceparent"), &response.log()["traceId"]),
            (None, &Value::Null),
            "{values:?}"
        );
    }
}

#[test]
fn token_hash_of_each_token_is_logged() {
    let response = Server::local().bare(Method::GET, "/rte/room-1/publisher/uid/7");
    let answer = response.ok();
    let hashes = ["rtcToken", "rtmToken"].map(|member| token_hash(answer[member].as_str().unwrap()));
    assert_eq!(response.log()["tokenHash"], hashes.join(","));
    assert_eq!(Server::local().token(&json!({})).log()["tokenHash"], Value::Null);
}

/// Its first token is made before the second is refused.
#[test]
fn refused_pair_of_tokens_is_logged_without_token() {
    let server = Server::with(&[("ALLOWED_TOKEN_TYPES", "rtc")]);
    for path in ["/rte/room-1/publisher/uid/7", "/get_config", "/api/generate-agora-token"] {
        let response = server.bare(Method::GET, path);
        assert_eq!(response.forbidden().0, "tokenType", "{path}");
        let log = response.log();
        for member in ["tokenType", "tokenHash", "uid"] {
            assert_eq!(log[member], Value::Null, "{path}: {log}");
        }
    }
    let request = get("/rte/room-1/publisher/uid/7");
    assert_eq!(server.outcome(&request).token_type, None, "nothing is counted as issued");
}

#[test]
fn drawn_uid_alone_is_logged() {
    let server = Server::local();
    let uid = |response: &Response| {
        assert_eq!(response.status, 200, "{response:?}");
        response.log()["uid"].clone()
    };
    let drawn = server.post("/rtctoken", json!({ "channel": "room-1" }).to_string());
    assert_eq!(uid(&drawn), DRAWN_UID.to_string());
    for path in ["/get_config", "/api/generate-agora-token"] {
        let drawn = server.bare(Method::GET, path);
        let answer = drawn.ok();
        assert_eq!(Some(&uid(&drawn)), answer.pointer("/uid").or(answer.pointer("/data/uid")), "{path}");
        assert_eq!(uid(&server.bare(Method::GET, &format!("{path}?uid=7"))), Value::Null);
    }
    assert_eq!(uid(&server.token(&rtc(json!({})))), Value::Null);
}

#[test]
fn key_set_fetch_continues_trace_in_its_own_span() {
    // {"alg":"RS256","kid":"k"} . {} . a signature that is never looked at
    let jwt = "Bearer eyJhbGciOiJSUzI1NiIsImtpZCI6ImsifQ.e30.AAAA";
    for (trace, expected) in [(Some(TRACE), true), (None, false)] {
        let server = of_one_issuer();
        let mut request = Request::get("/rtm/alice").header("authorization", jwt);
        if let Some(trace) = trace {
            request = request.header("traceparent", trace);
        }
        let request = request.body(Body::Whole("".into())).unwrap();
        let mut sent = Vec::new();
        let fetch = |due: Fetch| {
            sent.push(due.header.clone());
            Err(FetchError::Unreachable)
        };
        assert_eq!(server.answer(&request, &context(NOW, SALT), fetch, |_| None).status, 503);
        assert_eq!(sent.len(), 1);
        let header = sent.remove(0);
        assert_eq!(header.is_some(), expected);
        let Some((name, value)) = header else { continue };
        let parts: Vec<_> = value.split('-').collect();
        assert_eq!((name, parts[0], parts[1], parts[3]), ("traceparent", "00", &TRACE[3..35], "01"));
        assert!(parts[2].len() == 16 && parts[2] != &TRACE[36..52] && parts[2] != "0000000000000000");
    }
}

#[test]
fn each_fetch_of_request_has_its_own_span() {
    let server = of_two_issuers();
    let request = Request::get("/readyz").header("traceparent", TRACE).body(Body::Whole("".into())).unwrap();
    let mut spans = Vec::new();
    let fetch = |due: Fetch| {
        spans.push(due.header.unwrap().1[36..52].to_owned());
        Err(FetchError::Unreachable)
    };
    server.answer(&request, &context(NOW, SALT), fetch, |_| None);
    assert_eq!(spans.len(), 2);
    assert_ne!(spans[0], spans[1]);
}

/// The response of `/readyz`, and its fetches. Each fetch gets this response.
fn ready(server: &Server, answer: &Result<Bytes, FetchError>, now: u32) -> (Response, Vec<String>) {
    let request = get("/readyz");
    let mut fetched = Vec::new();
    let fetch = |due: Fetch| {
        fetched.push(due.url);
        answer.clone()
    };
    let response = server.answer(&request, &context(now, SALT), fetch, |_| panic!("nothing is counted"));
    (response, fetched)
}

#[track_caller]
fn lacks(response: &Response) -> String {
    assert_eq!((response.status, response.header("retry-after")), (503, Some("10")));
    let problem = response.problem();
    assert_eq!(problem["code"], "unavailable");
    problem["detail"].as_str().unwrap().to_owned()
}

#[test]
fn readyz_needs_valid_configuration() {
    let unread = Err(FetchError::Unreachable);
    let (response, fetched) = ready(&Server::local(), &unread, NOW);
    assert_eq!((response.ok(), fetched.len()), (json!({ "status": "ready" }), 0));
    let (response, fetched) = ready(&Server::unconfigured(), &unread, NOW);
    assert_eq!((lacks(&response).as_str(), fetched.len()), ("configuration", 0));
    let now = UnixTime::from_secs(NOW);
    assert!(Server::local().app.is_ready(now) && !Server::unconfigured().app.is_ready(now));
    assert_eq!(
        (Server::local().app.key_sets(now), Server::unconfigured().app.key_sets(now)),
        (vec![], vec![])
    );
}

#[test]
fn readyz_needs_fetched_key_set() {
    let server = of_one_issuer();
    let known =
        |now| (server.app.is_ready(UnixTime::from_secs(now)), server.app.key_sets(UnixTime::from_secs(now)));
    assert_eq!(known(NOW), (false, vec![("https://issuer.example/", None)]));
    let (response, fetched) = ready(&server, &Err(FetchError::TimedOut), NOW);
    assert_eq!((lacks(&response).as_str(), fetched), ("key set", vec![KEY_SET_URL.to_owned()]));
    assert!(!String::from_utf8_lossy(&response.body).contains("issuer.example"));
    assert!(response.log()["warning"].is_string(), "{}", response.log);
    // Within the limits of every fetch.
    let (response, fetched) = ready(&server, &Err(FetchError::TimedOut), NOW);
    assert_eq!((lacks(&response).as_str(), fetched.len()), ("key set", 0));
    let jwks = published();
    let (response, fetched) = ready(&server, &Ok(jwks), NOW + 60);
    assert_eq!((response.ok(), fetched.len()), (json!({ "status": "ready" }), 1));
    assert_eq!(known(NOW + 65), (true, vec![("https://issuer.example/", Some(5))]));
    // The last key set stays in use.
    let (response, fetched) = ready(&server, &Err(FetchError::Unreachable), NOW + 700);
    assert_eq!((response.status, fetched.len()), (200, 1));
}

#[test]
fn readyz_needs_fetched_certificate() {
    let server = Server::on(
        Platform::Lambda,
        &[
            ("APP_ID", APP_ID),
            ("AUTH", "none"),
            ("APP_CERTIFICATE_SECRET", "agora/certificate"),
            ("AWS_SESSION_TOKEN", "session"),
        ],
    );
    let (response, fetched) = ready(&server, &Err(FetchError::Status(400)), NOW);
    assert_eq!((lacks(&response).as_str(), fetched.len()), ("certificate", 1));
    assert!(!String::from_utf8_lossy(&response.body).contains("agora/certificate"));
    let secret = json!({ "SecretString": CERTIFICATE }).to_string();
    let (response, fetched) = ready(&server, &Ok(secret.into()), NOW + 60);
    assert_eq!((response.ok(), fetched.len()), (json!({ "status": "ready" }), 1));
}

#[test]
fn readyz_warns_of_issuer_with_unfetched_key_set() {
    let server = of_two_issuers();
    let jwks = published();
    let request = get("/readyz");
    let ask = |b: Result<Bytes, FetchError>| {
        let fetch = |due: Fetch| {
            if due.url.starts_with("https://a.") { Err(FetchError::TimedOut) } else { b.clone() }
        };
        server.answer(&request, &context(NOW, SALT), fetch, |_| None)
    };
    let response = ask(Ok(jwks.clone()));
    assert!(response.is_logged);
    assert_eq!(response.ok(), json!({ "status": "ready" }));
    let warning = response.log()["warning"].as_str().unwrap().to_owned();
    assert!(warning.contains("key set of https://a.example/: not fetched yet"), "{warning}");
    assert!(warning.contains("https://a.example/: key set: timed out"), "{warning}");
    assert!(!warning.contains("b.example"), "{warning}");
    let again = ask(Ok(jwks));
    assert_eq!((again.log()["warning"].is_string(), again.is_logged), (true, false), "once a minute");
}

/// A fetch from an issuer that hangs takes seconds, and a probe waits for one second.
#[test]
fn readyz_waits_for_no_fetch_if_ready() {
    let server = of_two_issuers();
    let probe = get("/readyz");
    let early = |request: &Request<Body>, now| match server.app.begin(request, &context(now, SALT)) {
        Step::Fetch(due) => due.early().map(|answer| server.response(request, answer)),
        step => panic!("a fetch is due: {step:?}"),
    };
    assert!(early(&probe, NOW).is_none(), "no key set is there");
    let jwks = published();
    let fetch = |due: Fetch| {
        if due.url.starts_with("https://a.") { Ok(jwks.clone()) } else { Err(FetchError::TimedOut) }
    };
    server.answer(&probe, &context(NOW, SALT), fetch, |_| None).ok();
    let response = early(&probe, NOW + 10).expect("the key set of a is there");
    assert_eq!(response.ok(), json!({ "status": "ready" }));
    assert_eq!(
        (&response.log()["warning"], response.is_logged),
        (&Value::Null, false),
        "not before the fetch"
    );
    // The fetch is still due.
    let (again, fetched) = ready(&server, &Err(FetchError::TimedOut), NOW + 10);
    assert_eq!((again.status, fetched), (200, vec!["https://b.example/jwks.json".to_owned()]));
    // The response to a caller depends on the fetch.
    let jwt = issuer::Key::ed25519().jwt_of("k", &json!({ "iss": "https://b.example/" }));
    let caller = Request::get("/rtm/alice").header("authorization", format!("Bearer {jwt}"));
    let caller = caller.body(Body::Whole("".into())).unwrap();
    let at = context(NOW + 20, SALT);
    let Step::Count(count) = server.app.begin(&caller, &at) else { panic!("a count is due") };
    let Step::Fetch(due) = count.allow() else { panic!("a fetch is due") };
    assert!(due.early().is_none());
}

#[test]
fn successful_probe_is_not_logged() {
    let server = Server::local();
    let is_logged = |method, path| server.bare(method, path).is_logged;
    for path in ["/healthz", "/readyz", "/healthz/", "//readyz"] {
        for method in [Method::GET, Method::HEAD] {
            assert!(!is_logged(method, path), "{path}");
        }
    }
    for path in ["/ping", "/", "/openapi.json", "/nowhere", "/rtm/alice"] {
        assert!(is_logged(Method::GET, path), "{path}");
    }
    // Each error is logged, and so is the first success after one.
    for _ in 0..2 {
        assert!(is_logged(Method::POST, "/healthz"));
    }
    assert!(!is_logged(Method::GET, "/healthz"), "405 is not a response of the route");
    let unconfigured = Server::unconfigured();
    for _ in 0..2 {
        assert!(unconfigured.bare(Method::GET, "/readyz").is_logged);
    }
}

#[test]
fn probe_is_logged_on_error_change_and_warning() {
    let server = of_one_issuer();
    let jwks = published();
    let (good, bad) = (Ok(jwks), Err(FetchError::Unreachable));
    let mut seen = Vec::new();
    for (answer, after) in [
        (&bad, 0),
        (&bad, 5),
        (&good, 60),
        (&good, 65),
        (&bad, 700),
        (&bad, 702),
        (&bad, 730),
        (&bad, 765),
        (&good, 1500),
        (&good, 1505),
    ] {
        let (response, fetched) = ready(&server, answer, NOW + after);
        seen.push((
            after,
            response.status,
            fetched.len(),
            response.log()["warning"].is_string(),
            response.is_logged,
        ));
    }
    assert_eq!(
        seen,
        [
            (0, 503, 1, true, true),
            (5, 503, 0, false, true),
            (60, 200, 1, false, true),
            (65, 200, 0, false, false),
            (700, 200, 1, true, true),
            (702, 200, 0, false, false),
            (730, 200, 0, false, false),
            (765, 200, 1, true, true),
            (1500, 200, 1, false, false),
            (1505, 200, 0, false, false),
        ]
    );
}

#[test]
fn fetched_key_sets_are_counted_by_issuer_and_result() {
    let key = |kid: &str| issuer::Key::ed25519().jwk(&json!({ "kid": kid }));
    for (answer, result) in [
        (Ok(issuer::key_set(&[key("k")]).into()), "ok"),
        (Ok(Bytes::from_static(b"{}")), "invalid"),
        (Ok(issuer::key_set(&[]).into()), "invalid"),
        (Ok(issuer::key_set(&vec![key("k"); 51]).into()), "invalid"),
        (Err(FetchError::TimedOut), "timeout"),
        (Err(FetchError::TooLarge), "too_large"),
        (Err(FetchError::Status(500)), "status"),
        (Err(FetchError::Unreachable), "unreachable"),
    ] {
        let server = of_one_issuer();
        let request = get("/readyz");
        let counted = server.key_set_fetches(&request, |_| answer.clone());
        let counted: Vec<_> = counted.iter().map(|fetch| (fetch.issuer.as_str(), fetch.result)).collect();
        assert_eq!(counted, [("https://issuer.example/", result)]);
        // Not again within the limits of every fetch.
        assert_eq!(server.key_set_fetches(&request, |_| answer.clone()), []);
    }
}

#[test]
fn dropped_lines_are_logged_by_number() {
    let line = LogLine::dropped(3, UnixTime::from_secs(NOW));
    let message = "log lines dropped: standard output is not read fast enough";
    let line: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(line, json!({ "level": "warn", "message": message, "dropped": 3, "time": NOW }));
}
