//! apaas-room-user and apaas-user: `ApaasTokenBuilder` as in Go, Python and C++; Node's leaves
//! out the room user's privilege.

use serde_json::{Value, json};

use super::{
    answer, assert_has_no_006, assert_needs_a_lifetime, assert_takes_rtm_users, assert_takes_user_ids,
    issued, send,
};

fn room_user(role: &Value) -> Value {
    json!({
        "tokenType": "apaas-room-user", "roomUuid": "123", "userUuid": "2882341273", "role": role,
        "expireTime": 600,
    })
}

#[test]
fn apaas_room_user_token_holds_three_services() {
    let body = room_user(&json!(1));
    let (response, services) = issued(&body);
    assert_eq!(response, answer(&body));
    assert_eq!(
        services,
        json!([
            { "type": "rtm", "userId": "2882341273", "privileges": { "login": 600 } },
            // The MD5 of the user ID.
            { "type": "chat", "userId": "6063383428a36fba3fb6030becf8094e", "privileges": { "user": 600 } },
            {
                "type": "apaas", "roomUuid": "123", "userUuid": "2882341273", "role": 1,
                "privileges": { "roomUser": 600 },
            },
        ])
    );
}

#[test]
fn apaas_role_is_integer_of_16_bits() {
    for role in [0, 2, 3, -1, i16::MIN, i16::MAX] {
        let (answer, services) = issued(&room_user(&json!(role)));
        assert_eq!(answer["role"], role);
        assert_eq!(services[2]["role"], role);
    }
    for (role, shown) in
        [(json!(32_768), "32768"), (json!(-32_769), "-32769"), (json!(1.5), "1.5"), (json!("1"), "\"1\"")]
    {
        assert_eq!(
            send(&room_user(&role)).faults(),
            [format!("role: expected an integer from -32768 to 32767, got {shown}")]
        );
    }
    for missing in [json!(null), json!("")] {
        assert_eq!(send(&room_user(&missing)).faults(), ["role is required"]);
    }
}

#[test]
fn apaas_room_user_faults_name_their_field() {
    assert_takes_user_ids("roomUuid", room_user(&json!(1)));
    let room = |room: &str| json!({ "roomUuid": room, "userUuid": "a", "role": 1, "expireTime": 60 });
    for name in ["Zoë 😀", "\u{0}", "null", " a"] {
        let mut body = room(name);
        body["tokenType"] = json!("apaas-room-user");
        assert_eq!(send(&body).ok()["roomUuid"], name);
    }
    assert_takes_rtm_users("userUuid", room_user(&json!(1)));
    assert_needs_a_lifetime(room_user(&json!(1)));
    assert_has_no_006(room_user(&json!(1)));
    assert_eq!(
        send(&json!({ "tokenType": "apaas-room-user", "uid": 1, "channel": "c" })).faults(),
        [
            "expireTime is required",
            "roomUuid is required",
            "userUuid is required",
            "role is required",
            "channel: belongs to tokenType rtc, not to apaas-room-user",
            "uid: belongs to tokenType rtc, not to apaas-room-user",
        ]
    );
}

#[test]
fn apaas_user_token_holds_user_privilege() {
    let body = json!({ "tokenType": "apaas-user", "userUuid": "alice", "expireTime": 600 });
    let service = json!({
        "type": "apaas", "roomUuid": "", "userUuid": "alice", "role": -1, "privileges": { "user": 600 },
    });
    assert_eq!(issued(&body), (answer(&body), json!([service])));
    assert_takes_rtm_users("userUuid", body.clone());
    assert_needs_a_lifetime(body.clone());
    assert_has_no_006(body);
    assert_eq!(
        send(
            &json!({ "tokenType": "apaas-user", "roomUuid": "r", "role": 1, "userUuid": 1, "expireTime": 1 })
        )
        .faults(),
        [
            "role: belongs to tokenType rtc, not to apaas-user",
            "roomUuid: belongs to tokenType apaas-room-user, not to apaas-user",
        ]
    );
}
