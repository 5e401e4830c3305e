//! Issuers that are slow, down or hostile, and callers that cause fetches from them.

use agora_token_server::api::Step;
use agora_token_server::auth::{KEY_SET_MAX_BYTES, KEY_SET_TIMEOUT};
use agora_token_server::fetch::FetchError;
use serde_json::json;

use super::{Answering, Site, alice, good, shop};
use crate::common::issuer::{Key, NOW};
use crate::common::server::{Response, rtc};

fn send(site: &Site, credential: &str) -> Response {
    site.token(credential, &rtc(json!({ "uid": "alice" })))
}

/// The cause and the warning in the log of a 503, which has a `Retry-After`.
#[track_caller]
fn unavailable(response: &Response) -> (String, Option<String>) {
    assert_eq!((response.status, response.problem()["code"].as_str()), (503, Some("unavailable")));
    assert_eq!(response.header("retry-after"), Some("10"));
    assert!(!String::from_utf8_lossy(&response.body).contains("key set"));
    let log = response.log();
    (log["cause"].as_str().unwrap().to_owned(), log["warning"].as_str().map(str::to_owned))
}

#[test]
fn other_credentials_fetch_no_key_set() {
    let site = Site::new();
    for credential in [&shop(), "Bearer a.b.c", "Bearer wrong-key-wrong-key", ""] {
        send(&site, credential);
    }
    assert_eq!(site.fetches.get(), 0);
}

#[test]
fn unusable_key_set_makes_service_unavailable() {
    let cases: [(Answering, &str); 4] = [
        (|| Ok(vec![b' '; 10_000_000].into()), "key set: expected at most 262144 bytes"),
        (|| Err(FetchError::TimedOut), "key set: timed out"),
        (|| Err(FetchError::Status(302)), "key set: expected status 200, got 302"),
        (|| Ok("<html>".into()), "key set: expected JSON with a list of keys"),
    ];
    for (answering, expected) in cases {
        let site = Site::new();
        site.issuer.set(answering);
        let (cause, warning) = unavailable(&send(&site, &alice(&json!({}))));
        assert_eq!((cause.as_str(), warning), (expected, Some(expected.to_owned())));
        // Fetched again after the pause, not for each request.
        for _ in 0..50 {
            unavailable(&send(&site, &alice(&json!({}))));
        }
        assert_eq!(site.fetches.get(), 1, "{expected}");
        assert_eq!(send(&site, &shop()).status, 200, "keys need no issuer");
        site.issuer.set(good);
        site.now.set(NOW + 10);
        assert_eq!(send(&site, &alice(&json!({}))).status, 200);
    }
}

/// Fifty invalid keys must not make a log line so long that a collector cuts it.
#[test]
fn bad_keys_of_key_set_keep_log_line_short() {
    const BAD: [&str; 3] =
        ["{}", r#"{"kty":"oct","k":"AQAB"}"#, r#"{"kty":"EC","kid":"0123456789abcdef","crv":"P-256"}"#];
    let site = Site::new();
    site.issuer.set(|| Ok(format!(r#"{{"keys":[{}]}}"#, [BAD.join(",").as_str(); 16].join(",")).into()));
    let (cause, _) = unavailable(&send(&site, &alice(&json!({}))));
    assert_eq!(
        cause,
        "key set: expected a usable key, got none; expected RSA, P-256, P-384 or Ed25519, got another type; \
         a secret (oct); replace it, it is public; a malformed key",
    );

    let site = Site::new();
    site.issuer.set(|| {
        let good = Key::ed25519().jwk(&json!({ "kid": "ed25519" }));
        Ok(format!(r#"{{"keys":[{good},{}]}}"#, [BAD[2]; 49].join(",")).into())
    });
    let log = send(&site, &alice(&json!({}))).log();
    let warning = log["warning"].as_str().unwrap();
    assert_eq!(
        warning.matches(r#"kid "0123456789abcdef" is not used: a malformed key"#).count(),
        8,
        "{warning}"
    );
    assert!(warning.ends_with("key set: 41 further keys are not used"), "{warning}");
}

#[test]
fn key_set_fetch_has_timeout_and_size() {
    let site = Site::new();
    let (request, context) = (super::post("/token", &alice(&json!({})), &rtc(json!({}))), site.context());
    let Step::Count(count) = site.server.app.begin(&request, &context) else { panic!("a count is due") };
    let Step::Fetch(fetching) = count.allow() else { panic!("a fetch is due") };
    let due = fetching.request();
    assert_eq!((due.timeout, due.max_bytes), (KEY_SET_TIMEOUT, KEY_SET_MAX_BYTES));
    assert_eq!(due.header, None);
    assert!(due.timeout.as_secs() <= 3 && due.max_bytes < 1_000_000);
}
