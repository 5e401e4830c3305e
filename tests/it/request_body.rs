//! Any JSON results in a documented response without a panic, and a token matches its request. The fuzz targets cover
//! bytes, paths and queries.

use std::sync::LazyLock;

use crate::common::opened::opened;
use crate::common::server::{Response, Server};
use agora_token_server::token::Project;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};

static SERVER: LazyLock<Server> = LazyLock::new(Server::of_everything);

/// 200 with a token that verifies, or 400 or 403 with a problem document.
fn assert_documented(response: &Response) {
    match response.status {
        200 if response.ok()["version"] == "007" => {
            opened(&response.token(), &Project::public_test());
        }
        200 => assert!(response.token().starts_with("006")),
        _ => {
            let code = response.problem()["code"].clone();
            match response.status {
                400 if code == "invalid_request" => assert!(!response.faults().is_empty()),
                400 => assert_eq!(code, "malformed_json"),
                status => panic!("{status}"),
            }
        }
    }
    assert_eq!(response.log()["status"], response.status);
}

/// The documented names, and others.
const WORDS: [&str; 32] = [
    "tokenType",
    "channel",
    "role",
    "uid",
    "expireTime",
    "privilegeExpireTime",
    "privileges",
    "rtm",
    "version",
    "permissions",
    "roomUuid",
    "userUuid",
    "userId",
    "joinChannel",
    "publishAudioStream",
    "publishDataStream",
    "messageChannels",
    "users",
    "read",
    "write",
    "rtc",
    "chat-user",
    "fpa",
    "apaas-room-user",
    "convoai",
    "publisher",
    "subscriber",
    "006",
    "007",
    "0",
    "*",
    "",
];

fn word() -> impl Strategy<Value = String> {
    prop_oneof![8 => select(WORDS.as_slice()).prop_map(str::to_owned), 1 => any::<String>()]
}

fn json_value() -> impl Strategy<Value = Value> {
    let number = prop_oneof![
        (0..100_000_i64).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
    ];
    let leaf = prop_oneof![
        2 => number,
        2 => word().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(4, 64, 8, |inside| {
        prop_oneof![
            vec(inside.clone(), 0..4).prop_map(Value::from),
            vec((word(), inside), 0..8).prop_map(|members| members.into_iter().collect::<Map<_, _>>().into()),
        ]
    })
}

/// A valid body in which some members are replaced or missing.
fn nearly_valid() -> impl Strategy<Value = Value> {
    let damage = vec((word(), proptest::option::of(json_value())), 0..3);
    (valid(), damage).prop_map(|(mut body, damage)| {
        let members = body.as_object_mut().unwrap();
        for (name, value) in damage {
            match value {
                Some(value) => drop(members.insert(name, value)),
                None => drop(members.remove(&name)),
            }
        }
        body
    })
}

fn channel() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9 !#$%&()+:;<=.>?@\\[\\]^_{}|~,-]{1,64}"
}

/// A user ID of RTM. `null` is so rare that it is not excluded.
fn rtm_user() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9!#$%&()+:;<=.>?@\\[\\]^_{}|~,-][a-zA-Z0-9 !#$%&()+:;<=.>?@\\[\\]^_{}|~,-]{0,15}"
}

fn chat_user() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9_.-]{1,64}"
}

fn room() -> impl Strategy<Value = String> {
    "[^\u{0}]{1,16}"
}

/// Any valid request for 007.
fn valid() -> impl Strategy<Value = Value> {
    let uid = prop_oneof![
        any::<u32>().prop_map(Value::from),
        "[a-zA-Z0-9 !#$%&()+:;<=.>?@\\[\\]^_{}|~,-]{1,255}".prop_map(Value::from),
    ];
    let role = select(["publisher", "subscriber"].as_slice());
    let rtc = (select(["rtc", "convoai", "stt"].as_slice()), channel(), uid, role, rtm_user(), any::<bool>());
    let rtc = rtc.prop_map(|(token_type, channel, uid, role, user_id, rtm)| {
        let mut body = json!({ "tokenType": token_type, "channel": channel, "uid": uid, "role": role });
        if rtm || token_type != "rtc" {
            body["rtm"] = json!({ "userId": user_id });
        }
        body
    });
    let rtm = rtm_user().prop_map(|uid| json!({ "tokenType": "rtm", "uid": uid }));
    let chat = chat_user().prop_map(|uid| json!({ "tokenType": "chat-user", "uid": uid }));
    let room_user = (room(), rtm_user(), any::<i16>()).prop_map(|(room, user, role)| {
        json!({ "tokenType": "apaas-room-user", "roomUuid": room, "userUuid": user, "role": role })
    });
    let classroom = rtm_user().prop_map(|user| json!({ "tokenType": "apaas-user", "userUuid": user }));
    let app = select(["chat-app", "fpa", "apaas-app"].as_slice());
    let app = app.prop_map(|token_type| json!({ "tokenType": token_type }));
    (prop_oneof![4 => rtc, 1 => rtm, 1 => chat, 1 => room_user, 1 => classroom, 1 => app], 1..=86_400_u32)
        .prop_map(|(mut body, expire)| {
            body["expireTime"] = json!(expire);
            body
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn random_json_as_body_never_panics(body in json_value()) {
        assert_documented(&SERVER.token(&body));
    }

    #[test]
    fn nearly_valid_body_gets_token_or_problem(body in nearly_valid()) {
        assert_documented(&SERVER.token(&body));
    }

    #[test]
    fn valid_body_cut_off_is_malformed(body in valid(), end in any::<Index>()) {
        let body = body.to_string();
        let response = SERVER.post("/token", &body.as_bytes()[..end.index(body.len())]);
        prop_assert_eq!(&response.problem()["code"], "malformed_json");
    }

    #[test]
    fn issued_token_holds_requested_values(body in valid()) {
        let response = SERVER.token(&body);
        let answer = response.ok();
        for (name, asked) in body.as_object().unwrap() {
            // Text that spells an integer uid is that uid.
            let same = answer[name] == *asked || name == "uid" && asked.as_str() == Some(&answer[name].to_string());
            prop_assert!(same, "{}: {} became {}", name, asked, answer[name]);
        }
        let token = opened(&response.token(), &Project::public_test());
        prop_assert_eq!(&token["expire"], &body["expireTime"]);
        let uid = if answer["uid"] == 0 { json!("") } else { body["uid"].clone() };
        let uid = uid.as_str().map_or(uid.to_string(), str::to_owned);
        for service in token["services"].as_array().unwrap() {
            match service["type"].as_str().unwrap() {
                "rtc" => {
                    prop_assert_eq!(&service["channel"], &body["channel"]);
                    prop_assert_eq!(&service["uid"], &uid);
                    let publishes = service["privileges"].as_object().unwrap().len() == 4;
                    prop_assert_eq!(publishes, body["role"] == "publisher");
                }
                "rtm" => {
                    let asked = [&body["rtm"]["userId"], &body["userUuid"], &body["uid"]];
                    prop_assert!(asked.contains(&&service["userId"]));
                }
                "apaas" => prop_assert!(body["roomUuid"].is_null() || service["roomUuid"] == body["roomUuid"]),
                _ => {}
            }
        }
    }

    #[test]
    fn same_request_time_and_salt_issue_same_token(body in valid()) {
        prop_assert_eq!(SERVER.token(&body).body, SERVER.token(&body).body);
    }
}
