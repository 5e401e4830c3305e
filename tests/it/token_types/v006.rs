//! Version 006, whose times are absolute: 006's `RtcTokenBuilder` and `RtmTokenBuilder`.

use agora_token_server::token::{Project, UnverifiedAccessToken};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::send;
use crate::common::opened::opened_006;
use crate::common::server::{APP_ID, CERTIFICATE, NOW, SALT, rtc};

/// The token expires after Agora's 24 hours, whatever lifetime was requested.
const END: u32 = NOW + 86_400;

fn rtc_006(members: Value) -> Value {
    let mut body = rtc(members);
    body["version"] = json!("006");
    body
}

fn rtm_006(members: Value) -> Value {
    let mut body = json!({ "tokenType": "rtm", "version": "006", "uid": "alice", "expireTime": 600 });
    let Value::Object(members) = members else { panic!("{members} is not an object") };
    body.as_object_mut().unwrap().extend(members);
    body
}

#[track_caller]
fn privileges(body: &Value) -> (Value, u64) {
    let response = send(body);
    let mut token = opened_006(&response.token(), "room-1", "42");
    assert_eq!(token["expiresAt"], END);
    (token["privileges"].take(), response.ok()["expiresAt"].as_u64().unwrap())
}

#[test]
fn rtc_006_publisher_has_four_privileges() {
    let response = send(&rtc_006(json!({})));
    assert_eq!(
        response.ok(),
        json!({
            "token": response.token(), "tokenType": "rtc", "version": "006", "appId": APP_ID,
            "channel": "room-1", "uid": 42, "role": "publisher",
            "issuedAt": NOW, "expireTime": 3600, "expiresAt": NOW + 3600,
        })
    );
    let end = NOW + 3600;
    assert_eq!(
        opened_006(&response.token(), "room-1", "42"),
        json!({
            "expiresAt": END, "salt": SALT,
            "privileges": {
                "joinChannel": end, "publishAudioStream": end, "publishVideoStream": end,
                "publishDataStream": end,
            },
        })
    );
}

#[test]
fn rtc_006_subscriber_only_joins() {
    let (privileges, ends) = privileges(&rtc_006(json!({ "role": "subscriber" })));
    assert_eq!(privileges, json!({ "joinChannel": NOW + 3600 }));
    assert_eq!(ends, u64::from(NOW + 3600));
}

#[test]
fn rtc_006_expires_when_joining_ends() {
    let (all, ends) = privileges(&rtc_006(json!({ "privilegeExpireTime": 60 })));
    assert_eq!(all["joinChannel"], NOW + 60);
    assert_eq!(all["publishDataStream"], NOW + 60);
    assert_eq!(ends, u64::from(NOW + 60));

    let each = json!({ "joinChannel": 600, "publishAudioStream": 60, "publishVideoStream": 3600 });
    let (all, ends) = privileges(&rtc_006(json!({ "privileges": each })));
    assert_eq!(
        all,
        json!({
            "joinChannel": NOW + 600, "publishAudioStream": NOW + 60, "publishVideoStream": NOW + 3600,
        })
    );
    assert_eq!(ends, u64::from(NOW + 600));
}

#[test]
fn rtc_006_privilege_of_0_ends_at_expire_time() {
    let (all, ends) =
        privileges(&rtc_006(json!({ "privileges": { "joinChannel": 0, "publishDataStream": 0 } })));
    assert_eq!(all, json!({ "joinChannel": NOW + 3600, "publishDataStream": NOW + 3600 }));
    assert_eq!(ends, u64::from(NOW + 3600));
    let (all, _) = privileges(&rtc_006(json!({ "privileges": {} })));
    assert_eq!(all, json!({ "joinChannel": NOW + 3600 }));
}

#[test]
fn rtc_006_holds_checksums_of_channel_and_uid() {
    for (uid, signed) in [(json!(0), ""), (json!("0"), ""), (json!(7), "7"), (json!("alice"), "alice")] {
        opened_006(&send(&rtc_006(json!({ "uid": uid }))).token(), "room-1", signed);
    }
}

