//! `GET /metrics` on its own port, and what metrics count of a request.

use std::time::Duration;

use agora_token_server::api::{Body, LogLine, Outcome, Unread, check_framing};
use bytes::Bytes;
use http::{Method, Request};
use serde_json::{Value, json};

use crate::common::server::{NOW, SALT, Server, context};

const EXPOSITION: &str = "# EOF\n";

fn scrape(server: &Server, method: Method, path: &str, host: &str) -> (u16, String, Outcome) {
    let request = Request::builder().method(method).uri(path).header("host", host);
    let request = request.body(Body::Whole(Bytes::new())).unwrap();
    let answer = server.app.metrics(&request, &context(NOW, SALT), || EXPOSITION.to_owned());
    let body = String::from_utf8(answer.response.body().to_vec()).unwrap();
    (answer.response.status().as_u16(), body, answer.log.outcome())
}

#[test]
fn metrics_are_exposed_to_hosts_that_cannot_be_rebound() {
    let server = Server::with(&[("METRICS_PORT", "9464"), ("ALLOWED_HOSTS", "metrics.example")]);
    for host in ["127.0.0.1:9464", "[::1]:9464", "192.0.2.1", "localhost", "a.localhost", "METRICS.example:1"]
    {
        let (status, body, _) = scrape(&server, Method::GET, "/metrics", host);
        assert_eq!((status, body.as_str()), (200, EXPOSITION), "{host}");
    }
    for host in ["rebound.example", "metrics.example.org", ""] {
        let (status, body, outcome) = scrape(&server, Method::GET, "/metrics", host);
        let problem: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((status, &problem["rule"]), (403, &"origin".into()), "{host}");
        assert_eq!((outcome.code, outcome.rule), (Some("forbidden"), Some("origin")));
    }
    assert_eq!(scrape(&server, Method::HEAD, "/metrics", "localhost").1, "");
}

#[test]
fn metrics_port_has_one_route() {
    let server = Server::with(&[("METRICS_PORT", "9464")]);
    for path in ["/", "/token", "/healthz", "/metrics/x"] {
        let (status, _, outcome) = scrape(&server, Method::GET, path, "localhost");
        assert_eq!((status, outcome.route), (404, "none"), "{path}");
    }
    let (status, _, outcome) = scrape(&server, Method::POST, "/metrics", "localhost");
    assert_eq!((status, outcome.route, outcome.code), (405, "/metrics", Some("method_not_allowed")));
    assert_eq!(server.bare(Method::GET, "/metrics").status, 404);
}

#[test]
fn ambiguous_head_is_rejected_on_every_route() {
    let server = Server::with(&[("METRICS_PORT", "9464")]);
    let request = |path: &str| {
        let request = Request::get(path).header("host", "a").header("host", "b").body(()).unwrap();
        let fault = check_framing(request.headers()).unwrap_err();
        request.map(|()| Body::Misframed(fault))
    };
    for path in ["/token", "/healthz", "/nowhere"] {
        assert_eq!(server.send(&request(path)).faults(), ["Host: expected one, got 2"], "{path}");
    }
    let answer = server.app.metrics(&request("/metrics"), &context(NOW, SALT), String::new);
    assert_eq!(answer.response.status(), 400);
}

#[test]
fn ambiguous_head_names_its_header() {
    for (headers, fault) in [
        (&[("host", "example.com:8080")][..], Ok(())),
        (&[("host", "[::1]"), ("transfer-encoding", "Chunked")], Ok(())),
        (&[], Err("Host: expected one, got none")),
        (&[("host", "a"), ("host", "b"), ("host", "c")], Err("Host: expected one, got 3")),
        (&[("host", "user@example.com")], Err("Host: expected a host name or address")),
        (&[("host", ":8080")], Err("Host: expected a host name or address")),
        (&[("host", "a b")], Err("Host: expected a host name or address")),
        (&[("host", "")], Err("Host: expected a host name or address")),
        (
            &[("host", "a"), ("transfer-encoding", "gzip")],
            Err("Transfer-Encoding: expected chunked and nothing else"),
        ),
        (
            &[("host", "a"), ("transfer-encoding", "chunked"), ("transfer-encoding", "chunked")],
            Err("Transfer-Encoding: expected chunked and nothing else"),
        ),
    ] {
        let mut request = Request::get("/token");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(()).unwrap();
        let found = check_framing(request.headers()).map_err(|fault| {
            let response = Server::local().send(&request.map(|()| Body::Misframed(fault)));
            response.faults().concat()
        });
        assert_eq!(found, fault.map_err(str::to_owned), "{headers:?}");
    }
}

#[test]
fn unread_head_is_logged_with_status_and_cause() {
    for (why, status, cause) in [
        (Unread::HeadTooLarge, json!(431), "head: above the limit"),
        (Unread::HeadMalformed, json!(400), "head: expected HTTP/1.1"),
        (Unread::Http2, json!(null), "head: expected HTTP/1.1, got HTTP/2"),
        (Unread::HeadTimedOut, json!(null), "head: not received in time"),
    ] {
        let line = LogLine::unread(why, &context(NOW, SALT)).to_json(Duration::ZERO);
        let line: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(
            (&line["level"], &line["status"], &line["cause"]),
            (&json!("warn"), &status, &json!(cause))
        );
        assert_eq!(line.get("method"), None, "{line}");
    }
}

#[test]
fn outcome_names_route_status_code_rule_and_type() {
    let server = Server::local();
    let outcome = |method: Method, path: &str, body: &str| {
        let request = Request::builder().method(method).uri(path);
        let request = request.body(Body::Whole(Bytes::copy_from_slice(body.as_bytes()))).unwrap();
        server.outcome(&request)
    };
    let good = r#"{"channel":"room-1","role":"publisher","uid":42,"expireTime":60}"#;
    let of =
        |route, status| Outcome { route, status: Some(status), code: None, rule: None, token_type: None };
    let issued = Outcome { token_type: Some("rtc"), ..of("/token", 200) };
    assert_eq!(outcome(Method::POST, "/token", good), issued);
    let drop_in = Outcome { token_type: Some("rtc"), ..of("/rtc/:channel/:role/:tokentype/:uid", 200) };
    assert_eq!(outcome(Method::GET, "/rtc/room-1/publisher/uid/42", ""), drop_in);
    let malformed = Outcome { code: Some("malformed_json"), ..of("/token", 400) };
    assert_eq!(outcome(Method::POST, "/token", "{"), malformed);
    let wildcard = good.replace("room-1", "*");
    let forbidden = Outcome { code: Some("forbidden"), rule: Some("wildcard"), ..of("/token", 403) };
    assert_eq!(outcome(Method::POST, "/token", &wildcard), forbidden);
    let nowhere = Outcome { code: Some("not_found"), ..of("none", 404) };
    assert_eq!(outcome(Method::GET, "/room-1/secret", ""), nowhere);
    assert_eq!(outcome(Method::OPTIONS, "/token", ""), of("preflight", 204));
}
