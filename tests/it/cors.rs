//! Responses that a page on another origin may read, errors included.

use crate::common::server::{Response, Server, rtc};
use agora_token_server::api::Body;
use http::{Method, Request};
use serde_json::json;

const LISTED: &str = "https://app.example";

/// A server whose list has two pages.
fn listing() -> Server {
    Server::with(&[("CORS_ALLOW_ORIGIN", "https://app.example, http://localhost:5173")])
}

fn send(server: &Server, method: Method, path: &str, origin: Option<&str>, body: &str) -> Response {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(origin) = origin {
        request = request.header("origin", origin);
    }
    server.send(&request.body(Body::Whole(body.to_owned().into())).unwrap())
}

/// A token, and every kind of error that does not depend on the origin.
fn answers(server: &Server, origin: Option<&str>) -> Vec<Response> {
    let good = rtc(json!({})).to_string();
    let mut answers = vec![
        send(server, Method::POST, "/token", origin, &good),
        send(server, Method::POST, "/token", origin, "{"),
        send(server, Method::POST, "/token", origin, "{}"),
        send(server, Method::POST, "/token", origin, &rtc(json!({ "channel": "*" })).to_string()),
        send(server, Method::POST, "/token", origin, &" ".repeat(70_000)),
        send(server, Method::GET, "/inspect", origin, ""),
        send(server, Method::GET, "/nowhere", origin, ""),
        send(server, Method::GET, "/healthz", origin, ""),
        send(server, Method::HEAD, "/healthz", origin, ""),
    ];
    let mut typed = Request::post("/token").header("content-type", "text/plain");
    if let Some(origin) = origin {
        typed = typed.header("origin", origin);
    }
    answers.push(server.send(&typed.body(Body::Whole(good.into())).unwrap()));
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [200, 400, 400, 403, 413, 405, 404, 200, 200, 415]);
    answers
}

#[test]
fn any_origin_is_allowed_by_default() {
    let server = Server::local();
    for origin in [None, Some("https://anything.example"), Some("null")] {
        for response in answers(&server, origin) {
            assert_eq!(response.header("access-control-allow-origin"), Some("*"));
            assert_eq!(
                response.header("access-control-expose-headers"),
                Some("Retry-After, X-Request-Id, traceparent")
            );
            assert_eq!(response.header("access-control-allow-credentials"), None);
            assert_eq!(response.header("vary"), None);
        }
    }
}

#[test]
fn listed_origin_is_allowed() {
    for origin in [LISTED, "http://localhost:5173"] {
        for response in answers(&listing(), Some(origin)) {
            assert_eq!(response.header("access-control-allow-origin"), Some(origin));
            assert_eq!(
                response.header("access-control-expose-headers"),
                Some("Retry-After, X-Request-Id, traceparent")
            );
            assert_eq!(response.header("access-control-allow-credentials"), None);
            assert_eq!(response.header("vary"), Some("Origin"));
        }
    }
}

#[test]
fn request_without_origin_is_served() {
    for response in answers(&listing(), None) {
        assert_eq!(response.header("access-control-allow-origin"), None);
        assert_eq!(response.header("vary"), Some("Origin"));
    }
}

#[test]
fn unlisted_origin_is_denied_and_reads_nothing() {
    for origin in [
        "https://evil.example",
        "https://app.example.evil.example",
        "https://app.example:8443",
        "http://app.example",
        "https://APP.example",
        "https://app.example/",
        "null",
        "",
        "*",
    ] {
        for (method, path) in [(Method::POST, "/token"), (Method::GET, "/healthz"), (Method::GET, "/")] {
            let response = send(&listing(), method, path, Some(origin), "{");
            let (rule, detail) = response.forbidden();
            assert_eq!(rule, "origin", "{origin}");
            assert_eq!(detail, "origin: expected an allowed origin");
            assert_eq!(response.header("access-control-allow-origin"), None);
            assert_eq!(response.header("access-control-expose-headers"), None);
            assert_eq!(response.header("access-control-allow-credentials"), None);
            assert_eq!(response.header("vary"), Some("Origin"));
        }
    }
}

