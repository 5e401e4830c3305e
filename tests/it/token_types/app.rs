//! Tokens without a user: `ChatTokenBuilder2.buildAppToken`, `FpaTokenBuilder`,
//! `ApaasTokenBuilder.buildAppToken`.

use serde_json::{Value, json};

use super::{answer, assert_has_no_006, assert_needs_a_lifetime, issued, send};

fn body(token_type: &str) -> Value {
    json!({ "tokenType": token_type, "expireTime": 600 })
}

#[test]
fn chat_app_token_holds_app_privilege() {
    let services = json!([{ "type": "chat", "userId": "", "privileges": { "app": 600 } }]);
    assert_eq!(issued(&body("chat-app")), (answer(&body("chat-app")), services));
}

#[test]
fn apaas_app_token_holds_app_privilege() {
    let service =
        json!({ "type": "apaas", "roomUuid": "", "userUuid": "", "role": -1, "privileges": { "app": 600 } });
    assert_eq!(issued(&body("apaas-app")), (answer(&body("apaas-app")), json!([service])));
}

#[test]
fn fpa_defaults_to_official_lifetime() {
    let services = |login: u32| json!([{ "type": "fpa", "privileges": { "login": login } }]);
    let day = json!({ "tokenType": "fpa", "expireTime": 86_400 });
    assert_eq!(issued(&json!({ "tokenType": "fpa" })), (answer(&day), services(0)));
    assert_eq!(issued(&body("fpa")), (answer(&body("fpa")), services(600)));
    let response = send(&json!({ "tokenType": "fpa", "expireTime": 0 }));
    assert_eq!(response.faults(), ["expireTime: expected 1 to 86400, got 0"]);
    let missing = json!({ "tokenType": "fpa", "expireTime": null });
    assert_eq!(issued(&missing), (answer(&day), services(0)));
}

#[test]
fn app_level_tokens_reject_other_fields() {
    assert_needs_a_lifetime(body("chat-app"));
    assert_needs_a_lifetime(body("apaas-app"));
    for token_type in ["chat-app", "apaas-app", "fpa"] {
        assert_has_no_006(body(token_type));
        let mut body = body(token_type);
        body["uid"] = json!("alice");
        body["userUuid"] = json!("alice");
        body["x"] = json!(1);
        assert_eq!(
            send(&body).faults(),
            [
                format!("uid: belongs to tokenType rtc, not to {token_type}"),
                format!("userUuid: belongs to tokenType apaas-room-user, not to {token_type}"),
                "x is unknown".to_owned(),
            ]
        );
    }
}
