//! Paths and methods. Which error comes first is tested in attacks/order.rs.

use std::num::NonZeroU32;

use http::Method;
use serde_json::json;

use crate::common::server::{NOW, Server, rtc};

#[test]
fn fixed_routes_respond() {
    let server = Server::local();
    assert_eq!(server.bare(Method::GET, "/healthz").ok(), json!({ "status": "ok" }));
    assert_eq!(server.bare(Method::GET, "/ping").ok(), json!({ "message": "pong" }));
}

#[test]
fn trailing_slash_and_query_are_ignored() {
    let server = Server::local();
    for path in ["/healthz/", "/healthz?x=1", "/healthz/?x=1"] {
        assert_eq!(server.bare(Method::GET, path).ok(), json!({ "status": "ok" }), "{path}");
    }
    let body = rtc(json!({})).to_string();
    for path in ["/token/", "/token?channel=other", "/token/?x"] {
        assert_eq!(server.post(path, body.as_str()).ok()["channel"], "room-1", "{path}");
    }
}

#[test]
fn slashes_collapse_on_every_route() {
    let server = Server::local();
    for path in ["//", "///", "//healthz", "/healthz//", "///healthz///?x=1", "//ping/"] {
        assert_eq!(server.bare(Method::GET, path).status, 200, "{path}");
    }
    let body = rtc(json!({})).to_string();
    for path in ["//token", "/token//", "///token//?x"] {
        assert_eq!(server.post(path, body.as_str()).ok()["channel"], "room-1", "{path}");
    }
    for path in [
        "//rtc/room-1/publisher/uid/42/",
        "/rtc/room-1/publisher/uid//42",
        "/rtc//room-1/publisher/uid/42//",
        "/rtm//alice",
        "//rtm/alice",
        "/chat//account///alice",
    ] {
        let response = server.bare(Method::GET, path);
        assert_eq!(response.status, 200, "{path}");
        assert!(!response.log.contains("//"), "{}", response.log);
    }
    assert_eq!(server.bare(Method::POST, "//healthz").header("allow"), Some("GET, HEAD, OPTIONS"));
    assert_eq!(server.bare(Method::GET, "/chat//app").status, 403);
}

#[test]
fn empty_parameter_is_missing() {
    let server = Server::local();
    for (path, fault) in [
        ("/rtc//publisher/uid/1", "channel is required"),
        ("//rtc//publisher/uid/1/", "channel is required"),
        ("/rtc/room-1/publisher/uid//", "uid is required"),
        ("/rte/room/publisher/uid//7", "uid is required"),
        ("/rtc/room-1//uid/1", "role is incorrect"),
    ] {
        let faults = server.bare(Method::GET, path).faults();
        assert!(faults.len() == 1 && faults[0].starts_with(fault), "{path}: {faults:?}");
    }
}

#[test]
fn unknown_path_is_not_found() {
    let detail = "path: no route matches";
    for path in ["/nowhere", "/token/x", "/Token", "/healthz/x", "/%74oken", "/token%2f", "/%2ftoken", "*"] {
        assert_eq!(
            Server::local().post(path, rtc(json!({})).to_string()).problem(),
            json!({
                "type": "about:blank", "title": "Not Found", "status": 404, "code": "not_found",
                "detail": detail, "error": detail, "requestId": "request-1",
            }),
            "{path}"
        );
    }
}

#[test]
fn wrong_method_lists_allowed_ones() {
    let server = Server::local();
    for method in [Method::GET, Method::PUT, Method::DELETE, Method::PATCH, Method::HEAD, Method::TRACE] {
        let response = server.bare(method.clone(), "/inspect");
        assert_eq!(response.status, 405, "{method}");
        assert_eq!(response.header("allow"), Some("POST, OPTIONS"), "{method}");
    }
    let detail = "method: expected POST, OPTIONS";
    assert_eq!(
        server.bare(Method::GET, "/inspect").problem(),
        json!({
            "type": "about:blank", "title": "Method Not Allowed", "status": 405, "code": "method_not_allowed",
            "detail": detail, "error": detail, "requestId": "request-1",
        })
    );
    let response = server.bare(Method::HEAD, "/token");
    assert_eq!((response.status, response.header("allow")), (405, Some("POST, GET, OPTIONS")));
    for path in ["/", "/healthz", "/ping"] {
        let response = server.bare(Method::POST, path);
        assert_eq!(response.status, 405, "{path}");
        assert_eq!(response.header("allow"), Some("GET, HEAD, OPTIONS"), "{path}");
    }
}

#[test]
fn adapter_learns_rate_limit_of_configuration() {
    let limited = Server::with(&[("RATE_LIMIT", "7")]);
    assert_eq!(limited.app.rate_limit().map(NonZeroU32::get), Some(7));
    assert_eq!(Server::local().app.rate_limit(), None);
}

#[test]
fn head_responds_as_get_without_body() {
    let server = Server::local();
    for path in ["/", "/healthz", "/ping", "/nowhere", "/inspect"] {
        let (get, head) = (server.bare(Method::GET, path), server.bare(Method::HEAD, path));
        assert_eq!(head.status, get.status, "{path}");
        assert_eq!(head.headers, get.headers, "{path}");
        assert!(!get.body.is_empty(), "{path}");
        assert!(head.body.is_empty(), "{path}");
    }
}

#[test]
fn log_line_names_route_without_path() {
    let server = Server::local();
    for (path, route) in [
        ("/token", "/token"),
        ("/token/", "/token"),
        ("/token?secret", "/token"),
        ("/secret", "none"),
        ("/token/secret", "none"),
    ] {
        let response = server.post(path, "{}");
        assert_eq!(response.log()["route"], route, "{path}");
        assert!(!response.log.contains("secret"), "{}", response.log);
    }
    assert_eq!(server.bare(Method::OPTIONS, "/secret").log()["route"], "preflight");
}

#[test]
fn unconfigured_server_issues_nothing_and_logs_why() {
    let server = Server::unconfigured();
    let response = server.token(&rtc(json!({})));
    let detail = "the server is unavailable or not configured; see its log";
    assert_eq!(
        response.problem(),
        json!({
            "type": "about:blank", "title": "Service Unavailable", "status": 503, "code": "unavailable",
            "detail": detail, "error": detail, "requestId": "request-1",
        })
    );
    assert_eq!(response.header("retry-after"), Some("10"));
    assert_eq!(
        response.log(),
        json!({
            "level": "error", "message": "request", "time": NOW, "requestId": "request-1", "method": "POST",
            "route": "/token", "status": 503, "code": "unavailable", "durationUs": 250,
            "cause": "APP_ID is missing: expected 32 hexadecimal digits; APP_CERTIFICATE is missing: expected 32 \
                      hexadecimal digits, or APP_CERTIFICATE_SECRET; AUTH is missing: set AUTH=none, api-key or jwt",
        })
    );
}

#[test]
fn unconfigured_server_is_alive_and_reads_no_body() {
    let server = Server::unconfigured();
    server.bare(Method::GET, "/healthz").ok();
    server.bare(Method::GET, "/ping").ok();
    server.bare(Method::GET, "/").ok();
    assert_eq!(server.bare(Method::OPTIONS, "/token").status, 204);
    assert_eq!(server.bare(Method::GET, "/nowhere").status, 404);
    assert_eq!(server.bare(Method::GET, "/inspect").status, 405);
    assert_eq!(server.post("/token", vec![b' '; 70_000]).status, 413);
    for body in ["", "{}", "[["] {
        assert_eq!(server.post("/token", body).status, 503);
    }
}
