//! convoai and stt: `ConvoAITokenBuilder` and `SttTokenBuilder`, RTC with Signaling and a mark.

use serde_json::{Value, json};

use super::{answer, assert_has_no_006, assert_needs_a_lifetime, issued, send};
use crate::common::server::rtc;

const BOTH: [&str; 2] = ["convoai", "stt"];

fn body(token_type: &str, members: Value) -> Value {
    let mut body = rtc(members);
    body["tokenType"] = json!(token_type);
    body
}

#[test]
fn convoai_and_stt_hold_rtc_rtm_and_own_service() {
    for token_type in BOTH {
        let body = body(token_type, json!({ "rtm": { "userId": "alice-rtm" } }));
        let (response, services) = issued(&body);
        assert_eq!(response, answer(&body));
        assert_eq!(
            services,
            json!([
                {
                    "type": "rtc", "channel": "room-1", "uid": "42",
                    "privileges": {
                        "joinChannel": 3600, "publishAudioStream": 3600,
                        "publishVideoStream": 3600, "publishDataStream": 3600,
                    },
                },
                { "type": "rtm", "userId": "alice-rtm", "privileges": { "login": 3600 } },
                { "type": token_type, "privileges": {} },
            ])
        );
    }
}

#[test]
fn convoai_and_stt_without_rtm_sign_in_as_uid() {
    for token_type in BOTH {
        for members in [json!({ "uid": "alice" }), json!({ "uid": "alice", "rtm": true })] {
            let (answer, services) = issued(&body(token_type, members));
            assert_eq!(answer["rtm"], json!({ "userId": "alice" }));
            assert_eq!(services[1]["userId"], "alice");
        }
        assert_eq!(
            send(&body(token_type, json!({ "uid": 0 }))).faults(),
            ["rtm: true signs in as the uid, but uid 0 names no user; send { \"userId\": text }"]
        );
        assert_eq!(
            send(&body(token_type, json!({ "rtm": false }))).faults(),
            ["rtm: expected true or { \"userId\": text }, got false"]
        );
    }
}

#[test]
fn convoai_and_stt_fields_follow_rtc() {
    for token_type in BOTH {
        let (_, services) = issued(&body(
            token_type,
            json!({ "role": "subscriber", "privileges": { "joinChannel": 0 }, "uid": 0, "channel": "*",
                    "rtm": { "userId": 7 } }),
        ));
        assert_eq!(
            services,
            json!([
                { "type": "rtc", "channel": "*", "uid": "", "privileges": { "joinChannel": 0 } },
                { "type": "rtm", "userId": "7", "privileges": { "login": 3600 } },
                { "type": token_type, "privileges": {} },
            ])
        );
        assert_needs_a_lifetime(body(token_type, json!({})));
        assert_has_no_006(body(token_type, json!({})));
        assert_has_no_006(body(token_type, json!({ "rtm": true })));
        assert_eq!(
            send(&json!({ "tokenType": token_type, "permissions": {} })).faults(),
            [
                "expireTime is required".to_owned(),
                "channel is required".to_owned(),
                "role is incorrect, expected publisher or subscriber".to_owned(),
                "uid is required".to_owned(),
                format!("permissions: belongs to tokenType rtm, not to {token_type}"),
            ]
        );
    }
}