#[test]
fn listed_page_sends_cookies_if_allowed() {
    let server = Server::with(&[("CORS_ALLOW_ORIGIN", LISTED), ("CORS_ALLOW_CREDENTIALS", "true")]);
    let credentials =
        |response: &Response| response.header("access-control-allow-credentials").map(str::to_owned);
    for response in answers(&server, Some(LISTED)) {
        assert_eq!(credentials(&response), Some("true".to_owned()));
        assert_eq!(response.header("access-control-allow-origin"), Some(LISTED));
    }
    let preflight = send(&server, Method::OPTIONS, "/token", Some(LISTED), "");
    assert_eq!(credentials(&preflight), Some("true".to_owned()));
    for origin in [None, Some("https://evil.example")] {
        assert_eq!(credentials(&send(&server, Method::OPTIONS, "/token", origin, "")), None);
        assert_eq!(credentials(&send(&server, Method::GET, "/healthz", origin, "")), None);
    }
}

#[test]
fn origin_other_than_text_is_denied() {
    let request = Request::post("/token")
        .header("origin", b"https://app.example\xff".as_slice())
        .body(Body::Whole("{}".into()))
        .unwrap();
    assert_eq!(listing().send(&request).forbidden().0, "origin");
}

#[test]
fn origin_matches_in_any_case() {
    let server = Server::with(&[("CORS_ALLOW_ORIGIN", "HTTPS://App.Example")]);
    let response = send(&server, Method::GET, "/healthz", Some(LISTED), "");
    assert_eq!(response.header("access-control-allow-origin"), Some(LISTED));
}

#[test]
fn preflight_allows_methods_and_headers() {
    for (server, origin) in [(Server::local(), "*"), (listing(), LISTED), (Server::unconfigured(), "*")] {
        for path in ["/token", "/token/", "/healthz", "/nowhere", "*"] {
            let response = send(&server, Method::OPTIONS, path, Some(LISTED), "");
            assert_eq!(response.status, 204, "{path}");
            assert!(response.body.is_empty());
            assert_eq!(response.header("access-control-allow-origin"), Some(origin));
            assert_eq!(response.header("access-control-allow-methods"), Some("GET, HEAD, POST, OPTIONS"));
            assert_eq!(
                response.header("access-control-allow-headers"),
                Some("Authorization, Content-Type, X-API-Key, X-Requested-With")
            );
            assert_eq!(response.header("access-control-max-age"), Some("7200"));
            assert_eq!(response.header("content-type"), None);
            let vary = if origin == "*" { "" } else { "Origin, " };
            assert_eq!(
                response.header("vary"),
                Some(format!("{vary}Access-Control-Request-Headers").as_str())
            );
        }
    }
}

#[test]
fn preflight_allows_headers_it_lists() {
    const DEFAULT: &str = "Authorization, Content-Type, X-API-Key, X-Requested-With";
    let asking = |lines: &[&[u8]]| {
        let mut request = Request::options("/token").header("access-control-request-method", "POST");
        for line in lines {
            request = request.header("access-control-request-headers", *line);
        }
        let response = Server::local().send(&request.body(Body::Whole(Vec::new().into())).unwrap());
        assert_eq!(response.status, 204);
        response.header("access-control-allow-headers").unwrap().to_owned()
    };
    let longest = format!("x-{}", "a".repeat(1022));
    for listed in [
        "authorization,content-type,traceparent,tracestate",
        "apikey, authorization,content-type , x-client-info",
        "x!#$%&'*+-.^_`|~0",
        longest.as_str(),
    ] {
        assert_eq!(asking(&[listed.as_bytes()]), listed);
    }
    for invalid in ["", ",", "a,,b", "a b", "a:b", "a/b", "\"a\"", "a;q=1", "é", &format!("{longest}a")] {
        assert_eq!(asking(&[invalid.as_bytes()]), DEFAULT, "{invalid}");
    }
    assert_eq!(asking(&[b"x-a\xff"]), DEFAULT);
    assert_eq!(asking(&[b"x-a", b"x-b"]), DEFAULT);
    assert_eq!(asking(&[]), DEFAULT);
}

#[test]
fn preflight_of_unlisted_origin_allows_none() {
    let response = send(&listing(), Method::OPTIONS, "/token", Some("https://evil.example"), "");
    assert_eq!(response.status, 204);
    assert_eq!(response.header("access-control-allow-origin"), None);
    assert_eq!(response.header("vary"), Some("Origin, Access-Control-Request-Headers"));
}

#[test]
fn unconfigured_server_has_cors_headers() {
    let response = send(&Server::unconfigured(), Method::POST, "/token", Some(LISTED), "{}");
    assert_eq!(response.status, 503);
    assert_eq!(response.header("access-control-allow-origin"), Some("*"));
    assert_eq!(
        response.header("access-control-expose-headers"),
        Some("Retry-After, X-Request-Id, traceparent")
    );
    assert_eq!(response.header("retry-after"), Some("10"));
}
