//! chat-user: `ChatTokenBuilder2.buildUserToken`.

use serde_json::json;

use super::{answer, assert_has_no_006, assert_needs_a_lifetime, assert_takes_user_ids, issued, send};

#[test]
fn chat_user_token_holds_user_privilege() {
    let body = json!({ "tokenType": "chat-user", "uid": 2_882_341_273_u32, "expireTime": 600 });
    let mut expected = answer(&body);
    expected["uid"] = json!("2882341273");
    let services = json!([{ "type": "chat", "userId": "2882341273", "privileges": { "user": 600 } }]);
    assert_eq!(issued(&body), (expected, services));
}

#[test]
fn chat_user_faults_name_their_field() {
    let body = json!({ "tokenType": "chat-user", "uid": "alice", "expireTime": 600 });
    assert_takes_user_ids("uid", body.clone());
    for id in ["alice", "Alice", "a_b-c.d", "007", "null", "-", "2882341273"] {
        let mut body = body.clone();
        body["uid"] = json!(id);
        assert_eq!(send(&body).ok()["uid"], id);
    }
    for (id, character, position) in
        [("user@example.com", '@', 4), ("a b", ' ', 1), (" a", ' ', 0), ("a*", '*', 1), ("Zoë", 'ë', 2)]
    {
        let mut body = body.clone();
        body["uid"] = json!(id);
        let expected = "uid: expected letters, digits, _, - and .";
        assert_eq!(send(&body).faults(), [format!("{expected}, got {character:?} at position {position}")]);
    }
    assert_needs_a_lifetime(body.clone());
    assert_has_no_006(body);
    assert_eq!(
        send(&json!({ "tokenType": "chat-user", "channel": "c", "permissions": {}, "x": 1 })).faults(),
        [
            "expireTime is required",
            "uid is required",
            "channel: belongs to tokenType rtc, not to chat-user",
            "permissions: belongs to tokenType rtm, not to chat-user",
            "x is unknown",
        ]
    );
}
