//! All faults of a body are reported at once, and unknown fields are rejected.

use serde_json::{Value, json};

use crate::common::server::{Server, rtc};

#[track_caller]
fn faults(body: &str) -> Vec<String> {
    Server::local().post("/token", body).faults()
}

#[test]
fn empty_object_gets_every_missing_field() {
    let response = Server::local().token(&json!({}));
    let detail = "expireTime is required; channel is required; role is incorrect, expected publisher or \
                  subscriber; uid is required";
    assert_eq!(
        response.problem(),
        json!({
            "type": "about:blank", "title": "Bad Request", "status": 400, "code": "invalid_request",
            "detail": detail, "error": detail, "requestId": "request-1",
            "errors": [
                { "field": "expireTime", "detail": "expireTime is required" },
                { "field": "channel", "detail": "channel is required" },
                { "field": "role", "detail": "role is incorrect, expected publisher or subscriber" },
                { "field": "uid", "detail": "uid is required" },
            ],
        })
    );
}

#[test]
fn every_invalid_field_is_reported_at_once() {
    let body = json!({
        "version": "008", "expireTime": 0, "channel": "a/b", "role": "boss", "uid": -1,
        "privileges": { "joinChannel": -1, "publish": 1 }, "rtm": false, "hobby": "knitting",
    });
    assert_eq!(
        Server::local().token(&body).faults(),
        [
            "version: expected \"007\" or \"006\", got \"008\"",
            "expireTime: expected 1 to 86400, got 0",
            "channel: expected letters, digits, spaces and !#$%&()+,-.:;<=>?@[]^_{|}~, got '/' at position 1",
            "role is incorrect: \"boss\", expected publisher or subscriber",
            "uid: expected an integer from 0 to 4294967295, got -1",
            "privileges.joinChannel: expected 0 to 86400, got -1",
            "privileges.publish is unknown",
            "rtm: expected true or { \"userId\": text }, got false",
            "hobby is unknown",
        ]
    );
}

#[test]
fn unknown_field_is_named() {
    let refused = |members: Value| Server::local().token(&rtc(members)).faults();
    assert_eq!(refused(json!({ "expiretime": 60 })), ["expiretime is unknown"]);
    assert_eq!(refused(json!({ "Channel": null })), ["Channel is unknown"]);
    assert_eq!(refused(json!({ "channelName": "a" })), ["channelName is unknown"]);
    assert_eq!(refused(json!({ "": 1 })), ["\"\" is unknown"]);
    assert_eq!(refused(json!({ "x": 1, "y": 2 })), ["x is unknown", "y is unknown"]);
}

#[test]
fn unknown_field_near_missing_one_gets_hint() {
    let valid = rtc(json!({}));
    for (field, unknown) in [
        ("channel", "channelName"),
        ("channel", "channel_name"),
        ("channel", "Channel"),
        ("channel", "chanel"),
        ("channel", "chnnl"),
        ("uid", "userId"),
        ("uid", "user_id"),
        ("uid", "userAccount"),
        ("uid", "uids"),
        ("role", "roll"),
        ("expireTime", "expiretime"),
        ("expireTime", "expire"),
        ("expireTime", "ttlSeconds"),
        ("expireTime", "expirationInSeconds"),
    ] {
        let mut body = valid.clone();
        let value = body.as_object_mut().unwrap().remove(field).unwrap();
        body[unknown] = value;
        let faults = Server::local().token(&body).faults();
        let expected = format!("{unknown} is unknown; did you mean {field:?}?");
        assert!(faults.contains(&expected), "{faults:?}");
    }
    let hint = |name: &str| {
        let mut body = valid.clone();
        body[name] = json!(1);
        Server::local().token(&body).faults()
    };
    assert_eq!(hint("tokentype"), ["tokentype is unknown; did you mean \"tokenType\"?"]);
    assert_eq!(hint("privilegs"), ["privilegs is unknown; did you mean \"privileges\"?"]);
    assert_eq!(hint("rtmm"), ["rtmm is unknown; did you mean \"rtm\"?"]);
    assert_eq!(hint("stm"), ["stm is unknown; did you mean \"rtm\"?"]);
    assert_eq!(hint("ttt"), ["ttt is unknown"]);
    // Three edits at the start, in the middle and at the end: added, removed and replaced characters.
    for name in
        ["xprivilegxx", "prxvilegesyz", "pxrxivilegex", "privilegxyz", "rivilxxes", "prvilgxs", "tokeType9Z"]
    {
        assert_eq!(hint(name), [format!("{name} is unknown")]);
    }
    for name in ["xprivilegex", "pxrxivileges", "rivileges", "rivilexes", "privilgs", "privilegesxy"] {
        assert_eq!(hint(name), [format!("{name} is unknown; did you mean \"privileges\"?")]);
    }
    // Fields of another kind give no hint, and the log does not repeat names of the client.
    let body = json!({ "tokenType": "rtm", "uid": "a", "expireTime": 60, "chanel": "c", "permission": {} });
    let response = Server::local().token(&body);
    let hint = "permission is unknown; did you mean \"permissions\"?";
    assert_eq!(response.faults(), ["chanel is unknown", hint]);
    assert!(!response.log().to_string().contains("chanel"));
}

#[test]
fn documented_field_given_twice_is_named_in_log() {
    let response = Server::local().post(
        "/token",
        r#"{"channel":"a","role":"publisher","uid":1,"uid":2,"expireTime":60,"hobby":1,"hobby":2}"#,
    );
    let cause = response.log()["cause"].as_str().unwrap().to_owned();
    assert!(cause.contains("uid") && cause.contains("unknown field") && !cause.contains("hobby"), "{cause}");
}

