//! `chat` beside RTC.

use serde_json::{Value, json};

use crate::common::opened::services;
use crate::common::server::{EVERY_TYPE, NOW, Response, Server, rtc};

fn send(members: Value) -> Response {
    Server::with(&[("ALLOWED_TOKEN_TYPES", EVERY_TYPE)]).token(&rtc(members))
}

/// The types of the services, the Chat service, and the response's `chat`.
#[track_caller]
fn chat(members: Value) -> (Vec<String>, Value, Value) {
    let response = send(members);
    let services = services(&response.token());
    let services = services.as_array().unwrap();
    let types = services.iter().map(|service| service["type"].as_str().unwrap().to_owned()).collect();
    let chat = services.iter().find(|service| service["type"] == "chat").unwrap();
    (types, chat.clone(), response.ok()["chat"].clone())
}

fn service(user_id: &str) -> Value {
    json!({ "type": "chat", "userId": user_id, "privileges": { "user": 3600 } })
}

#[test]
fn chat_beside_rtc_signs_in_as_uid_or_user_id() {
    for (members, user_id) in [
        (json!({ "chat": true }), "42"),
        (json!({ "chat": true, "uid": "42" }), "42"),
        (json!({ "chat": true, "uid": "Alice" }), "Alice"),
        (json!({ "chat": { "userId": "a_b-c.d" } }), "a_b-c.d"),
        (json!({ "chat": { "userId": 7 }, "uid": 0 }), "7"),
        (json!({ "chat": { "userId": "7" }, "privilegeExpireTime": 60 }), "7"),
    ] {
        let (types, chat, said) = chat(members);
        assert_eq!(types, ["rtc", "chat"]);
        assert_eq!(chat, service(user_id));
        assert_eq!(said, json!({ "userId": user_id }));
    }
}

#[test]
fn chat_is_added_to_every_other_service() {
    let both = json!({ "rtm": { "userId": "a b" }, "chat": { "userId": "ab" } });
    assert_eq!(
        chat(both.clone()),
        (["rtc", "rtm", "chat"].map(Into::into).into(), service("ab"), json!({ "userId": "ab" }))
    );
    let response = send(both);
    assert_eq!(
        response.ok(),
        json!({
            "token": response.token(), "tokenType": "rtc", "version": "007",
            "appId": crate::common::server::APP_ID, "channel": "room-1", "uid": 42, "role": "publisher",
            "rtm": { "userId": "a b" }, "chat": { "userId": "ab" },
            "issuedAt": NOW, "expireTime": 3600, "expiresAt": NOW + 3600,
        })
    );
    for kind in ["convoai", "stt"] {
        let (types, chat, _) = chat(json!({ "tokenType": kind, "chat": true }));
        assert_eq!(types, ["rtc", "rtm", "chat", kind]);
        assert_eq!(chat, service("42"));
    }
}

#[test]
fn chat_outside_its_form_is_rejected() {
    let form = "expected true or { \"userId\": text }";
    for (chat, fault) in [
        (json!(false), format!("chat: {form}, got false")),
        (json!(null), format!("chat: {form}, got null")),
        (json!("alice"), format!("chat: {form}, got \"alice\"")),
        (json!({}), "chat.userId is required".to_owned()),
        (
            json!({ "userId": "a b" }),
            "chat.userId: expected letters, digits, _, - and ., got ' ' at position 1".to_owned(),
        ),
        (json!({ "userId": "a", "uid": 1 }), "chat.uid is unknown".to_owned()),
    ] {
        assert_eq!(send(json!({ "chat": chat })).faults(), [fault]);
    }
    let uid_0 = "chat: true signs in as the uid, but uid 0 names no user; send { \"userId\": text }";
    assert_eq!(send(json!({ "chat": true, "uid": 0 })).faults(), [uid_0]);
    assert_eq!(
        send(json!({ "chat": true, "uid": "a b" })).faults(),
        [
            "chat: true signs in as the uid, which is not a user ID: expected letters, digits, _, - and ., got ' ' at \
          position 1; send { \"userId\": text }"
        ]
    );
    let one_service = "chat: a 006 token has one service; request a token for each";
    assert_eq!(send(json!({ "chat": true, "version": "006" })).faults(), [one_service]);
    let foreign = json!({ "tokenType": "rtm", "uid": "a", "chat": true, "expireTime": 60 });
    assert_eq!(Server::local().token(&foreign).faults(), ["chat: belongs to tokenType rtc, not to rtm"]);
}

#[test]
fn chat_beside_rtc_needs_chat_user_allowed() {
    let server = Server::with(&[("ALLOWED_TOKEN_TYPES", "rtc,rtm")]);
    let (rule, detail) = server.token(&rtc(json!({ "chat": true, "rtm": true }))).forbidden();
    assert_eq!((rule.as_str(), detail.as_str()), ("tokenType", "tokenType: chat-user is not allowed"));
    assert_eq!(Server::local().token(&rtc(json!({ "chat": true }))).status, 200);
}
