//! Tokens that official libraries made, asked for over HTTP: the same bytes, signature included.

use agora_token_server::api::Body;
use http::Request;
use serde_json::{Map, Value, json};

use crate::common::server::{EVERY_TYPE, Server};
use crate::common::{inflated, vectors};

#[test]
fn request_gets_bytes_of_official_builder() {
    let mut asked = 0;
    for vector in vectors("007-builders").into_iter().chain(vectors("007")) {
        let Some(body) = request(&vector) else { continue };
        asked += 1;
        let text = |name: &str| vector[name].as_str().unwrap();
        let number = |name: &str| u32::try_from(vector[name].as_u64().unwrap()).unwrap();
        let server = Server::with(&[
            ("APP_ID", text("app_id")),
            ("APP_CERTIFICATE", text("app_certificate")),
            ("ALLOWED_TOKEN_TYPES", EVERY_TYPE),
        ]);
        let request = Request::post("/token").body(Body::Whole(body.to_string().into())).unwrap();
        let reply = server.ask_with(&request, number("issue_ts"), number("salt"));
        let hex =
            inflated(&reply.token()).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        assert_eq!(hex, text("inflated_hex"), "{} {body}", text("id"));
    }
    assert_eq!(asked, 22);
}

/// The request for the token of a vector, if `POST /token` has one.
fn request(vector: &Value) -> Option<Value> {
    let args = &vector["args"];
    let expire = &vector["expire"];
    let role = || if args["role"] == 1 { "publisher" } else { "subscriber" };
    // Agora's 0 is asked for privilege by privilege.
    let until = |end: &Value| match (end.as_u64(), role()) {
        (Some(0), "subscriber") => json!({ "privileges": { "joinChannel": 0 } }),
        _ => json!({ "privilegeExpireTime": end }),
    };
    let each = || {
        json!({
            "joinChannel": args["join"], "publishAudioStream": args["audio"],
            "publishVideoStream": args["video"], "publishDataStream": args["data"],
        })
    };
    let channel = &args["channel"];
    Some(match vector["builder"].as_str() {
        Some("rtc_uid") => merged(
            json!({ "channel": channel, "uid": args["uid"], "role": role(), "expireTime": expire }),
            until(&args["privilege_expire"]),
        ),
        Some("rtc_account") => {
            let uid = match args["account"].as_str().unwrap() {
                "" => json!(0),
                // The user called "0", whom no client can join as: `POST /token` reads uid 0.
                "0" => return None,
                account => json!(account),
            };
            merged(
                json!({ "channel": channel, "uid": uid, "role": role(), "expireTime": expire }),
                until(&args["privilege_expire"]),
            )
        }
        Some("rtc_uid_priv") => json!({
            "channel": channel, "uid": args["uid"], "role": "publisher", "expireTime": expire,
            "privileges": each(),
        }),
        Some("rtc_account_priv") => json!({
            "channel": channel, "uid": args["account"], "role": "publisher", "expireTime": expire,
            "privileges": each(),
        }),
        Some("rtc_rtm") => json!({
            "channel": channel, "uid": args["account"], "role": role(), "expireTime": expire,
            "privilegeExpireTime": args["privilege_expire"], "rtm": true,
        }),
        // Signaling that ends before the token; `POST /token` has one lifetime for both.
        Some("rtc_rtm2" | "convoai") => return None,
        Some("rtm") => json!({ "tokenType": "rtm", "uid": args["user_id"], "expireTime": expire }),
        Some("rtm2") => json!({
            "tokenType": "rtm", "uid": args["user_id"], "expireTime": expire,
            "permissions": permissions(&args["permissions"]),
        }),
        Some("chat_user") => {
            json!({ "tokenType": "chat-user", "uid": args["user_id"], "expireTime": expire })
        }
        Some("chat_app") => json!({ "tokenType": "chat-app", "expireTime": expire }),
        Some("apaas_room_user" | "education_room_user") => json!({
            "tokenType": "apaas-room-user", "roomUuid": args["room_uuid"], "userUuid": args["user_uuid"],
            "role": args["role"], "expireTime": expire,
        }),
        Some("apaas_user") => {
            json!({ "tokenType": "apaas-user", "userUuid": args["user_uuid"], "expireTime": expire })
        }
        Some(other) => panic!("no such builder: {other}"),
        None => match vector["id"].as_str().unwrap() {
            "007-25" => json!({ "tokenType": "apaas-app", "expireTime": expire }),
            "007-convoai" => agent(vector, "convoai"),
            "007-stt" => agent(vector, "stt"),
            _ => return None,
        },
    })
}

fn agent(vector: &Value, token_type: &str) -> Value {
    let (rtc, rtm) = (&vector["services"][0], &vector["services"][1]);
    json!({
        "tokenType": token_type, "channel": rtc["channel_name"], "uid": rtc["uid"], "role": "publisher",
        "expireTime": vector["expire"], "rtm": { "userId": rtm["user_id"] },
    })
}

fn merged(mut body: Value, members: Value) -> Value {
    let Value::Object(members) = members else { panic!("{members} is not an object") };
    body.as_object_mut().unwrap().extend(members);
    body
}

/// Agora's numbers as the names of `POST /token`.
fn permissions(value: &Value) -> Value {
    let resources = ["messageChannels", "streamChannels", "groupChannels", "serverGroups", "users"];
    let named = |object: &Value, names: &[&str], inside: &dyn Fn(&Value) -> Value| -> Value {
        let name = |number: &str| names[number.parse::<usize>().unwrap()].to_owned();
        let object = object.as_object().unwrap();
        object.iter().map(|(number, value)| (name(number), inside(value))).collect::<Map<_, _>>().into()
    };
    named(value, &resources, &|accesses| named(accesses, &["read", "write"], &Value::clone))
}
