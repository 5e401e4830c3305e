//! Every field that names a user must name the user of the JWT.

use serde_json::{Value, json};

use super::{Site, alice, assert_forbidden, drop_in, shop};
use crate::common::opened::services;
use crate::common::server::rtc;

/// Every body of `POST /token` that names users, with its fields for them.
fn bodies() -> Vec<(Value, &'static [&'static str])> {
    let of = |kind: &str, more: Value| {
        let mut body = rtc(json!({ "tokenType": kind }));
        if !matches!(kind, "rtc" | "convoai" | "stt") {
            body = json!({ "tokenType": kind, "expireTime": 60 });
        }
        body.as_object_mut().unwrap().remove("uid");
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let companion = json!({ "rtm": {} });
    vec![
        (of("rtc", json!({})), &["uid"]),
        (of("rtc", json!({ "version": "006" })), &["uid"]),
        (of("rtc", json!({ "rtm": true })), &["uid"]),
        (of("rtc", companion.clone()), &["uid", "rtm.userId"]),
        (of("rtc", json!({ "chat": true })), &["uid"]),
        (of("rtc", json!({ "chat": {} })), &["uid", "chat.userId"]),
        (of("rtc", json!({ "rtm": {}, "chat": {} })), &["uid", "rtm.userId", "chat.userId"]),
        (of("stt", json!({ "chat": {} })), &["uid", "chat.userId"]),
        (of("convoai", json!({})), &["uid"]),
        (of("convoai", companion.clone()), &["uid", "rtm.userId"]),
        (of("stt", json!({})), &["uid"]),
        (of("stt", companion), &["uid", "rtm.userId"]),
        (of("rtm", json!({})), &["uid"]),
        (of("rtm", json!({ "version": "006" })), &["uid"]),
        (of("chat-user", json!({})), &["uid"]),
        (of("apaas-user", json!({})), &["userUuid"]),
        (of("apaas-room-user", json!({ "roomUuid": "room-1", "role": 1 })), &["userUuid"]),
    ]
}

fn put(body: &mut Value, field: &str, value: &Value) {
    match field.split_once('.') {
        Some((outer, inner)) => body[outer][inner] = value.clone(),
        None => body[field] = value.clone(),
    }
}

/// Every identity in a token.
fn identities(token: &str) -> Vec<String> {
    let services = services(token);
    let names = services.as_array().unwrap().iter().flat_map(|service| {
        ["uid", "userId", "userUuid"].into_iter().filter_map(|name| service[name].as_str().map(str::to_owned))
    });
    names.collect()
}

#[test]
fn foreign_identity_in_any_field_is_denied() {
    let site = Site::new();
    let others = ["bob", "Alice", "alice2", "alic", "42", "ALICE"].map(Value::from);
    for spaced in ["alice ", " alice"] {
        assert_forbidden(&site.token(&alice(&json!({})), &rtc(json!({ "uid": spaced }))), "uid", "uid");
    }
    for (body, fields) in bodies() {
        for field in fields {
            for other in others.iter().chain(&[json!(42), json!(4_294_967_295_u32)]) {
                let mut body = body.clone();
                put(&mut body, field, other);
                assert_forbidden(&site.token(&alice(&json!({})), &body), "uid", field);
            }
        }
    }
}

#[test]
fn own_identity_given_or_missing_is_accepted() {
    let site = Site::new();
    for (left_out, fields) in bodies() {
        let mut spelt = left_out.clone();
        let (mut empty, mut null) = (left_out.clone(), left_out.clone());
        for field in fields {
            put(&mut spelt, field, &"alice".into());
            put(&mut empty, field, &"".into());
            put(&mut null, field, &Value::Null);
        }
        for body in [left_out, spelt, empty, null] {
            let token = site.token(&alice(&json!({})), &body).token();
            if token.starts_with("007") {
                let identities = identities(&token);
                // A classroom's Chat id is a hash of its user.
                let known = body["tokenType"] == "apaas-room-user";
                assert!(!identities.is_empty());
                assert!(
                    known || identities.iter().all(|identity| identity == "alice"),
                    "{body} {identities:?}"
                );
            }
        }
    }
}

/// Chat ignores the case of user IDs, and subjects of providers such as Firebase have mixed case: the token names the
/// subject exactly as the issuer does, and no other spelling is accepted.
#[test]
fn subject_is_signed_in_its_case() {
    let site = Site::new();
    let credential = alice(&json!({ "sub": "Alice" }));
    for mut body in [
        json!({ "tokenType": "chat-user", "expireTime": 60 }),
        json!({ "tokenType": "rtm", "expireTime": 60 }),
        rtc(json!({ "uid": "Alice", "chat": true })),
    ] {
        assert!(
            identities(&site.token(&credential, &body).token()).iter().all(|identity| identity == "Alice")
        );
        body["uid"] = "alice".into();
        assert_forbidden(&site.token(&credential, &body), "uid", "uid");
    }
}

#[test]
fn identity_matches_uid_as_text_or_number_only() {
    let site = Site::new();
    for sub in [json!(42), json!("42")] {
        let credential = alice(&json!({ "sub": sub }));
        for uid in [json!(42), json!("42")] {
            assert_eq!(site.token(&credential, &rtc(json!({ "uid": uid, "rtm": true }))).status, 200);
        }
        for uid in [json!(0), json!(1), json!("042"), json!("+42"), json!("42 "), json!(4_294_967_295_u32)] {
            assert_forbidden(&site.token(&credential, &rtc(json!({ "uid": uid }))), "uid", "uid");
        }
        assert_eq!(
            site.token(&credential, &rtc(json!({ "uid": 4_294_967_338_u64 }))).status,
            400,
            "42 + 2^32"
        );
        assert_eq!(site.token(&credential, &rtc(json!({ "uid": 42.0 }))).status, 400);
    }
}

#[test]
fn foreign_identity_on_drop_in_routes_is_denied() {
    let site = Site::new();
    for version in ["007", "006"] {
        let site =
            if version == "006" { Site::with(&[("DROP_IN_TOKEN_VERSION", "006")]) } else { Site::new() };
        for (field, request) in drop_in(&alice(&json!({})), "room-1", "bob") {
            let (rule, said) = super::forbidden(&site.send(&request));
            assert_eq!(rule, "uid", "{field} of {}", request.uri());
            // A drop-in route has other field names; the refusal names the field of `POST /token`.
            assert!(["uid", "rtm.userId"].contains(&said.as_str()), "{said}");
        }
        for (_, request) in drop_in(&alice(&json!({})), "room-1", "alice") {
            assert_eq!(site.send(&request).status, 200, "{}", request.uri());
        }
    }
    for path in ["/rtc/room-1/1/uid/43", "/rte/room-1/1/uid/42/43", "/rte/room-1/1/uid/43/42", "/rtm/43"] {
        let credential = alice(&json!({ "sub": 42 }));
        assert_forbidden(&site.send(&super::get(path, &credential)), "uid", "uid");
    }
}

#[test]
fn drop_in_default_uid_is_callers_identity() {
    let site = Site::new();
    let credential = alice(&json!({ "sub": 42 }));
    let posted = |path: &str, body: Value| super::post(path, &credential, &body);
    let got = |path: &str| super::get(path, &credential);
    let cases = [
        (posted("/rtctoken", json!({ "channel": "room-1" })), "token"),
        (posted("/api/token.json", json!({ "channel": "room-1", "role": "host" })), "token"),
        (posted("/getToken", json!({ "tokenType": "rtc", "channel": "room-1", "role": "2" })), "token"),
        (posted("/getToken", json!({ "tokenType": "rtm" })), "token"),
        (posted("/token/getNew", json!({ "tokenType": "chat" })), "token"),
        (posted("/rtmtoken", json!({})), "token"),
        (posted("/fetch_rtc_token", json!({ "ChannelName": "room-1" })), "token"),
        (posted("/fetch_rtm_token", json!({})), "token"),
        (got("/fetch_rtc_token?channelname=room-1"), "token"),
        (got("/access_token?channel=room-1"), "token"),
        (got("/access_token?channel=room-1&uid="), "token"),
        (got("/rte/room-1/host/uid/42"), "rtcToken"),
        (got("/rte/room-1/host/uid/42"), "rtmToken"),
    ];
    for (request, member) in cases {
        let body = site.send(&request).ok();
        assert_eq!(identities(body[member].as_str().unwrap()), ["42"], "{}", request.uri());
        assert!(body.get("uid").is_none_or(|uid| *uid == 42), "{body}");
    }
}

#[test]
fn backend_and_unbound_caller_name_any_user() {
    let free = Site::with(&[("JWT_UID_CLAIM", "none")]);
    for (mut body, fields) in bodies() {
        for field in fields {
            put(&mut body, field, &"bob".into());
        }
        assert_eq!(Site::new().token(&shop(), &body).status, 200, "{body}");
        assert_eq!(free.token(&alice(&json!({})), &body).status, 200, "{body}");
    }
}
