//! rtm: `RtmTokenBuilder2.buildToken` and `…WithPermissions`.

use serde_json::{Value, json};

use super::{answer, assert_needs_a_lifetime, assert_takes_rtm_users, issued, send};

fn rtm(permissions: &Value) -> Value {
    json!({ "tokenType": "rtm", "uid": "alice", "expireTime": 600, "permissions": permissions })
}

#[test]
fn rtm_token_holds_login_privilege() {
    let body = json!({ "tokenType": "rtm", "uid": "alice", "expireTime": 600 });
    let services = json!([{ "type": "rtm", "userId": "alice", "privileges": { "login": 600 } }]);
    assert_eq!(issued(&body), (answer(&body), services));
}

#[test]
fn rtm_uid_is_user_id_and_0_is_not_a_wildcard() {
    let body = json!({ "tokenType": "rtm", "uid": "alice", "expireTime": 600 });
    assert_takes_rtm_users("uid", body.clone());
    assert_needs_a_lifetime(body);
    let (answer, services) = issued(&json!({ "tokenType": "rtm", "uid": "0", "expireTime": 600 }));
    assert_eq!(answer["uid"], "0");
    assert_eq!(services[0]["userId"], "0");
}

#[test]
fn rtm_permissions_use_service_8() {
    let permissions = json!({
        "messageChannels": { "read": ["a", "b"], "write": ["b", "a"] },
        "streamChannels": { "write": ["s"] },
        "groupChannels": { "read": ["Zoë", "/"] },
        "serverGroups": { "read": [] },
        "users": { "read": ["u", "u"] },
    });
    let (answer, services) = issued(&rtm(&permissions));
    assert_eq!(answer.get("permissions"), None);
    assert_eq!(
        services,
        json!([{
            "type": "rtm2", "userId": "alice", "privileges": { "login": 600 }, "permissions": permissions,
        }])
    );
}

#[test]
fn rtm_empty_permissions_issue_token_with_none() {
    for permissions in [json!({}), json!({ "users": {} })] {
        let (_, services) = issued(&rtm(&permissions));
        assert_eq!(services[0]["type"], "rtm2");
        assert_eq!(services[0]["permissions"], json!({}));
    }
}

#[test]
fn rtm_permission_faults_name_their_place() {
    for (permissions, faults) in [
        (json!(null), vec!["permissions: expected an object, got null"]),
        (json!([]), vec!["permissions: expected an object, got a list"]),
        (json!({ "channels": {} }), vec!["permissions.channels is unknown"]),
        (json!({ "users": ["a"] }), vec!["permissions.users: expected an object, got a list"]),
        (json!({ "users": { "delete": [] } }), vec!["permissions.users.delete is unknown"]),
        (
            json!({ "users": { "read": "a" } }),
            vec!["permissions.users.read: expected a list of texts, got \"a\""],
        ),
        (
            json!({ "users": { "read": [1] } }),
            vec!["permissions.users.read: expected a list of texts, got 1"],
        ),
        (
            json!({ "users": { "read": [["a"]] } }),
            vec!["permissions.users.read: expected a list of texts, got a list"],
        ),
        (
            json!({ "users": { "read": [""] } }),
            vec!["permissions.users.read: expected names of at least 1 byte, got an empty one"],
        ),
        (
            json!({ "messageChannels": { "read": 1, "write": 2 }, "users": 3, "x": 4 }),
            vec![
                "permissions.messageChannels.read: expected a list of texts, got 1",
                "permissions.messageChannels.write: expected a list of texts, got 2",
                "permissions.users: expected an object, got 3",
                "permissions.x is unknown",
            ],
        ),
    ] {
        assert_eq!(send(&rtm(&permissions)).faults(), faults, "{permissions}");
    }
}

#[test]
fn rtm_permissions_above_60_kib_are_rejected() {
    let name = "n".repeat(61_000);
    issued(&rtm(&json!({ "users": { "read": [name] } })));
    let name = "n".repeat(62_000);
    assert_eq!(
        send(&rtm(&json!({ "users": { "read": [name] } }))).faults(),
        ["permissions.users.read: more than 61440 bytes of names"]
    );
}
