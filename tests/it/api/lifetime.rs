//! The lifetime of the token and its privileges.

use serde_json::{Value, json};

use crate::common::opened::{opened, services};
use crate::common::server::{NOW, Server, rtc, rtc_without};
use agora_token_server::token::Project;

#[track_caller]
fn privileges(members: Value) -> Value {
    let response = Server::local().token(&rtc(members));
    services(&response.token())[0]["privileges"].take()
}

#[track_caller]
fn refused(members: Value) -> Vec<String> {
    Server::local().token(&rtc(members)).faults()
}

#[test]
fn expire_time_within_bounds_is_signed() {
    for expire in [1, 60, 86_400] {
        let response = Server::local().token(&rtc(json!({ "expireTime": expire })));
        assert_eq!(response.ok()["expireTime"], expire);
        assert_eq!(response.ok()["expiresAt"], NOW + expire);
        assert_eq!(opened(&response.token(), &Project::public_test())["expire"], expire);
    }
}

#[test]
fn expire_time_out_of_bounds_is_rejected() {
    for expire in ["0", "-1", "86401", "999999999", "1.5", "3600.0", "1e3", "true", "\"3600\""] {
        let body = format!(r#"{{"channel":"room-1","role":"publisher","uid":42,"expireTime":{expire}}}"#);
        let shown = if expire == "1e3" { "1000.0" } else { expire };
        let fault = match expire.parse::<i64>() {
            Ok(86_401..) => {
                format!(
                    "expireTime: expected 1 to 86400, got {expire}; Agora ends every token after 24 hours"
                )
            }
            Ok(_) => format!("expireTime: expected 1 to 86400, got {expire}"),
            Err(_) => format!("expireTime: expected an integer from 1 to 86400, got {shown}"),
        };
        assert_eq!(Server::local().post("/token", body).faults(), [fault]);
    }
}

#[test]
fn expire_time_as_timestamp_is_explained() {
    for expire in ["1763773600", "1000000000", "1763773600000", "1763773600.25"] {
        let body = format!(r#"{{"channel":"room-1","role":"publisher","uid":42,"expireTime":{expire}}}"#);
        let expected = "expected 1 to 86400 seconds from now";
        assert_eq!(
            Server::local().post("/token", body).faults(),
            [format!("expireTime: {expected}, got the Unix timestamp {expire}")]
        );
    }
    assert_eq!(
        refused(json!({ "privilegeExpireTime": 1_763_773_600 })),
        ["privilegeExpireTime: expected 1 to 3600 seconds from now, got the Unix timestamp 1763773600"]
    );
    assert_eq!(
        refused(json!({ "privileges": { "joinChannel": 1_763_773_600 } })),
        ["privileges.joinChannel: expected 0 to 3600 seconds from now, got the Unix timestamp 1763773600"]
    );
}

#[test]
fn missing_expire_time_is_rejected() {
    let server = Server::local();
    assert_eq!(server.token(&rtc_without("expireTime")).faults(), ["expireTime is required"]);
    assert_eq!(refused(json!({ "expireTime": null })), ["expireTime is required"]);
    assert_eq!(refused(json!({ "expireTime": "" })), ["expireTime is required"]);
}

#[test]
fn privilege_expire_time_limits_privileges() {
    let all = |end: u32| json!({ "joinChannel": end, "publishAudioStream": end, "publishVideoStream": end, "publishDataStream": end });
    assert_eq!(privileges(json!({})), all(3600));
    for end in [1, 600, 3600] {
        assert_eq!(privileges(json!({ "privilegeExpireTime": end })), all(end));
    }
    assert_eq!(
        privileges(json!({ "privilegeExpireTime": 600, "role": "subscriber" })),
        json!({ "joinChannel": 600 })
    );
    for (end, shown) in [(json!(0), "0"), (json!(3601), "3601"), (json!(null), "null"), (json!(""), "\"\"")] {
        let an = if end.is_number() { "" } else { "an integer from " };
        assert_eq!(
            refused(json!({ "privilegeExpireTime": end })),
            [format!("privilegeExpireTime: expected {an}1 to 3600, got {shown}")]
        );
    }
}

#[test]
fn privilege_expire_time_keeps_token_end() {
    let response = Server::local().token(&rtc(json!({ "privilegeExpireTime": 600 })));
    assert_eq!(response.ok()["expireTime"], 3600);
    assert_eq!(response.ok()["expiresAt"], NOW + 3600);
    assert_eq!(opened(&response.token(), &Project::public_test())["expire"], 3600);
}

#[test]
fn privileges_set_each_end() {
    let each = json!({
        "joinChannel": 300, "publishAudioStream": 600, "publishVideoStream": 900, "publishDataStream": 3600,
    });
    assert_eq!(privileges(json!({ "privileges": each })), each);
}

#[test]
fn privileges_without_join_join_until_token_ends() {
    assert_eq!(privileges(json!({ "privileges": {} })), json!({ "joinChannel": 3600 }));
    assert_eq!(
        privileges(json!({ "privileges": { "publishAudioStream": 60 } })),
        json!({ "joinChannel": 3600, "publishAudioStream": 60 })
    );
    assert_eq!(
        privileges(json!({ "role": "subscriber", "privileges": { "joinChannel": 60 } })),
        json!({ "joinChannel": 60 })
    );
}

#[test]
fn privilege_of_0_ends_with_token() {
    let zero = json!({ "joinChannel": 0, "publishVideoStream": 0 });
    assert_eq!(privileges(json!({ "privileges": zero })), zero);
}

#[test]
fn privilege_beyond_token_is_rejected() {
    for (end, shown) in
        [(json!(3601), "3601"), (json!(-1), "-1"), (json!("60"), "\"60\""), (json!(null), "null")]
    {
        let an = if end.is_number() { "" } else { "an integer from " };
        assert_eq!(
            refused(json!({ "privileges": { "publishDataStream": end } })),
            [format!("privileges.publishDataStream: expected {an}0 to 3600, got {shown}")]
        );
    }
    // If the lifetime of the token is invalid, the bound of the format applies.
    assert_eq!(
        refused(
            json!({ "expireTime": 0, "privileges": { "joinChannel": 86_400, "publishDataStream": 86_401 } })
        ),
        [
            "expireTime: expected 1 to 86400, got 0",
            "privileges.publishDataStream: expected 0 to 86400, got 86401; Agora ends every token after 24 hours",
        ]
    );
}

#[test]
fn subscriber_with_publish_privilege_is_rejected() {
    let why = "a subscriber cannot publish; request the role publisher";
    assert_eq!(
        refused(json!({
            "role": "subscriber",
            "privileges": { "publishAudioStream": 0, "publishVideoStream": 60, "publishDataStream": "x" },
        })),
        [
            format!("privileges.publishAudioStream: {why}"),
            format!("privileges.publishVideoStream: {why}"),
            format!("privileges.publishDataStream: {why}"),
        ]
    );
}

#[test]
fn privileges_other_than_four_are_rejected() {
    for (privileges, shown) in [(json!(null), "null"), (json!(600), "600"), (json!([]), "a list")] {
        assert_eq!(
            refused(json!({ "privileges": privileges })),
            [format!("privileges: expected an object, got {shown}")]
        );
    }
    assert_eq!(
        refused(json!({ "privileges": { "join": 60, "publishAudio": 60 } })),
        ["privileges.join is unknown", "privileges.publishAudio is unknown"]
    );
}

#[test]
fn privileges_beside_privilege_expire_time_are_rejected() {
    let twice = "privilegeExpireTime: expected either it or privileges, got both";
    let members = json!({ "privilegeExpireTime": 60, "privileges": { "joinChannel": 60 } });
    assert_eq!(refused(members), [twice]);
    let members = json!({ "privilegeExpireTime": 60, "privileges": { "join": 60 } });
    assert_eq!(refused(members), [twice, "privileges.join is unknown"]);
}
