//! `DROP_IN_TOKEN_VERSION=006` on the drop-in routes: the same refusals as on `POST /token`.

use http::Method;
use serde_json::json;

use crate::common::opened::opened_006;
use crate::common::server::Server;

fn server() -> Server {
    Server::with(&[("DROP_IN_TOKEN_VERSION", "006"), ("ALLOW_WILDCARD_CHANNEL", "true")])
}

#[test]
fn drop_in_006_accepts_uid_0_as_only_wildcard() {
    let response = server().bare(Method::GET, "/rtc/room-1/publisher/uid/0");
    opened_006(response.ok()["rtcToken"].as_str().unwrap(), "room-1", "");
}

#[test]
fn drop_in_006_rejects_wildcards_by_route_field() {
    let channel = "a 006 token has no wildcard channels";
    let uid = "a 006 token has no wildcards but uid 0";
    let user_id = |position| {
        let allowed = "letters, digits, spaces and !#$%&()+,-.:;<=>?@[]^_{|}~";
        format!("expected {allowed}, got '*' at position {position}")
    };
    let get = |path: &str| server().bare(Method::GET, path).faults();
    assert_eq!(get("/rtc/*/publisher/uid/1"), [format!("channel: {channel}")]);
    assert_eq!(get("/rtc/room/publisher/userAccount/a*"), [format!("uid: {uid}")]);
    assert_eq!(get("/rtm/a*"), [format!("uid: {}", user_id(1))]);
    assert_eq!(
        get("/rte/r*/publisher/uid/1/a*"),
        [format!("channel: {channel}"), format!("rtmuid: {}", user_id(1))]
    );
    let post = |path: &str, body| server().post(path, serde_json::Value::to_string(&body)).faults();
    assert_eq!(
        post("/fetch_rtc_token", json!({ "channelname": "", "uid": 1, "role": 1 })),
        [format!("ChannelName: {channel}")]
    );
    assert_eq!(post("/rtmtoken", json!({ "user": "*" })), [format!("user: {}", user_id(0))]);
}

#[test]
fn version_in_route_comes_before_drop_in_006() {
    for body in [json!({ "channelName": "lobby", "uid": 7 }), json!({ "uid": 7, "type": 2 })] {
        let answer = server().post("/v2/token/generate", body.to_string()).ok();
        let token = answer["data"]["token"].as_str().unwrap();
        assert!(token.starts_with("007"), "{body}: {token}");
    }
}
