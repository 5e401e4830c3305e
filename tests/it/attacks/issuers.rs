//! Issuers that are slow, down or hostile, and bearers who make the server ask them.

use agora_token_server::api::Step;
use agora_token_server::auth::{KEY_SET_MAX_BYTES, KEY_SET_TIMEOUT};
use agora_token_server::fetch::FetchError;
use serde_json::json;

use super::{Answering, Site, alice, down, good, refused, shop};
use crate::common::issuer::{Key, NOW, claims_with};
use crate::common::server::{Reply, rtc};

fn of_kid(kid: &str) -> String {
    let claims = claims_with(&json!({ "exp": NOW + 200_000 }));
    format!("Bearer {}", Key::ed25519().jwt_of(kid, &claims))
}

fn known() -> String {
    of_kid("ed25519")
}

fn send(site: &Site, credential: &str) -> Reply {
    site.token(credential, &rtc(json!({ "uid": "alice" })))
}

/// The cause and the warning in the log of a 503, which says when to come again.
#[track_caller]
fn unavailable(reply: &Reply) -> (String, Option<String>) {
    assert_eq!((reply.status, reply.problem()["code"].as_str()), (503, Some("unavailable")));
    assert_eq!(reply.header("retry-after"), Some("10"));
    assert!(!String::from_utf8_lossy(&reply.body).contains("key set"));
    let log = reply.log();
    (log["cause"].as_str().unwrap().to_owned(), log["warning"].as_str().map(str::to_owned))
}

#[test]
fn unknown_kids_refetch_at_most_once_minute() {
    let site = Site::new();
    assert_eq!(send(&site, &known()).status, 200);
    assert_eq!(site.fetches.get(), 1);
    for minute in 1..=3 {
        for one in 0..50 {
            site.now.set(NOW + minute * 60 + one);
            let kid = format!("made-up-{minute}-{one}");
            assert_eq!(refused(&send(&site, &of_kid(&kid))), format!("jwt unknown kid {kid:?}"));
            assert_eq!(send(&site, &known()).status, 200, "the others go on");
        }
        assert_eq!(site.fetches.get(), 1 + minute);
    }
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
    let cases: [(Answering, &str); 8] = [
        (|| Ok(vec![b' '; 10_000_000].into()), "key set: expected at most 262144 bytes"),
        (|| Err(FetchError::TooLarge), "key set: expected at most 262144 bytes"),
        (|| Err(FetchError::TimedOut), "key set: timed out"),
        (down, "key set: unreachable"),
        (|| Err(FetchError::Status(302)), "key set: expected status 200, got 302"),
        (|| Ok("<html>".into()), "key set: expected JSON with a list of keys"),
        (|| Ok(r#"{"keys":[]}"#.into()), "key set: expected a list of keys, got an empty one"),
        (
            || Ok(format!(r#"{{"keys":[{}{{}}]}}"#, "{},".repeat(50)).into()),
            "key set: expected at most 50 keys, got 51",
        ),
    ];
    for (answering, expected) in cases {
        let site = Site::new();
        site.issuer.set(answering);
        let (cause, warning) = unavailable(&send(&site, &known()));
        assert_eq!((cause.as_str(), warning), (expected, Some(expected.to_owned())));
        // Not again for each request, but again when the issuer may be reachable.
        for _ in 0..50 {
            unavailable(&send(&site, &known()));
        }
        assert_eq!(site.fetches.get(), 1, "{expected}");
        assert_eq!(send(&site, &shop()).status, 200, "keys need no issuer");
        site.issuer.set(good);
        site.now.set(NOW + 10);
        assert_eq!(send(&site, &known()).status, 200);
    }
}

/// Fifty bad keys must not make a log line that a collector cuts.
#[test]
fn bad_keys_of_key_set_keep_log_line_short() {
    const BAD: [&str; 3] =
        ["{}", r#"{"kty":"oct","k":"AQAB"}"#, r#"{"kty":"EC","kid":"0123456789abcdef","crv":"P-256"}"#];
    let site = Site::new();
    site.issuer.set(|| Ok(format!(r#"{{"keys":[{}]}}"#, [BAD.join(",").as_str(); 16].join(",")).into()));
    let (cause, _) = unavailable(&send(&site, &known()));
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
    let log = send(&site, &known()).log();
    let warning = log["warning"].as_str().unwrap();
    assert_eq!(
        warning.matches(r#"kid "0123456789abcdef" is not used: a malformed key"#).count(),
        8,
        "{warning}"
    );
    assert!(warning.ends_with("key set: 41 further keys are not used"), "{warning}");
}

#[test]
fn symmetric_key_in_key_set_verifies_nothing() {
    let site = Site::new();
    site.issuer.set(|| {
        let jwks =
            [Key::secret().jwk(&json!({ "kid": "s" })), Key::ed25519().jwk(&json!({ "kid": "ed25519" }))];
        Ok(super::key_set(&jwks).into())
    });
    let forged = format!("Bearer {}", Key::secret().jwt_of("s", &claims_with(&json!({}))));
    assert_eq!(
        refused(&send(&site, &forged)),
        "jwt alg: expected an algorithm of public keys, got HS256; set JWT_SECRET, or have the issuer sign with a public key"
    );
    assert_eq!(send(&site, &known()).status, 200);
}

#[test]
fn issuer_down_accepts_known_keys_only() {
    let site = Site::new();
    assert_eq!(send(&site, &known()).status, 200);
    let outages: [(u32, Answering); 2] = [(1, down), (12, || Err(FetchError::TimedOut))];
    for (hours, answering) in outages {
        site.issuer.set(answering);
        site.now.set(NOW + hours * 3600);
        assert_eq!(send(&site, &known()).status, 200);
        let (cause, _) = unavailable(&send(&site, &of_kid("new")));
        assert!(cause.starts_with("key set: "), "{cause}");
        site.fetches.set(0);
        for _ in 0..50 {
            unavailable(&send(&site, &of_kid("new")));
        }
        assert_eq!(site.fetches.get(), 0, "once a minute");
    }
    // A key that was taken back does not live on behind a broken connection.
    site.now.set(NOW + 24 * 3600);
    unavailable(&send(&site, &known()));
}

#[test]
fn withdrawn_key_is_rejected_after_renewal() {
    let site = Site::new();
    assert_eq!(send(&site, &known()).status, 200);
    site.issuer.set(|| Ok(super::key_set(&[Key::rsa().jwk(&json!({ "kid": "rsa" }))]).into()));
    site.now.set(NOW + 600);
    assert_eq!(refused(&send(&site, &known())), r#"jwt unknown kid "ed25519""#);
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
