//! `GET /`: a few lines of JSON, and the page on the local server. tests/page/ tests the page in a
//! browser.

use crate::common::server::{Platform, Response, Server, config};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::Method;
use serde_json::json;
use sha2::{Digest, Sha256};

const MOST_BYTES: usize = 40_000;

fn with_page(server: Server) -> Server {
    Server::of(server.app.with_page())
}

fn page() -> Response {
    with_page(Server::local()).bare(Method::GET, "/")
}

fn html() -> String {
    String::from_utf8(page().body).unwrap()
}

#[test]
fn home_without_page_is_json() {
    let lambda = config(
        Platform::Lambda,
        &[("AUTH", "none"), ("APP_ID", &"a".repeat(32)), ("APP_CERTIFICATE", &"b".repeat(32))],
    );
    let lambda = Server::of(agora_token_server::api::App::new(Ok(lambda.unwrap().0)));
    for server in [Server::local(), lambda, Server::unconfigured()] {
        let response = server.bare(Method::GET, "/");
        assert_eq!(
            response.ok(),
            json!({
                "name": "agora-token-server", "version": env!("CARGO_PKG_VERSION"), "token": "POST /token",
                "inspect": "POST /inspect", "description": "GET /openapi.json", "health": "GET /healthz",
            })
        );
        assert_eq!(response.header("content-security-policy"), None);
    }
}

#[test]
fn home_with_page_has_strict_csp() {
    let response = page();
    assert_eq!(response.status, 200);
    assert_eq!(response.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(response.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(response.header("cache-control"), Some("no-store"));
    let html = html();
    let hash = |tag: &str| {
        let (start, end) = (format!("<{tag}>"), format!("</{tag}>"));
        assert_eq!((html.matches(&start).count(), html.matches(&end).count()), (1, 1), "{tag}");
        let inside = html.split_once(&start).unwrap().1.split_once(&end).unwrap().0;
        BASE64_STANDARD.encode(Sha256::digest(inside))
    };
    let policy = format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; img-src data:; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
         trusted-types 'none'",
        hash("script"),
        hash("style"),
    );
    assert_eq!(response.header("content-security-policy"), Some(policy.as_str()));
}

/// The page asks for the credentials that the server accepts.
#[test]
fn page_states_what_authenticates_callers() {
    let secret = "ab".repeat(32);
    let (key, keys) = (("AUTH", "api-key"), ("API_KEYS", &format!("shop:{}", "cd".repeat(32))[..]));
    let jwt =
        [("JWT_SECRET", &secret[..]), ("JWT_ISSUER", "https://issuer.example/"), ("JWT_AUDIENCE", "agora")];
    let with = |variables: &[&[(&str, &str)]]| Server::with(&variables.concat());
    for (server, state) in [
        (with(&[&[("AUTH", "none")]]), "none"),
        (with(&[&[key, keys]]), "api-key"),
        (with(&[&[("AUTH", "jwt")], &jwt]), "jwt"),
        (with(&[&[("AUTH", "api-key,jwt"), keys], &jwt]), "api-key,jwt"),
        (Server::unconfigured(), "missing"),
    ] {
        let html = String::from_utf8(with_page(server).bare(Method::GET, "/").body).unwrap();
        assert!(html.contains(&format!("data-state=\"{state}\"")), "{state}");
    }
}

#[test]
fn page_is_small_and_needs_no_csp_exception() {
    let html = html();
    assert!(html.len() < MOST_BYTES, "{} bytes", html.len());
    assert!(html.starts_with("<!doctype html>"));
    for refused in [
        "<script ",
        "<style ",
        " style=",
        " onclick",
        " onsubmit",
        "innerHTML",
        "outerHTML",
        "document.write",
        "eval(",
        "localStorage",
        "sessionStorage",
        "cookie",
    ] {
        assert!(!html.contains(refused), "{refused}");
    }
}

#[test]
fn page_leaves_other_routes_unchanged() {
    let (bare, full) = (Server::local(), with_page(Server::local()));
    for path in ["/healthz", "/ping", "/nowhere"] {
        assert_eq!(full.bare(Method::GET, path).body, bare.bare(Method::GET, path).body, "{path}");
    }
    let post = full.bare(Method::POST, "/");
    assert_eq!((post.status, post.header("allow")), (405, Some("GET, HEAD, OPTIONS")));
    let head = full.bare(Method::HEAD, "/");
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.headers, page().headers);
}
