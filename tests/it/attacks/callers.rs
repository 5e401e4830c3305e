//! The key that a request is counted by: no client can choose it.

use std::cell::RefCell;
use std::collections::HashMap;

use agora_token_server::api::Body;
use http::{HeaderValue, Request};
use serde_json::json;

use super::{SHOP_KEY, Site, alice, sent, shop, signed};
use crate::common::issuer::{Key, claims};
use crate::common::server::rtc;

/// The key that a request is counted by; `None` if it is not counted.
fn key(site: &Site, request: &Request<Body>) -> Option<String> {
    let key = RefCell::new(None);
    site.ask_counted(request, |counted| {
        if counted.charged {
            assert_eq!(key.replace(Some(counted.by)), None, "charged twice");
        }
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
    // Equal names of different kinds are different keys.
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
    // No proxy is trusted, whatever the header says.
    for forged in ["203.0.113.1", "203.0.113.1, 203.0.113.2", "", "unknown"] {
        assert_eq!(address("0", &[forged.as_bytes()]), PEER);
    }
    // One proxy: the entry that it wrote, which is last, in its own header or appended to the client's.
    for line in [
        "198.51.100.7",
        "203.0.113.1, 198.51.100.7",
        "203.0.113.1,203.0.113.2 ,198.51.100.7",
        ", 198.51.100.7",
    ] {
        assert_eq!(address("1", &[line.as_bytes()]), CLIENT, "{line}");
    }
    assert_eq!(address("1", &[b"203.0.113.1", b"198.51.100.7"]), CLIENT);
    for (written, address_of) in [("[2001:db8::1]:443", "2001:db8:"), ("2001:db8::1", "2001:db8:")] {
        let counted = address("1", &[written.as_bytes()]);
        assert!(counted.starts_with(address_of), "{written}: {counted}");
    }
    assert_eq!(address("1", &[b"198.51.100.7:443"]), CLIENT);
    // Bytes that are not UTF-8 do not hide the entry.
    assert_eq!(address("1", &[b"\xff, 198.51.100.7"]), CLIENT);
    assert_eq!(address("1", &[b"203.0.113.1", b"\xff\xfe,198.51.100.7"]), CLIENT);
    // Two proxies: the entry that the outer one wrote.
    assert_eq!(address("2", &[b"203.0.113.1, 198.51.100.7, 10.0.0.1"]), CLIENT);
    assert_eq!(address("2", &[b"203.0.113.1, 198.51.100.7", b"10.0.0.1"]), CLIENT);
    assert_eq!(address("2", &[b"\xff,198.51.100.7,10.0.0.1"]), CLIENT);
    // With fewer entries than proxies, the first: the request came from an inner one.
    assert_eq!(address("2", &[b"198.51.100.7"]), CLIENT);
    // An invalid address counts as the proxy's: one budget for all of them.
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
        // IPv4 clients on a dual-stack socket: each has its own budget.
        ("::ffff:198.51.100.7", "address:198.51.100.7"),
        ("::ffff:198.51.100.8", "address:198.51.100.8"),
    ] {
        site.peer.set(peer);
        assert_eq!(by_credential(&site, "Bearer guess"), expected, "{peer}");
    }
}

#[test]
fn limited_request_gets_retry_after() {
    let response = Site::new().ask_counted(&with_headers(&[]), |_| Some(17));
    assert_eq!((response.status, response.header("retry-after")), (429, Some("17")));
    assert_eq!(response.problem()["code"], "too_many_requests");
}

#[test]
fn disguising_characters_of_subject_are_escaped_in_log() {
    let site = Site::new();
    let sub =
        "a\u{1b}[2J\u{7f}\u{9b}\u{61c}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202e}\u{2066}\u{2069}é漢😀";
    let credential = alice(&json!({ "sub": sub }));
    let request = with_headers(&[("authorization", credential.as_bytes())]);
    let response = site.ask_counted(&request, |_| None);
    let expected = concat!(
        r#""caller":"jwt:a\u001b[2J\u007f\u009b\u061c\u200e\u200f\u2028\u2029"#,
        r#"\u202a\u202e\u2066\u2069é漢😀""#
    );
    assert!(response.log.contains(expected), "{}", response.log);
    // A parser of the line reads the subject unchanged.
    assert_eq!(response.log()["caller"], format!("jwt:{sub}"));
}

/// A limiter that allows each caller this many requests.
struct Budgets(RefCell<HashMap<String, u32>>);

impl Budgets {
    const EACH: u32 = 3;

    fn send(&self, site: &Site, request: &Request<Body>) -> u16 {
        let response = site.ask_counted(request, |counted| {
            let mut spent = self.0.borrow_mut();
            let spent = spent.entry(counted.by).or_default();
            let limited = *spent >= Self::EACH;
            *spent += u32::from(counted.charged && !limited);
            limited.then_some(60)
        });
        response.status
    }
}

#[test]
fn flood_of_bad_signatures_is_not_verified() {
    let signed_by_key = alice(&json!({}));
    let forged = format!("{}AAAA", &signed_by_key[..signed_by_key.len() - 4]);
    let request = |credential: &str| with_headers(&[("authorization", credential.as_bytes())]);
    let (site, budgets) = (Site::with(&[("JWT_UID_CLAIM", "none")]), Budgets(RefCell::default()));
    let send = |credential: &str| budgets.send(&site, &request(credential));
    // A valid JWT does not use the budget of its address.
    assert_eq!(send(&signed_by_key), 200);
    assert_eq!([(); 5].map(|()| send(&forged)), [401, 401, 401, 429, 429]);
    // No signature is verified now, not even a valid one; the cheap checks still run.
    assert_eq!(send(&signed_by_key), 429);
    assert_eq!(send(&shop()), 200);
    assert_eq!(send("Bearer guess"), 429);
    // Other addresses are not affected.
    site.peer.set("192.0.2.2");
    assert_eq!(send(&signed_by_key), 200);
}

#[test]
fn spent_address_fetches_no_key_set() {
    let (site, budgets) = (Site::new(), Budgets(RefCell::default()));
    let send =
        |credential: &str| budgets.send(&site, &with_headers(&[("authorization", credential.as_bytes())]));
    assert_eq!([(); 4].map(|()| send("Bearer guess")), [401, 401, 401, 429]);
    assert_eq!(send(&alice(&json!({}))), 429);
    assert_eq!(site.fetches.get(), 0);
}

#[test]
fn spent_address_has_hmac_jwts_checked() {
    const SECRET: &str = "0123456789abcdef0123456789abcdef";
    let site = Site::with(&[("JWT_JWKS_URL", ""), ("JWT_SECRET", SECRET), ("JWT_UID_CLAIM", "none")]);
    let budgets = Budgets(RefCell::default());
    let send =
        |credential: &str| budgets.send(&site, &with_headers(&[("authorization", credential.as_bytes())]));
    assert_eq!([(); 4].map(|()| send("Bearer guess")), [401, 401, 401, 429]);
    assert_eq!(send(&format!("Bearer {}", Key::secret().jwt(&claims()))), 200);
}
