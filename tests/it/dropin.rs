//! The drop-in routes with hostile or careless requests.

use crate::common::opened::services;
use crate::common::server::{DRAWN_UID, NOW, Response, Server};
use agora_token_server::api::Body;
use http::{Method, Request};
use serde_json::{Value, json};

fn get(path: &str) -> Response {
    Server::local().bare(Method::GET, path)
}

fn post(path: &str, body: &Value) -> Response {
    Server::local().post(path, body.to_string())
}

/// The invalid fields.
#[track_caller]
fn fields(response: &Response) -> Vec<String> {
    assert_eq!(response.status, 400, "{}", String::from_utf8_lossy(&response.body));
    let problem = response.problem();
    let errors = problem["errors"].as_array().unwrap();
    errors.iter().map(|error| error["field"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn drop_in_unknown_role_is_rejected() {
    for role in ["admin", "Publisher", "0", "3", "%31%30"] {
        assert_eq!(fields(&get(&format!("/rtc/room-1/{role}/uid/1"))), ["role"], "{role}");
    }
    for role in [json!(0), json!(3), json!("admin"), json!(1.5), json!([1]), json!(true)] {
        let body = json!({ "uid": 1, "ChannelName": "room-1", "role": role });
        assert_eq!(fields(&post("/fetch_rtc_token", &body)), ["role"], "{role}");
    }
    for missing in [json!(null), json!("")] {
        let body = json!({ "uid": 1, "ChannelName": "room-1", "role": missing });
        assert_eq!(post("/fetch_rtc_token", &body).status, 200, "{missing}");
        let body = json!({ "tokenType": "rtc", "uid": 1, "channel": "room-1", "role": missing });
        assert_eq!(fields(&post("/getToken", &body)), ["role"], "{missing}");
    }
}

#[test]
fn unfilled_placeholder_is_refused() {
    let escape = |name: &str| {
        percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC).to_string()
    };
    for name in [
        "null",
        "NULL",
        "undefined",
        "NaN",
        "None",
        "nil",
        "[object Object]",
        "[OBJECT OBJECT]",
        ":channel",
        ":_u1",
        "{}",
        "{channel}",
        "${user.id}",
        "{{uid}}",
    ] {
        let fault =
            |field: &str| [format!("{field}: expected a name, got the placeholder {name:?}; fill it in")];
        let escaped = escape(name);
        assert_eq!(get(&format!("/rtc/{escaped}/publisher/uid/1")).faults(), fault("channel"));
        assert_eq!(get(&format!("/rtc/room-1/publisher/userAccount/{escaped}/")).faults(), fault("uid"));
        assert_eq!(get(&format!("/rtc/room-1/publisher/uid/{escaped}")).faults(), fault("uid"));
        assert_eq!(get(&format!("/rtm/{escaped}")).faults(), fault("uid"));
        assert_eq!(get(&format!("/rte/room-1/publisher/uid/1/{escaped}")).faults(), fault("rtmuid"));
        assert_eq!(get(&format!("/chat/account/{escaped}")).faults(), fault("id"));
        assert_eq!(post("/rtmtoken", &json!({ "user": name })).faults(), fault("user"));
        assert_eq!(post("/rtctoken", &json!({ "channel": name })).faults(), fault("channel"));
        let body = json!({ "ChannelName": name, "uid": 1 });
        assert_eq!(post("/fetch_rtc_token", &body).faults(), fault("ChannelName"));
    }
    // Part of a name, or not an identifier.
    for name in ["nullable", "undefined1", ":1", ":", "a:channel", "x{y}", "{y}x", "$x", "ni l"] {
        assert_eq!(get(&format!("/rtc/{}/publisher/uid/1", escape(name))).status, 200, "{name}");
    }
    let body = json!({ "channel": "null", "uid": ":uid", "role": "publisher", "expireTime": 60 });
    assert_eq!(Server::local().token(&body).status, 200, "every name that Agora takes");
}

#[test]
fn drop_in_uid_out_of_range_or_padded_is_rejected() {
    for uid in ["4294967296", "18446744073709551617", "0123", "00", "-1", "%2B1", "1.0", "alice", "٣"] {
        let uid = percent_encoding::utf8_percent_encode(uid, percent_encoding::CONTROLS).to_string();
        assert_eq!(fields(&get(&format!("/rtc/room-1/publisher/uid/{uid}"))), ["uid"], "{uid}");
    }
    for uid in
        [json!("4294967296"), json!("0123"), json!(4_294_967_296_u64), json!(-1), json!(1.0), json!({})]
    {
        let rtc = json!({ "tokenType": "rtc", "channel": "room-1", "role": "publisher", "uid": uid });
        assert_eq!(fields(&post("/getToken", &rtc)), ["uid"], "{uid}");
        let rtm = json!({ "tokenType": "rtm", "uid": uid });
        assert_eq!(fields(&post("/getToken", &rtm)), ["uid"], "{uid}");
        let fetch = json!({ "ChannelName": "room-1", "uid": uid });
        assert_eq!(fields(&post("/fetch_rtc_token", &fetch)), ["uid"], "{uid}");
    }
    let without_wildcards = Server::with(&[("ALLOW_WILDCARD_UID", "false")]);
    for path in
        ["/rtc/room-1/publisher/uid/0", "/rtc/room-1/publisher/userAccount/0", "/access_token?channel=a"]
    {
        let (rule, _) = without_wildcards.bare(Method::GET, path).forbidden();
        assert_eq!(rule, "wildcard", "text uid 0 is uid 0: {path}");
    }
}

#[test]
fn drop_in_lifetime_out_of_bounds_is_rejected() {
    for expiry in ["0", "86401", "-1", "1e3", "60s", "4294967297", "99999999999999999999", "%2060"] {
        assert_eq!(fields(&get(&format!("/rtm/1?expiry={expiry}"))), ["expiry"], "{expiry}");
    }
    assert!(get(&format!("/rtm/1?expiry={NOW}")).faults()[0].contains("got the Unix timestamp"));
    let above = Server::with(&[("MAX_EXPIRE_TIME", "600")]);
    assert_eq!(above.bare(Method::GET, "/rtm/1?expiry=601").forbidden().0, "expireTime");
    assert_eq!(above.bare(Method::GET, "/rtm/1").ok()["expireTime"], 600, "the ceiling is the default");
    for (moment, left) in [(NOW + 1, 1), (NOW + 86_400, 86_400), (0, 3600)] {
        let answer = get(&format!("/access_token?channel=a&uid=1&expiredTs={moment}")).ok();
        assert_eq!(answer["expireTime"], left);
    }
    for moment in
        [NOW, NOW - 1, NOW + 86_401].map(|moment| moment.to_string()).iter().chain(["soon".to_owned()].iter())
    {
        assert_eq!(fields(&get(&format!("/access_token?channel=a&expiredTs={moment}"))), ["expiredTs"]);
    }
}

#[test]
fn drop_in_duplicate_parameter_is_rejected() {
    for body in [
        r#"{"uid":1,"UID":2,"ChannelName":"a"}"#,
        r#"{"uid":1,"uid":1,"ChannelName":"a"}"#,
        r#"{"uid":1,"\u0075id":1,"ChannelName":"a"}"#,
    ] {
        assert_eq!(fields(&Server::local().post("/fetch_rtc_token", body)), ["uid"], "{body}");
    }
    let both = r#"{"uid":1,"ChannelName":"a","channelName":"a"}"#;
    assert_eq!(fields(&Server::local().post("/fetch_rtc_token", both)), ["ChannelName"]);
    // Case matters to every other family.
    assert_eq!(post("/rtmtoken", &json!({ "user": "a", "User": "b" })).status, 200);
    assert_eq!(fields(&get("/rtm/1?expiry=60&expiry=60")), ["expiry"]);
    assert_eq!(fields(&get("/rtm/1?expiry=60&%65xpiry=60")), ["expiry"]);
    assert_eq!(fields(&get("/rtm/1?uid=2")), ["uid"], "in the path and in the query");
    assert_eq!(get("/rtm/1?_=1763770000").status, 200, "unknown ones are passed over");
}

#[test]
fn drop_in_post_reads_body_and_get_reads_url() {
    let body = json!({ "channel": "room-1" });
    assert_eq!(post("/rtctoken?isPublisher=true&channel=room-2", &body).status, 200);
    assert_eq!(fields(&post("/rtmtoken?user=alice", &json!({}))), ["user"]);
    let with_body = |path: &str, body: &'static str| {
        Server::local().send(&Request::get(path).body(Body::Whole(body.into())).unwrap())
    };
    assert_eq!(with_body("/fetch_rtc_token", r#"{"uid":1,"channelName":"a"}"#).status, 200);
    assert_eq!(fields(&with_body("/fetch_rtc_token?uid=1", r#"{"uid":1,"channelName":"a"}"#)), ["uid"]);
    assert_eq!(with_body("/access_token?channel=a", "not JSON").status, 200, "no other reads it");
    assert_eq!(with_body("/fetch_rtc_token?uid=1&ChannelName=a", "not JSON").status, 400);
}

#[test]
fn drop_in_is_publisher_other_than_bool_is_rejected() {
    for (value, publishes) in [
        (json!(true), true),
        (json!("true"), true),
        (json!("True"), true),
        (json!(false), false),
        (json!("False"), false),
    ] {
        let answer = post("/rtctoken", &json!({ "channel": "room-1", "isPublisher": value })).ok();
        assert_eq!(answer["uid"], DRAWN_UID.get());
        let publish_audio = crate::common::inflated(answer["token"].as_str().unwrap())
            .windows(6)
            .any(|bytes| bytes == [2, 0, 16, 14, 0, 0]);
        assert_eq!(publish_audio, publishes, "{value}");
    }
    for value in [json!(1), json!(0), json!("1"), json!("yes"), json!([])] {
        let body = json!({ "channel": "room-1", "isPublisher": value });
        assert_eq!(fields(&post("/rtctoken", &body)), ["isPublisher"], "{value}");
    }
}

#[test]
fn drop_in_path_has_one_meaning() {
    for path in ["/rtc/a/b/publisher/uid/1", "/rtm", "/rtm/", "/rtm/1/2", "/RTM/1", "/rtc/a/publisher/uid"] {
        assert_eq!(get(path).problem()["code"], "not_found", "{path}");
    }
    assert_eq!(fields(&get("/rtm//")), ["uid"]);
    assert_eq!(fields(&get("/rtc//publisher/uid/1")), ["channel"]);
    assert_eq!(fields(&get("/rtc/a%2Fb/publisher/uid/1")), ["channel"]);
    assert_eq!(fields(&get("/rtc/a%00/publisher/uid/1")), ["channel"]);
    assert_eq!(fields(&get("/rtc/%FF/publisher/uid/1")), ["channel"]);
    assert_eq!(fields(&get("/access_token?channel=%FF")), ["channel"]);
    for (spelled, channel) in [("a+b", "a+b"), ("a%20b", "a b"), ("%2e%2e", ".."), ("%2525", "%25")] {
        let token =
            get(&format!("/rtc/{spelled}/publisher/uid/1")).ok()["rtcToken"].as_str().unwrap().to_owned();
        let bytes = crate::common::inflated(&token);
        assert!(bytes.windows(channel.len()).any(|part| part == channel.as_bytes()), "{spelled}");
    }
    // In a query, unlike in a path, + is a space.
    for (spelled, channel) in [("a+b", "a b"), ("a%2Bb", "a+b"), ("a%20b", "a b")] {
        let token = get(&format!("/access_token?channel={spelled}")).token();
        assert_eq!(services(&token)[0]["channel"], channel, "{spelled}");
    }
    for method in [Method::HEAD, Method::PUT, Method::DELETE, Method::PATCH, Method::TRACE] {
        let response = Server::local().bare(method.clone(), "/rtm/1");
        assert_eq!((response.status, response.header("allow")), (405, Some("GET, OPTIONS")), "{method}");
    }
}

#[test]
fn drop_in_chat_app_needs_permission() {
    assert_eq!(get("/chat/app").forbidden().0, "tokenType");
    assert_eq!(post("/getToken", &json!({ "tokenType": "chat" })).forbidden().0, "tokenType");
    let server = Server::with(&[("ALLOWED_TOKEN_TYPES", "chat-app")]);
    assert_eq!(server.bare(Method::GET, "/chat/app").status, 200);
}

/// The Windows sample searches for this text, since it has no JSON parser.
#[test]
fn drop_in_success_body_has_no_white_space() {
    let body = String::from_utf8(get("/rtc/room-1/1/uid/1/?expiry=600").body).unwrap();
    assert!(body.starts_with(r#"{"rtcToken":"007"#), "{body}");
}

#[test]
fn chat_user_of_digits_is_uid() {
    let expected = "expected an integer from 0 to 4294967295 without leading zeros, got";
    for id in ["007", "4294967296"] {
        assert_eq!(get(&format!("/chat/account/{id}")).faults(), [format!("id: {expected} \"{id}\"")]);
    }
    assert_eq!(get("/chat/account/7").status, 200);
}

#[test]
fn text_of_19_digits_at_most_is_number() {
    let expiry = |text: &str| get(&format!("/rtc/room-1/publisher/uid/1?expiry={text}")).faults();
    let expected = "expiry: expected an integer from 1 to 86400, got";
    let too_much = "expiry: expected 1 to 86400 seconds from now, got the Unix timestamp 9999999999999999999";
    assert_eq!(expiry("9999999999999999999"), [too_much]);
    for text in ["99999999999999999999", "-5", "%2B5", "5s"] {
        assert_eq!(expiry(text), [format!("{expected} {:?}", text.replace("%2B", "+"))], "{text}");
    }
}

#[test]
fn kind_of_uid_must_be_known() {
    for kind in ["useraccount", "UID", "account", "1"] {
        let faults = get(&format!("/rtc/room-1/publisher/{kind}/1")).faults();
        assert_eq!(faults, ["tokentype: token type is invalid, expected uid or userAccount"], "{kind}");
    }
    assert_eq!(get("/rtc/room-1/publisher/userAccount/alice").status, 200);
    assert_eq!(get("/rtc/room-1/publisher/uid/alice").status, 400);
}

#[test]
fn role_is_word_or_number() {
    let expected = |role: &Value| {
        json!(matches!(role.to_string().trim_matches('"'), "publisher" | "broadcaster" | "host" | "1"))
    };
    for role in [
        json!(1),
        json!(2),
        json!("1"),
        json!("2"),
        json!("publisher"),
        json!("broadcaster"),
        json!("host"),
        json!("subscriber"),
        json!("audience"),
    ] {
        let body = json!({ "tokenType": "rtc", "channel": "room-1", "uid": 1, "role": role });
        let services = services(&post("/getToken", &body).token());
        let publishes = services[0]["privileges"].get("publishAudioStream").is_some();
        assert_eq!(json!(publishes), expected(&role), "{role}");
    }
}

/// The services that an RTM stream channel needs are added: joining it in RTC, and publishing data there.
#[test]
fn rtm_token_with_channel_opens_stream_channel() {
    let services = |body: Value| services(&post("/getToken", &body).token());
    let with_channel =
        services(json!({ "tokenType": "rtm", "channel": "room-1", "uid": "alice", "expire": 60 }));
    assert_eq!(
        with_channel,
        json!([
            { "type": "rtc", "channel": "room-1", "uid": "alice", "privileges": { "joinChannel": 60, "publishDataStream": 60 } },
            { "type": "rtm", "userId": "alice", "privileges": { "login": 60 } },
        ])
    );
    for channel in [json!(null), json!("")] {
        let without =
            services(json!({ "tokenType": "rtm", "channel": channel, "uid": "alice", "expire": 60 }));
        assert_eq!(without, json!([{ "type": "rtm", "userId": "alice", "privileges": { "login": 60 } }]));
    }
    let v006 = Server::with(&[("DROP_IN_TOKEN_VERSION", "006")]);
    let body = json!({ "tokenType": "rtm", "channel": "room-1", "uid": "alice" });
    assert!(v006.post("/getToken", body.to_string()).token().starts_with("006"));
}

#[test]
fn segment_that_is_not_utf8_is_named() {
    assert_eq!(get("/rtc/%FF/publisher/uid/1").faults(), ["channel is not UTF-8 after percent-decoding"]);
    assert_eq!(get("/rtm/alice?expiry=%FF").faults(), ["expiry is not UTF-8 after percent-decoding"]);
}

#[test]
fn uid_0_names_no_user_of_rtm() {
    assert_eq!(
        get("/rte/room-1/publisher/uid/0").faults(),
        ["uid: expected an RTM user ID: uid 0 names no user"]
    );
}

/// A name that the client chose may be a secret.
#[test]
fn query_parameter_that_is_not_utf8_is_logged_if_documented() {
    for (path, name) in [
        ("/rtm/alice", "expiry"),
        ("/rtc/room-1/publisher/uid/1", "expiry"),
        ("/access_token", "expiredTs"),
        ("/get_config", "channel"),
        ("/api/generate-agora-token", "uid"),
    ] {
        let cause = |parameter: &str| {
            let response = get(&format!("{path}?{parameter}=%FF"));
            assert_eq!(
                response.faults(),
                [format!("{parameter} is not UTF-8 after percent-decoding")],
                "{path}"
            );
            response.log()["cause"].as_str().unwrap().to_owned()
        };
        assert!(cause(name).contains(name), "{path}");
        assert!(cause("madeUp").contains("unknown field") && !cause("madeUp").contains("madeUp"), "{path}");
    }
}
