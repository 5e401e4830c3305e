//! By what requests are counted: nobody chooses that himself.

use std::cell::RefCell;

use agora_token_server::api::Body;
use http::{HeaderValue, Request};
use serde_json::json;

use super::{SHOP_KEY, Site, alice, sent, shop, signed};
use crate::common::issuer::claims;
use crate::common::server::rtc;

/// The key that a request is counted by; `None` where it is not.
fn key(site: &Site, request: &Request<Body>) -> Option<String> {
    let key = RefCell::new(None);
    site.ask_counted(request, |caller| {
        *key.borrow_mut() = Some(caller);
        None
    });
    key.into_inner()
}

fn with_headers(headers: &[(&str, &[u8])]) -> Request<Body> {
    let mut request = Request::post("/token");
    for (name, value) in headers {
        request = request.header(*name, HeaderValue::from_bytes(value).unwrap());
    }
    sent(request, &rtc(json!({})))
}

fn by_credential(site: &Site, credential: &str) -> String {
    key(site, &with_headers(&[("authorization", credential.as_bytes())])).unwrap()
}

#[test]
fn request_counts_by_caller_name_or_address() {
    let site = Site::new();
    assert_eq!(by_credential(&site, &shop()), "key:shop");
    assert_eq!(by_credential(&site, &alice(&json!({}))), "jwt:alice");
    let by_key = with_headers(&[("x-api-key", SHOP_KEY.as_bytes())]);
    assert_eq!(key(&site, &by_key).unwrap(), "key:shop");
    for bad in ["", "Bearer guess", "Bearer key:shop", &alice(&json!({ "exp": 1 }))] {
        assert_eq!(by_credential(&site, bad), "address:192.0.2.1", "{bad}");
    }
    // Names of one kind are not those of another.
    assert_eq!(by_credential(&site, &alice(&json!({ "sub": "key:shop" }))), "jwt:key:shop");
    let free = Site::with(&[("JWT_UID_CLAIM", "none")]);
    let mut nameless = claims();
    nameless.as_object_mut().unwrap().remove("sub");
    assert_eq!(by_credential(&free, &signed(&nameless)), "address:192.0.2.1");
}

#[test]
fn fixed_routes_are_not_counted() {
    let site = Site::new();
    for path in ["/", "/healthz", "/ping", "/openapi.json", "/nowhere"] {
        assert_eq!(key(&site, &super::bare(&http::Method::GET, path)), None);
    }
    assert_eq!(key(&site, &super::bare(&http::Method::OPTIONS, "/token")), None);
    let large = Request::post("/token").body(Body::TooLarge).unwrap();
    assert_eq!(key(&site, &large), None);
}

/// The address that a request with this `X-Forwarded-For` is counted by.
fn address(trusted: &str, lines: &[&[u8]]) -> String {
    let site = Site::with(&[("TRUSTED_PROXIES", trusted)]);
    let headers: Vec<_> = lines.iter().map(|line| ("x-forwarded-for", *line)).collect();
    key(&site, &with_headers(&headers)).unwrap().strip_prefix("address:").unwrap().to_owned()
}

#[test]
fn forged_x_forwarded_for_is_ignored() {
    const PEER: &str = "192.0.2.1";
    const CLIENT: &str = "198.51.100.7";
    // Nobody is trusted: whatever it says.
    for forged in ["203.0.113.1", "203.0.113.1, 203.0.113.2", "", "unknown"] {
        assert_eq!(address("0", &[forged.as_bytes()]), PEER);
    }
    // One proxy: what it wrote, which stands last, on a line of its own or on the client's.
    for line in [
        "198.51.100.7",
        "203.0.113.1, 198.51.100.7",
        "203.0.113.1,203.0.113.2 ,198.51.100.7",
        ", 198.51.100.7",
    ] {
        assert_eq!(address("1", &[line.as_bytes()]), CLIENT, "{line}");
    }
    assert_eq!(address("1", &[b"203.0.113.1", b"198.51.100.7"]), CLIENT);
    // Bytes that are no text hide nothing of it.
    assert_eq!(address("1", &[b"\xff, 198.51.100.7"]), CLIENT);
    assert_eq!(address("1", &[b"203.0.113.1", b"\xff\xfe,198.51.100.7"]), CLIENT);
    // Two proxies: what the outer one wrote.
    assert_eq!(address("2", &[b"203.0.113.1, 198.51.100.7, 10.0.0.1"]), CLIENT);
    assert_eq!(address("2", &[b"203.0.113.1, 198.51.100.7", b"10.0.0.1"]), CLIENT);
    assert_eq!(address("2", &[b"\xff,198.51.100.7,10.0.0.1"]), CLIENT);
    // With fewer entries than proxies, the first: somebody came to an inner one.
    assert_eq!(address("2", &[b"198.51.100.7"]), CLIENT);
    // What is no address counts as the proxy's: one place for all of them.
    for line in ["unknown", "_hidden", "localhost", "198.51.100.7.9", ""] {
        assert_eq!(address("1", &[line.as_bytes()]), PEER, "{line}");
    }
    assert_eq!(address("1", &[]), PEER);
    assert_eq!(address("1", &[b"198.51.100.7:50123"]), CLIENT, "with the port that some proxies add");
    assert_eq!(address("1", &[b"[2001:db8:1:2::5]:443"]), "2001:db8:1:2::/64");
}

#[test]
fn ipv6_client_counts_by_its_64_prefix() {
    let site = Site::new();
    for (peer, expected) in [
        ("2001:db8:1:2:3:4:5:6", "address:2001:db8:1:2::/64"),
        ("2001:db8:1:2::ffff", "address:2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "address:2001:db8:1:3::/64"),
        ("::1", "address:::/64"),
        // As a socket for both kinds sees IPv4 clients: each is one of its own.
        ("::ffff:198.51.100.7", "address:198.51.100.7"),
        ("::ffff:198.51.100.8", "address:198.51.100.8"),
    ] {
        site.peer.set(peer);
        assert_eq!(by_credential(&site, "Bearer guess"), expected, "{peer}");
    }
}

#[test]
fn limited_request_gets_retry_after() {
    let reply = Site::new().ask_counted(&with_headers(&[]), |_| Some(17));
    assert_eq!((reply.status, reply.header("retry-after")), (429, Some("17")));
    assert_eq!(reply.problem()["code"], "too_many_requests");
}

#[test]
fn disguising_characters_of_subject_are_escaped_in_log() {
    let site = Site::new();
    let sub =
        "a\u{1b}[2J\u{7f}\u{9b}\u{61c}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202e}\u{2066}\u{2069}é漢😀";
    let credential = alice(&json!({ "sub": sub }));
    let request = with_headers(&[("authorization", credential.as_bytes())]);
    let reply = site.ask_counted(&request, |_| None);
    let expected = concat!(
        r#""caller":"jwt:a\u001b[2J\u007f\u009b\u061c\u200e\u200f\u2028\u2029"#,
        r#"\u202a\u202e\u2066\u2069é漢😀""#
    );
    assert!(reply.log.contains(expected), "{}", reply.log);
    // A reader of the line gets the subject back.
    assert_eq!(reply.log()["caller"], format!("jwt:{sub}"));
}
