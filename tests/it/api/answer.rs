//! The response that holds a token, and the headers of every response.

use agora_token_server::api::Body;
use agora_token_server::inspect::token_hash;
use agora_token_server::token::Project;
use bytes::Bytes;
use http::{Method, Request};
use serde_json::json;

use crate::common::opened::opened;
use crate::common::server::{APP_ID, NOW, SALT, Server, context, rtc};

#[test]
fn rtc_request_gets_token_and_its_values() {
    let reply = Server::local().token(&rtc(json!({})));
    let answer = reply.ok();
    assert_eq!(
        answer,
        json!({
            "token": answer["token"], "tokenType": "rtc", "version": "007", "appId": APP_ID,
            "channel": "room-1", "uid": 42, "role": "publisher",
            "issuedAt": NOW, "expireTime": 3600, "expiresAt": NOW + 3600,
        })
    );
    assert_eq!(
        opened(&reply.token(), &Project::public_test()),
        json!({
            "appId": APP_ID, "issuedAt": NOW, "expire": 3600, "salt": SALT,
            "services": [{
                "type": "rtc", "channel": "room-1", "uid": "42",
                "privileges": {
                    "joinChannel": 3600, "publishAudioStream": 3600,
                    "publishVideoStream": 3600, "publishDataStream": 3600,
                },
            }],
        })
    );
}

#[test]
fn token_response_members_keep_their_order() {
    let body = Server::local().token(&rtc(json!({ "rtm": true }))).body;
    let text = String::from_utf8(body).unwrap();
    let members = [
        "token",
        "tokenType",
        "version",
        "appId",
        "channel",
        "uid",
        "role",
        "rtm",
        "issuedAt",
        "expireTime",
        "expiresAt",
    ];
    let places = members.map(|member| text.find(&format!("\"{member}\":")).unwrap());
    assert!(places.is_sorted(), "{text}");
}

#[test]
fn token_response_is_never_cached() {
    let reply = Server::local().token(&rtc(json!({})));
    assert_eq!(reply.header("cache-control"), Some("private, no-store"));
    assert_eq!(reply.header("pragma"), Some("no-cache"));
    assert_eq!(reply.header("expires"), Some("-1"));
}

#[test]
fn other_responses_are_not_stored_or_sniffed() {
    let server = Server::local();
    for reply in [
        server.bare(Method::GET, "/healthz"),
        server.bare(Method::GET, "/"),
        server.bare(Method::GET, "/nowhere"),
        server.token(&json!({})),
    ] {
        assert_eq!(reply.header("cache-control"), Some("no-store"), "{reply:?}");
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"), "{reply:?}");
    }
}

#[test]
fn response_and_log_line_hold_request_id() {
    let server = Server::local();
    for reply in [
        server.token(&rtc(json!({}))),
        server.token(&json!({})),
        server.bare(Method::GET, "/ping"),
        server.bare(Method::OPTIONS, "/token"),
        server.bare(Method::GET, "/nowhere"),
    ] {
        assert_eq!(reply.header("x-request-id"), Some("request-1"), "{reply:?}");
        assert_eq!(reply.log()["requestId"], "request-1", "{reply:?}");
    }
}

#[test]
fn log_line_of_token_holds_its_facts() {
    let reply = Server::local().token(&rtc(json!({})));
    assert_eq!(
        reply.log(),
        json!({
            "level": "info", "message": "request", "time": NOW, "requestId": "request-1", "method": "POST",
            "route": "/token", "status": 200, "tokenType": "rtc", "tokenHash": token_hash(&reply.token()),
            "durationUs": 250,
        })
    );
}

#[test]
fn log_line_of_rejection_names_fields_without_values() {
    let reply = Server::local().token(&rtc(json!({ "uid": -1, "role": "boss", "hobby": "knitting" })));
    assert_eq!(
        reply.log(),
        json!({
            "level": "warn", "message": "request", "time": NOW, "requestId": "request-1", "method": "POST",
            "route": "/token", "status": 400, "code": "invalid_request", "cause": "role, uid, unknown field",
            "durationUs": 250,
        })
    );
    let reply = Server::local().token(&rtc(json!({ "channel": "*" })));
    assert_eq!(reply.log()["rule"], "wildcard");
}

#[test]
fn handler_panic_is_500_without_cause() {
    let server = Server::local();
    let request = Request::post("/token").body(Body::Whole(Bytes::new())).unwrap();
    let reply = server.reply(&request, server.app.failed(&request, &context(NOW, SALT)));
    assert_eq!(reply.status, 500);
    assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
    let problem = reply.problem();
    assert_eq!(problem["code"], "internal");
    assert_eq!(problem["detail"], "the server failed; see its log");
    let log = reply.log();
    assert_eq!(
        (&log["level"], &log["route"], &log["requestId"]),
        (&json!("error"), &json!("/token"), &json!("request-1"))
    );
    assert_eq!(log["cause"], "the handler panicked; standard error says where");
}