#[test]
fn long_unknown_field_is_truncated() {
    let problem = Server::local().token(&rtc(json!({ "é".repeat(5000): 1 }))).problem();
    assert_eq!(problem["errors"][0]["field"], "é".repeat(64));
}

#[test]
fn field_of_other_token_type_names_its_owner() {
    let refused = |members: Value| Server::local().token(&rtc(members)).faults();
    assert_eq!(
        refused(json!({ "permissions": {}, "roomUuid": "r", "userUuid": "u" })),
        [
            "permissions: belongs to tokenType rtm, not to rtc",
            "roomUuid: belongs to tokenType apaas-room-user, not to rtc",
            "userUuid: belongs to tokenType apaas-room-user, not to rtc",
        ]
    );
    assert_eq!(
        Server::local()
            .token(&json!({ "tokenType": "rtm", "uid": "a", "expireTime": 1, "channel": "c", "role": "x" }))
            .faults(),
        ["channel: belongs to tokenType rtc, not to rtm", "role: belongs to tokenType rtc, not to rtm"]
    );
}

#[test]
fn unknown_token_type_lists_known_ones() {
    let expected = "expected one of rtc, rtm, chat-user, chat-app, fpa, apaas-room-user, apaas-user, apaas-app, convoai, stt";
    for (token_type, shown) in [
        (json!("chat"), "\"chat\""),
        (json!("RTC"), "\"RTC\""),
        (json!(1), "1"),
        (json!(null), "null"),
        (json!(""), "\"\""),
    ] {
        // Without a valid type, the other fields cannot be checked, so they are not reported.
        let response = Server::local().token(&rtc(json!({ "tokenType": token_type, "hobby": 1, "uid": -1 })));
        assert_eq!(response.faults(), [format!("tokenType: {expected}, got {shown}")]);
    }
    let response = Server::local().token(&json!({ "tokenType": "x" }));
    assert_eq!(
        response.faults(),
        [format!("tokenType: {expected}, got \"x\""), "expireTime is required".to_owned()]
    );
}

#[test]
fn duplicate_field_is_rejected() {
    assert_eq!(
        faults(r#"{"channel":"a","role":"publisher","uid":1,"expireTime":60,"channel":"a"}"#),
        ["channel is given twice"]
    );
    // Escapes spell the same key.
    assert_eq!(
        faults(r#"{"channel":"a","role":"publisher","uid":1,"expireTime":60,"\u0075id":2}"#),
        ["uid is given twice"]
    );
    // A key that occurs three times is reported once, and the rest of the body is still checked.
    assert_eq!(
        faults(r#"{"uid":1,"uid":2,"uid":3,"role":"boss","channel":"a","expireTime":60,"role":"publisher"}"#),
        [
            "uid is given twice",
            "role is given twice",
            "role is incorrect: \"boss\", expected publisher or subscriber"
        ]
    );
    assert_eq!(
        faults(r#"{"channel":"a","role":"publisher","uid":1,"expireTime":60,"x":1,"x":2}"#),
        ["x is given twice", "x is unknown"]
    );
}

#[test]
fn duplicate_nested_field_is_rejected() {
    let with = |members: &str| {
        faults(&format!(r#"{{"channel":"a","role":"publisher","uid":1,"expireTime":60,{members}}}"#))
    };
    assert_eq!(with(r#""rtm":{"userId":"a","userId":"b"}"#), ["rtm.userId is given twice"]);
    assert_eq!(
        with(r#""privileges":{"joinChannel":1,"joinChannel":1}"#),
        ["privileges.joinChannel is given twice"]
    );
    assert_eq!(
        faults(
            r#"{"tokenType":"rtm","uid":"a","expireTime":60,"permissions":
               {"users":{"read":[],"read":[]},"groupChannels":{},"groupChannels":{}}}"#
        ),
        ["permissions.groupChannels is given twice", "permissions.users.read is given twice"]
    );
}

#[test]
fn too_many_fields_are_only_fault() {
    let mut body = rtc(json!({}));
    for index in 0..60 {
        body[format!("x{index}")] = json!(index);
    }
    assert_eq!(Server::local().token(&body).faults().len(), 60);
    body["x60"] = json!(60);
    assert_eq!(Server::local().token(&body).faults(), ["body: expected at most 64 keys, got 65"]);

    let mut body = rtc(json!({ "rtm": {} }));
    for index in 0..5000 {
        body["rtm"][format!("x{index}")] = json!(index);
    }
    assert_eq!(Server::local().token(&body).faults(), ["rtm: expected at most 64 keys, got 5000"]);
}

#[test]
fn body_other_than_object_is_rejected() {
    for (body, shown) in
        [("[]", "a list"), ("null", "null"), ("\"token\"", "\"token\""), ("7", "7"), ("true", "true")]
    {
        assert_eq!(faults(body), [format!("body: expected an object, got {shown}")]);
    }
}

#[test]
fn many_faults_keep_response_small() {
    let names = vec!["x"; 10_000];
    let body = json!({
        "tokenType": "rtm", "uid": "a", "expireTime": 60,
        "permissions": { "users": { "read": names, "write": [1, 2, 3] } },
    });
    let response = Server::local().token(&body);
    assert_eq!(response.faults(), ["permissions.users.write: expected a list of texts, got 1"]);
}
