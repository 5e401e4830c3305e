//! The routes that Agora's newer samples, recipes and tools call, checked against what their clients decode.

use crate::common::opened::{opened_006, services};
use crate::common::server::{APP_ID, CERTIFICATE, EVERY_TYPE, NOW, Response, Server};
use http::Method;
use serde_json::{Value, json};

const TOOLBOX: &str = "/v2/token/generate";

fn get(path: &str) -> Response {
    Server::local().bare(Method::GET, path)
}

fn post(path: &str, body: &Value) -> Response {
    Server::local().post(path, body.to_string())
}

/// The token of a toolbox body, and its types.
#[track_caller]
fn toolbox(body: &Value) -> (String, Value) {
    let mut answer = post(TOOLBOX, body).ok();
    (answer["data"]["token"].as_str().unwrap().to_owned(), answer["types"].take())
}

fn kinds(token: &str) -> Vec<String> {
    let services = services(token);
    services.as_array().unwrap().iter().map(|service| service["type"].as_str().unwrap().to_owned()).collect()
}

fn with(mut body: Value, more: &Value) -> Value {
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

#[test]
fn toolbox_answers_as_its_clients_decode() {
    let body = json!({
        "appId": APP_ID, "appCertificate": "", "channelName": "lobby", "expire": 900, "src": "iOS",
        "ts": "1764000000000", "types": [1, 2], "uid": "77",
    });
    let response = post(TOOLBOX, &body);
    let text = String::from_utf8(response.body.clone()).unwrap();
    let answer = response.ok();
    let token = answer["data"]["token"].as_str().unwrap();
    let ends = NOW + 900;
    let expected = format!(
        r#"{{"code":0,"msg":"success","message":"success","data":{{"token":"{token}","appid":"{APP_ID}"}},"types":[1,2],"expireTime":900,"expiresAt":{ends}}}"#
    );
    assert_eq!(text, expected);
    // Swift casts `data` to [String: String]; the HarmonyOS client searches the text.
    assert!(answer["data"].as_object().unwrap().values().all(Value::is_string));
    assert_eq!((text.matches(r#""code""#).count(), text.matches(r#""token""#).count()), (1, 1));
    let services = services(token);
    assert_eq!((&services[0]["channel"], &services[0]["uid"]), (&json!("lobby"), &json!("77")));
    assert_eq!(services[1]["userId"], "77");
    assert_eq!(response.header("cache-control"), Some("private, no-store"));
}

#[test]
fn toolbox_type_or_types_decides() {
    let base = json!({ "channelName": "lobby", "uid": 77 });
    for (more, types, expected) in [
        (json!({}), json!([1]), &["rtc"][..]),
        (json!({ "type": 1 }), json!([1]), &["rtc"]),
        (json!({ "type": 2 }), json!([2]), &["rtm"]),
        (json!({ "type": 3 }), json!([3]), &["chat"]),
        (json!({ "types": [1] }), json!([1]), &["rtc"]),
        (json!({ "types": [2, 1] }), json!([1, 2]), &["rtc", "rtm"]),
        (json!({ "types": [1, 3] }), json!([1, 3]), &["rtc", "chat"]),
        (json!({ "types": [1, 2, 3] }), json!([1, 2, 3]), &["rtc", "rtm", "chat"]),
    ] {
        let (token, issued) = toolbox(&with(base.clone(), &more));
        assert_eq!(kinds(&token), expected, "{more}");
        assert_eq!(issued, types, "{more}");
    }
    for (more, fault) in [
        (json!({ "type": 1, "types": [1] }), "types: expected one of type and types, got both"),
        (json!({ "types": [2, 3] }), "types: expected 1 beside 2 and 3, got 2 and 3 alone"),
        (json!({ "types": [] }), "types: "),
        (json!({ "types": [1, 1] }), "types: "),
        (json!({ "types": [4] }), "types: "),
        (json!({ "types": 1 }), "types: "),
        (json!({ "type": [1] }), "type: "),
        (json!({ "type": "1" }), "type: "),
        (json!({ "type": 0 }), "type: "),
    ] {
        let faults = post(TOOLBOX, &with(base.clone(), &more)).faults();
        assert!(faults.len() == 1 && faults[0].starts_with(fault), "{more}: {faults:?}");
    }
}

#[test]
fn toolbox_uid_zero_names_no_rtm_or_chat_user() {
    for uid in [json!(null), json!(""), json!(0), json!("0")] {
        let (token, types) = toolbox(&json!({ "channelName": "lobby", "uid": uid, "types": [1, 2] }));
        assert_eq!((kinds(&token), types), (vec!["rtc".to_owned()], json!([1])), "{uid}");
        assert_eq!(services(&token)[0]["uid"], "", "{uid}");
        for one in [2, 3] {
            let faults = post(TOOLBOX, &json!({ "uid": uid, "type": one })).faults();
            assert_eq!(faults, ["uid is required"], "{uid}");
        }
    }
    for uid in [json!("0123"), json!("4294967296"), json!(-1), json!(1.5), json!([])] {
        let faults = post(TOOLBOX, &json!({ "channelName": "lobby", "uid": uid })).faults();
        assert!(faults.len() == 1 && faults[0].starts_with("uid"), "{uid}: {faults:?}");
    }
    let (token, _) = toolbox(&json!({ "channelName": "lobby", "uid": "alice", "types": [1, 2] }));
    assert_eq!(services(&token)[1]["userId"], "alice");
    let body = json!({ "channelName": "lobby", "uid": "alice@example.com", "types": [1, 3] });
    let faults = post(TOOLBOX, &body).faults();
    assert!(faults.len() == 1 && faults[0].starts_with("uid: expected a Chat user ID: "), "{faults:?}");
}

#[test]
fn toolbox_channel_is_required_with_rtc_alone() {
    for body in [json!({}), json!({ "uid": 7, "types": [1, 2] }), json!({ "channelName": "", "uid": 7 })] {
        assert_eq!(post(TOOLBOX, &body).faults(), ["channelName is required"], "{body}");
    }
    assert_eq!(post(TOOLBOX, &json!({ "channelName": "", "uid": "alice", "type": 2 })).status, 200);
    let wild = Server::with(&[("ALLOW_WILDCARD_CHANNEL", "true")]);
    for channel in ["", "*"] {
        let body = json!({ "channelName": channel, "uid": 7 }).to_string();
        let token = wild.post(TOOLBOX, body.as_str()).ok()["data"]["token"].as_str().unwrap().to_owned();
        assert_eq!(services(&token)[0]["channel"], channel);
    }
    let response = post(TOOLBOX, &json!({ "channelName": "*", "uid": 7 }));
    assert_eq!(response.forbidden().0, "wildcard");
}

#[test]
fn toolbox_of_another_project_is_refused() {
    let body = |app_id: Value| json!({ "appId": app_id, "channelName": "lobby", "uid": 7 });
    for own in [json!(APP_ID), json!(""), json!(null)] {
        assert_eq!(post(TOOLBOX, &body(own)).status, 200);
    }
    let response = post(TOOLBOX, &body(json!("0123456789abcdef0123456789abcdef")));
    let (rule, detail) = response.forbidden();
    assert_eq!((rule.as_str(), detail.contains("0123456789")), ("project", false));
    assert_eq!(post(TOOLBOX, &body(json!(1))).faults().len(), 1);
    // Before every other rule.
    let mut other = body(json!("other"));
    other["channelName"] = json!("*");
    assert_eq!(post(TOOLBOX, &other).forbidden().0, "project");
}

/// A certificate in a request is in no response and no log line, whatever the fault.
#[test]
fn toolbox_certificate_is_repeated_nowhere() {
    const MARKER: &str = "marker-8d1f0c9e7b6a";
    let server = Server::with(&[("ALLOWED_TOKEN_TYPES", EVERY_TYPE)]);
    let quoted = format!("\"{MARKER}\"");
    let base = r#""channelName": "lobby", "uid": 7"#;
    let bodies = [
        format!(r#"{{ "appCertificate": {quoted}, {base} }}"#),
        format!(r#"{{ "appCert": {quoted}, {base} }}"#),
        format!(r#"{{ "appCertificate": [{quoted}], {base} }}"#),
        format!(r#"{{ "appCertificate": {{ {quoted}: {quoted} }}, {base} }}"#),
        format!(r#"{{ "appCertificate": {quoted}, "appCertificate": {quoted}, {base} }}"#),
        format!(r#"{{ "appCertificate": {quoted}, "uid": 7, "uid": 8 }}"#),
        format!(r#"{{ "appCertificate": {quoted}, "appId": {quoted}, {base} }}"#),
        format!(r#"{{ "appCertificate": {quoted}, "channelName": [] }}"#),
        format!(r#"{{ "appCertificate": {quoted}"#),
        format!(r#"{{ "appCertificate": {quoted} {quoted} }}"#),
        format!(r#"{{ "appCertificate": {MARKER} }}"#),
        format!(r#"{{ "appCertificate": "{MARKER}\q" }}"#),
        format!(r#"{{ "appCertificate": "{MARKER}"#),
        format!(r#"[{{ "appCertificate": {quoted} }}]"#),
    ];
    for path in [TOOLBOX, "/v2/token006/generate", "/toolbox/v2/sso/token/generate"] {
        for body in &bodies {
            let response = server.post(path, body.as_str());
            let shown = format!("{response:?}{}", String::from_utf8_lossy(&response.body));
            assert!(!shown.contains("marker") && !response.log.contains("marker"), "{path} {body}: {shown}");
        }
    }
    let log = server.post(TOOLBOX, bodies[0].as_str()).log();
    assert_eq!(log["level"], "warn");
    assert!(log["warning"].as_str().unwrap().contains("App Certificate"), "{log}");
    assert!(server.post(TOOLBOX, bodies[7].as_str()).log()["warning"].is_string(), "with a fault too");
    for empty in [r#""""#, "null"] {
        let log = server.post(TOOLBOX, format!(r#"{{ "appCertificate": {empty}, {base} }}"#)).log();
        assert_eq!((&log["level"], &log["warning"]), (&json!("info"), &Value::Null));
    }
}

#[test]
fn toolbox_006_is_006_whatever_is_configured() {
    for version in ["007", "006"] {
        let server = Server::with(&[("DROP_IN_TOKEN_VERSION", version)]);
        let token = |path: &str, body: &Value| {
            server.post(path, body.to_string()).ok()["data"]["token"].as_str().unwrap().to_owned()
        };
        let rtc = json!({ "channelName": "lobby", "uid": 77, "type": 1 });
        assert!(token(TOOLBOX, &rtc).starts_with("007"), "{version}");
        opened_006(&token("/v2/token006/generate", &rtc), "lobby", "77");
        let rtm = json!({ "uid": "alice", "types": [2] });
        opened_006(&token("/v2/token006/generate", &rtm), "alice", "");
    }
    let base = json!({ "channelName": "lobby", "uid": 77 });
    for (more, field) in [(json!({ "type": 3 }), "type: "), (json!({ "types": [1, 2] }), "types: ")] {
        let faults = post("/v2/token006/generate", &with(base.clone(), &more)).faults();
        assert!(faults.len() == 1 && faults[0].starts_with(field), "{faults:?}");
    }
    let refused = Server::with(&[("ALLOW_006", "false")]);
    assert_eq!(refused.post("/v2/token006/generate", base.to_string()).forbidden().0, "version");
}

#[test]
fn get_config_answers_in_text() {
    for path in ["/get_config", "/api/get_config"] {
        let mut answer = get(&format!("{path}?channel=lobby&uid=77")).ok();
        let token = answer["data"]["token"].take();
        let agent = answer["data"]["agent_uid"].take();
        assert_eq!(
            answer,
            json!({
                "code": 0, "msg": "success", "expireTime": 3600, "expiresAt": NOW + 3600,
                "data": {
                    "app_id": APP_ID, "token": null, "uid": "77", "channel_name": "lobby", "agent_uid": null,
                },
            })
        );
        let agent: u32 = agent.as_str().unwrap().parse().unwrap();
        assert!((10_000_000..=99_999_999).contains(&agent));
        let services = services(token.as_str().unwrap());
        assert_eq!((&services[0]["uid"], &services[1]["userId"]), (&json!("77"), &json!("77")));
    }
    // The agent is not the user.
    let agent = get("/get_config").ok()["data"]["agent_uid"].as_str().unwrap().to_owned();
    let other = get(&format!("/get_config?uid={agent}")).ok();
    assert_eq!(other["data"]["uid"], agent);
    assert_eq!(other["data"]["agent_uid"], (agent.parse::<u32>().unwrap() ^ 1).to_string());
}

#[test]
fn uid_that_is_not_positive_is_drawn() {
    for query in ["", "uid=", "uid=0", "uid=-1", "uid=-4294967296"] {
        for path in ["/get_config", "/api/generate-agora-token"] {
            let answer = get(&format!("{path}?{query}")).ok();
            let uid = answer.pointer("/uid").or(answer.pointer("/data/uid")).unwrap().as_str().unwrap();
            assert!((1_000..=9_999_999).contains(&uid.parse::<u32>().unwrap()), "{query}: {uid}");
            let channel = answer.pointer("/channel").or(answer.pointer("/data/channel_name")).unwrap();
            let drawn = channel.as_str().unwrap().strip_prefix(&format!("ai-conversation-{NOW}-")).unwrap();
            assert_eq!(drawn.len(), 12);
            assert!(drawn.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()), "{drawn}");
        }
    }
    for uid in ["alice", "1.5", "0123", "00", "-0", "-01", "4294967296", "1e3", "null"] {
        for path in ["/get_config", "/api/generate-agora-token"] {
            let faults = get(&format!("{path}?uid={uid}")).faults();
            assert!(faults.len() == 1 && faults[0].starts_with("uid: "), "{uid}: {faults:?}");
        }
    }
    for uid in [json!(true), json!(1.5)] {
        let faults = post("/api/generate-agora-token", &json!({ "uid": uid })).faults();
        assert!(faults.len() == 1 && faults[0].starts_with("uid: "), "{uid}: {faults:?}");
    }
    let body = json!({ "uid": -5, "channel": null }).to_string();
    assert_eq!(Server::local().post("/api/generate-agora-token", body).status, 200);
}

#[test]
fn generate_agora_token_takes_query_or_json() {
    const PATH: &str = "/api/generate-agora-token";
    for response in [
        get(&format!("{PATH}?uid=77&channel=lobby&expireTime=60")),
        get(&format!("{PATH}?userId=77&channel_name=lobby&ttlSeconds=60")),
        post(PATH, &json!({ "user_id": 77, "channelName": "lobby", "expiry": 60 })),
        Server::local().post(&format!("{PATH}?uid=77&channel=lobby&expire=60"), ""),
    ] {
        let mut answer = response.ok();
        let token = answer["token"].take();
        let services = services(token.as_str().unwrap());
        assert_eq!((&services[0]["uid"], &services[1]["userId"]), (&json!("77"), &json!("77")));
        assert_eq!(
            answer,
            json!({
                "appId": APP_ID, "token": null, "uid": "77", "channel": "lobby", "expireTime": 60,
                "expiresAt": NOW + 60,
            })
        );
    }
    assert_eq!(Server::local().post(PATH, "").status, 200);
    let token = get(&format!("{PATH}?uid=77&role=audience")).token();
    assert_eq!(services(&token)[0]["privileges"].as_object().unwrap().len(), 1);
    assert_eq!(get(&format!("{PATH}?role=admin")).faults().len(), 1);
    let twice = Server::local().post(&format!("{PATH}?uid=7"), r#"{"uid":7}"#);
    assert_eq!(twice.faults(), ["uid is given twice"]);
}

#[test]
fn two_names_of_one_field_are_refused() {
    let fault = |one: &str, other: &str| format!("{one}: expected one of {other} and {one}, got both");
    for path in ["/token", "/api/generate-agora-token"] {
        for (query, one, other) in [
            ("channel=a&channelName=a", "channelName", "channel"),
            ("channel_name=a&channelName=a", "channel_name", "channelName"),
            ("uid=7&userAccount=7", "userAccount", "uid"),
            ("expire=60&expirationInSeconds=60", "expirationInSeconds", "expire"),
        ] {
            assert_eq!(get(&format!("{path}?{query}")).faults(), [fault(one, other)], "{path}");
        }
        // Other names are ignored.
        let answer = get(&format!("{path}?room=a&duration=5")).ok();
        assert_eq!(answer["expireTime"], 3600);
        assert!(answer["channel"].as_str().unwrap().starts_with("ai-conversation-"));
    }
}

#[test]
fn community_token_is_rtc_alone() {
    let mut answer = get("/token?channel=lobby&uid=77").ok();
    let token = answer["token"].take();
    assert_eq!(kinds(token.as_str().unwrap()), ["rtc"]);
    assert_eq!(
        answer,
        json!({
            "token": null, "uid": "77", "channel": "lobby", "appId": APP_ID, "expireTime": 3600,
            "expiresAt": NOW + 3600,
        })
    );
    assert_eq!(get("/token?channel=lobby").ok()["uid"], "0");
    assert_eq!(get("/token?channel=lobby&userAccount=alice").ok()["uid"], "alice");
    let drawn = get("/token?uid=7").ok();
    assert!(drawn["channel"].as_str().unwrap().starts_with(&format!("ai-conversation-{NOW}-")));
    let v006 = Server::with(&[("DROP_IN_TOKEN_VERSION", "006")]);
    opened_006(&v006.bare(Method::GET, "/token?channel=lobby&uid=77").token(), "lobby", "77");
    assert_eq!(Server::local().bare(Method::PUT, "/token").header("allow"), Some("POST, GET, OPTIONS"));
}

#[test]
fn callkit_answers_as_its_clients_decode() {
    let mut answer = get("/token/rtc/channel/lobby/agorauid/77?userAccount=dave").ok();
    let token = answer["accessToken"].take();
    assert_eq!(
        answer,
        json!({
            "code": "RES_OK", "statusCode": 200, "accessToken": null, "agoraUid": "77",
            "expireTimestamp": u64::from(NOW + 3600) * 1000, "expireTime": 3600, "expiresAt": NOW + 3600,
        })
    );
    let services = services(token.as_str().unwrap());
    assert_eq!(services[0]["privileges"].as_object().unwrap().len(), 4);
    for uid in ["dave", "0123", "-1", "4294967296", ":uid"] {
        let faults = get(&format!("/token/rtc/channel/lobby/agorauid/{uid}")).faults();
        assert!(faults.len() == 1 && faults[0].starts_with("uid: "), "{uid}: {faults:?}");
    }
    assert_eq!(get("/token/rtc/channel//agorauid/77").faults(), ["channel is required"]);
}

#[test]
fn app_id_is_configured_project() {
    const OWN: &str = "0123456789abcdef0123456789abcdef";
    let server = Server::with(&[("AUTH", "none"), ("APP_ID", OWN), ("APP_CERTIFICATE", CERTIFICATE)]);
    let request = http::Request::get("/token?channel=lobby").header("host", "localhost:8080");
    let answer = server.send(&request.body(agora_token_server::api::Body::Whole("".into())).unwrap()).ok();
    assert_eq!(answer["appId"], OWN);
}
