//! `rtm` beside RTC, and the version.

use serde_json::{Value, json};

use crate::common::opened::services;
use crate::common::server::{Server, rtc};

#[track_caller]
fn rtm(members: Value) -> Value {
    let response = Server::local().token(&rtc(members));
    let services = services(&response.token());
    assert_eq!(services.as_array().unwrap().len(), 2);
    assert_eq!(services[0]["type"], "rtc");
    assert_eq!(response.ok()["rtm"], json!({ "userId": services[1]["userId"] }));
    services[1].clone()
}

#[track_caller]
fn refused(members: Value) -> Vec<String> {
    Server::local().token(&rtc(members)).faults()
}

#[test]
fn rtm_true_signs_in_as_uid() {
    let login = |user_id: &str| json!({ "type": "rtm", "userId": user_id, "privileges": { "login": 3600 } });
    assert_eq!(rtm(json!({ "rtm": true })), login("42"));
    assert_eq!(rtm(json!({ "rtm": true, "uid": "42" })), login("42"));
    assert_eq!(rtm(json!({ "rtm": true, "uid": "alice" })), login("alice"));
    assert_eq!(rtm(json!({ "rtm": true, "uid": "a".repeat(64) })), login(&"a".repeat(64)));
}

#[test]
fn rtm_object_signs_in_as_user_id() {
    let user = |user_id: Value| rtm(json!({ "rtm": { "userId": user_id } }))["userId"].take();
    assert_eq!(user(json!("alice-rtm")), "alice-rtm");
    assert_eq!(user(json!(7)), "7");
    assert_eq!(user(json!(0)), "0");
    assert_eq!(user(json!("0")), "0");
    assert_eq!(user(json!("a".repeat(64))), "a".repeat(64));
    assert_eq!(rtm(json!({ "uid": 0, "rtm": { "userId": "alice" } }))["userId"], "alice");
}

#[test]
fn rtm_login_ends_with_token() {
    assert_eq!(
        rtm(json!({ "rtm": true, "privilegeExpireTime": 60 }))["privileges"],
        json!({ "login": 3600 })
    );
}

#[test]
fn rtm_true_with_uid_outside_user_id_is_rejected() {
    assert_eq!(
        refused(json!({ "rtm": true, "uid": 0 })),
        ["rtm: true signs in as the uid, but uid 0 names no user; send { \"userId\": text }"]
    );
    assert_eq!(
        refused(json!({ "rtm": true, "uid": "a".repeat(65) })),
        ["rtm: true signs in as the uid, which is not a user ID: expected at most 64 bytes, got 65; send \
          { \"userId\": text }"]
    );
    // An invalid uid is one fault, not two.
    assert_eq!(refused(json!({ "rtm": true, "uid": "" })), ["uid is required"]);
}

#[test]
fn rtm_of_other_type_is_rejected() {
    for (rtm, shown) in [
        (json!(false), "false"),
        (json!(null), "null"),
        (json!(1), "1"),
        (json!("alice"), "\"alice\""),
        (json!([]), "a list"),
    ] {
        assert_eq!(
            refused(json!({ "rtm": rtm })),
            [format!("rtm: expected true or {{ \"userId\": text }}, got {shown}")]
        );
    }
}

#[test]
fn user_id_outside_bounds_is_rejected() {
    let user = |user_id: Value| refused(json!({ "rtm": { "userId": user_id } }));
    assert_eq!(refused(json!({ "rtm": {} })), ["rtm.userId is required"]);
    assert_eq!(user(json!(null)), ["rtm.userId is required"]);
    assert_eq!(user(json!("")), ["rtm.userId is required"]);
    assert_eq!(user(json!("a".repeat(65))), ["rtm.userId: expected at most 64 bytes, got 65"]);
    assert_eq!(user(json!("é".repeat(33))), ["rtm.userId: expected at most 64 bytes, got 66"]);
    for (user_id, shown) in
        [(json!(-5), "-5"), (json!(1.5), "1.5"), (json!(true), "true"), (json!([]), "a list")]
    {
        assert_eq!(user(user_id), [format!("rtm.userId: expected text or an integer from 0, got {shown}")]);
    }
    assert_eq!(refused(json!({ "rtm": { "userId": "a", "uid": 1 } })), ["rtm.uid is unknown"]);
}

#[test]
fn version_other_than_007_or_006_is_rejected() {
    let server = Server::local();
    assert_eq!(server.token(&rtc(json!({ "version": "007" }))).ok()["version"], "007");
    assert_eq!(server.token(&rtc(json!({ "version": "006" }))).ok()["version"], "006");
    for (version, shown) in
        [(json!("7"), "\"7\""), (json!(7), "7"), (json!("005"), "\"005\""), (json!(null), "null")]
    {
        assert_eq!(
            refused(json!({ "version": version })),
            [format!("version: expected \"007\" or \"006\", got {shown}")]
        );
    }
}
