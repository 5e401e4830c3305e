//! Callers with integer uids derived from their subjects: the identities that they may use, on every kind of route.

use serde_json::{Value, json};

use super::{Site, alice, forbidden, get, post};
use crate::common::server::{rtc, rtc_without};

/// HMAC-SHA256 of the key below over the tests' issuer and `alice`.
const UID: u32 = 1_763_132_238;

fn site() -> Site {
    Site::with(&[("UID_KEY", "0123456789abcdef0123456789abcdef")])
}

fn token(changes: Value) -> super::Response {
    site().token(&alice(&json!({})), &rtc(changes))
}

#[test]
fn own_integer_and_account_are_granted() {
    for uid in [json!(UID), json!(UID.to_string()), json!("alice")] {
        let response = token(json!({ "uid": uid }));
        assert_eq!(response.status, 200, "{uid}");
    }
    for companion in [json!({ "userId": "alice" }), json!({ "userId": UID.to_string() }), json!(true)] {
        for name in ["rtm", "chat"] {
            assert_eq!(token(json!({ "uid": UID, name: companion })).status, 200, "{name} {companion}");
        }
    }
}

#[test]
fn missing_uid_is_filled_in_where_response_carries_it() {
    for body in [
        rtc_without("uid"),
        rtc(json!({ "uid": 0 })),
        rtc(json!({ "uid": "0" })),
        rtc(json!({ "uid": null })),
    ] {
        let response = site().token(&alice(&json!({})), &body);
        assert_eq!(response.ok()["uid"], UID, "{body}");
        assert_eq!(response.log()["uid"], UID.to_string(), "the log names the integer");
    }
    let credential = alice(&json!({}));
    let site = site();
    let express = site.send(&post("/rtctoken", &credential, &json!({ "channel": "room-1" })));
    assert_eq!(express.ok()["uid"], UID);
    for path in ["/get_config?channel=room-1", "/get_config?channel=room-1&uid=0"] {
        assert_eq!(site.send(&get(path, &credential)).ok()["data"]["uid"], UID.to_string(), "{path}");
    }
    for path in ["/api/generate-agora-token?channel=room-1", "/token?channel=room-1"] {
        assert_eq!(site.send(&get(path, &credential)).ok()["uid"], UID.to_string(), "{path}");
    }
}

#[test]
fn missing_uid_is_refused_where_client_would_not_learn_it() {
    let (site, credential) = (site(), alice(&json!({})));
    let refused = |response: super::Response| response.forbidden();
    for path in
        ["/rtc/room-1/publisher/uid/0", "/rte/room-1/publisher/uid/0/alice", "/access_token?channel=room-1"]
    {
        let (rule, detail) = refused(site.send(&get(path, &credential)));
        assert_eq!(
            (rule.as_str(), detail.as_str()),
            ("uid", "uid: request your uid first: POST /token without uid"),
            "{path}"
        );
    }
    let toolbox = post("/v2/token/generate", &credential, &json!({ "channelName": "room-1" }));
    assert_eq!(refused(site.send(&toolbox)).0, "uid");
}

#[test]
fn other_identities_are_refused() {
    for changes in [
        json!({ "uid": UID + 1 }),
        json!({ "uid": "bob" }),
        json!({ "uid": UID, "rtm": { "userId": "bob" } }),
        json!({ "uid": UID, "chat": { "userId": "bob" } }),
    ] {
        let (rule, _) = forbidden(&token(changes.clone()));
        assert_eq!(rule, "uid", "{changes}");
    }
    assert_eq!(token(json!({ "uid": true })).faults().len(), 1, "not a missing uid");
    // A subject of digits could equal another user's integer: only its own derived integer is accepted.
    let credential = alice(&json!({ "sub": "42" }));
    assert_eq!(forbidden(&site().token(&credential, &rtc(json!({ "uid": 42 })))).0, "uid");
    let rtm = json!({ "tokenType": "rtm", "uid": "42", "expireTime": 60 });
    assert_eq!(forbidden(&site().token(&credential, &rtm)).0, "uid");
}
