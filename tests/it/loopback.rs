//! Which hosts and pages a server on a loopback address answers while it issues a real project's tokens
//! without authentication.

use agora_token_server::api::Body;
use http::{Method, Request};
use serde_json::json;

use crate::common::server::{APP_ID, CERTIFICATE, Response, Server};

const OWN: [(&str, &str); 3] =
    [("APP_ID", "0123456789abcdef0123456789abcdef"), ("APP_CERTIFICATE", CERTIFICATE), ("AUTH", "none")];

fn server(more: &[(&str, &str)]) -> Server {
    Server::with(&[&OWN, more].concat())
}

fn ask(server: &Server, headers: &[(&str, &str)], method: &Method) -> Response {
    let mut request =
        Request::builder().method(method).uri("/token").header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = json!({ "channel": "room-1", "role": "publisher", "uid": 42, "expireTime": 60 }).to_string();
    server.send(&request.body(Body::Whole(body.into())).unwrap())
}

fn status(server: &Server, headers: &[(&str, &str)]) -> u16 {
    ask(server, headers, &Method::POST).status
}

#[test]
fn host_that_cannot_be_rebound_passes() {
    let server = server(&[("ALLOWED_HOSTS", "dev.example")]);
    for host in [
        "127.0.0.1:8080",
        "127.0.0.1",
        "[::1]:8080",
        "192.168.1.7:8080",
        "10.0.2.2:8080",
        "localhost:8080",
        "LocalHost",
        "app.localhost:8080",
        "dev.example",
        "Dev.Example:8080",
    ] {
        assert_eq!(status(&server, &[("host", host)]), 200, "{host}");
    }
}

#[test]
fn host_of_internet_page_is_rejected() {
    let server = server(&[("ALLOWED_HOSTS", "dev.example"), ("CORS_ALLOW_ORIGIN", "https://app.example")]);
    for host in [
        "evil.example",
        "evil.example:8080",
        "localhost.evil.example",
        "notlocalhost",
        "127.0.0.1.evil.example",
        "x.dev.example",
        "",
        "dev.example.",
        "a b",
    ] {
        let response = ask(&server, &[("host", host), ("origin", "https://app.example")], &Method::POST);
        assert_eq!(
            response.forbidden(),
            (
                "origin".to_owned(),
                "host: expected an IP address, localhost or a name in ALLOWED_HOSTS".to_owned()
            ),
            "{host}"
        );
        assert_eq!(response.header("access-control-allow-origin"), None);
    }
    assert_eq!(status(&server, &[]), 403, "no host");
}

#[test]
fn page_of_this_machine_or_same_host_passes() {
    let server = server(&[]);
    for (host, origin) in [
        ("localhost:8080", "http://localhost:5173"),
        ("127.0.0.1:8080", "http://localhost:3000"),
        ("127.0.0.1:8080", "http://127.0.0.1:5173"),
        ("localhost:8080", "http://[::1]:5173"),
        ("localhost:8080", "http://app.localhost"),
        ("localhost:8080", "capacitor://localhost"),
        ("10.0.2.2:8080", "http://10.0.2.2:5173"),
    ] {
        let response = ask(&server, &[("host", host), ("origin", origin)], &Method::POST);
        assert_eq!(response.status, 200, "{host} {origin}");
        assert_eq!(response.header("access-control-allow-origin"), Some(origin));
        assert_eq!(response.header("vary"), Some("Origin"));
    }
    assert_eq!(status(&server, &[("host", "localhost")]), 200, "no page");
}

#[test]
fn other_page_is_rejected_and_cannot_read_why() {
    for (more, origin) in [
        ([].as_slice(), "https://evil.example"),
        (&[], "null"),
        (&[], "http://10.0.2.3:5173"),
        (&[], "http://localhost.evil.example"),
        (&[("CORS_ALLOW_ORIGIN", "*")], "https://evil.example"),
        (&[("CORS_ALLOW_ORIGIN", "https://app.example")], "https://evil.example"),
    ] {
        let server = server(more);
        let headers = [("host", "10.0.2.2:8080"), ("origin", origin)];
        let response = ask(&server, &headers, &Method::POST);
        assert_eq!(response.forbidden().0, "origin", "{origin}");
        assert_eq!(response.header("access-control-allow-origin"), None);
        let preflight = ask(&server, &headers, &Method::OPTIONS);
        assert_eq!((preflight.status, preflight.header("access-control-allow-origin")), (204, None));
    }
}

#[test]
fn listed_page_passes() {
    let server = server(&[("CORS_ALLOW_ORIGIN", "https://app.example")]);
    let response = ask(&server, &[("host", "localhost"), ("origin", "https://app.example")], &Method::POST);
    assert_eq!(
        (response.status, response.header("access-control-allow-origin")),
        (200, Some("https://app.example"))
    );
}

#[test]
fn other_servers_check_no_host() {
    let foreign = [("host", "evil.example"), ("origin", "https://evil.example")];
    let key = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    let keys = format!("backend:{key}");
    assert_eq!(status(&Server::local(), &foreign), 200, "the public test project");
    let test = [("APP_ID", APP_ID), ("APP_CERTIFICATE", CERTIFICATE), ("AUTH", "none")];
    assert_eq!(status(&Server::with(&test), &foreign), 200, "the public test project, named");
    let authenticates = Server::with(&[OWN[0], OWN[1], ("AUTH", "api-key"), ("API_KEYS", &keys)]);
    assert_eq!(status(&authenticates, &foreign), 401);
}