#[test]
fn rtc_006_rejects_wildcards_except_uid_0() {
    for uid in ["*", "user-*"] {
        assert_eq!(
            send(&rtc_006(json!({ "uid": uid }))).faults(),
            ["uid: a 006 token has no wildcards but uid 0"]
        );
    }
    // If wildcard channels are allowed, the empty name is one.
    for channel in ["*", "room-*", ""] {
        assert_eq!(
            send(&rtc_006(json!({ "channel": channel }))).faults(),
            ["channel: a 006 token has no wildcard channels"]
        );
    }
}

#[test]
fn rtc_006_rejects_companions() {
    for rtm in [json!(true), json!({ "userId": "alice" }), json!(false), json!({})] {
        assert_eq!(
            send(&rtc_006(json!({ "rtm": rtm }))).faults(),
            ["rtm: a 006 token has one service; request a token for each"]
        );
    }
}

#[test]
fn rtc_006_other_faults_equal_007() {
    assert_eq!(
        send(&json!({ "version": "006", "rtm": 1, "x": 2 })).faults(),
        [
            "expireTime is required",
            "channel is required",
            "role is incorrect, expected publisher or subscriber",
            "uid is required",
            "rtm: a 006 token has one service; request a token for each",
            "x is unknown",
        ]
    );
}

#[test]
fn rtm_006_token_holds_login_privilege() {
    let response = send(&rtm_006(json!({})));
    assert_eq!(
        response.ok(),
        json!({
            "token": response.token(), "tokenType": "rtm", "version": "006", "appId": APP_ID, "uid": "alice",
            "issuedAt": NOW, "expireTime": 600, "expiresAt": NOW + 600,
        })
    );
    assert_eq!(
        opened_006(&response.token(), "alice", ""),
        json!({ "expiresAt": END, "salt": SALT, "privileges": { "login": NOW + 600 } })
    );
}

#[test]
fn rtm_006_rejects_permissions() {
    for permissions in [json!({}), json!({ "users": { "read": ["a"] } }), json!(1)] {
        assert_eq!(
            send(&rtm_006(json!({ "permissions": permissions }))).faults(),
            ["permissions: a 006 token has no permissions"]
        );
    }
}

/// A mistake of hand-written builders. Agora rejects such tokens.
#[test]
fn signature_over_checksums_differs_from_one_over_names() {
    let certificate = Project::public_test().certificate().clone();
    let sums = ["room-1", "42"].map(|name| crc32fast::hash(name.as_bytes()));
    let message =
        [&1_u32.to_le_bytes()[..], &END.to_le_bytes(), &[1, 0], &[1, 0], &END.to_le_bytes()].concat();
    let signed = |names: &[u8]| {
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, CERTIFICATE.as_bytes());
        let signature = ring::hmac::sign(&key, &[APP_ID.as_bytes(), names, &message].concat());
        let parts = [&[32, 0], signature.as_ref(), &sums.map(u32::to_le_bytes).concat()].concat();
        let bytes = [&parts[..], &u16::try_from(message.len()).unwrap().to_le_bytes(), &message].concat();
        let token: UnverifiedAccessToken = format!("006{APP_ID}{}", STANDARD.encode(bytes)).parse().unwrap();
        token
    };
    for sums in [
        sums.map(u32::to_le_bytes).concat(),
        sums.map(u32::to_be_bytes).concat(),
        sums.map(|sum| sum.to_string()).concat().into_bytes(),
    ] {
        let token = signed(&sums);
        assert!(token.signs_its_checksums(&certificate), "{sums:?}");
        assert!(!token.signs_its_checksums(&"ab".repeat(16).parse().unwrap()));
        assert!(token.verify(&certificate, "room-1", "42").is_err());
    }
    let token = signed(b"room-142");
    assert!(token.verify(&certificate, "room-1", "42").is_ok());
    assert!(!token.signs_its_checksums(&certificate));
}
