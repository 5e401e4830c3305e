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
    let response = Server::local().token(&rtc(json!({})));
    let answer = response.ok();
    assert_eq!(
        answer,
        json!({
            "token": answer["token"], "tokenType": "rtc", "version": "007", "appId": APP_ID,
            "channel": "room-1", "uid": 42, "role": "publisher",
            "issuedAt": NOW, "expireTime": 3600, "expiresAt": NOW + 3600,
        })
    );
    assert_eq!(
        opened(&response.token(), &Project::public_test()),
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
    let response = Server::local().token(&rtc(json!({})));
    assert_eq!(response.header("cache-control"), Some("private, no-store"));
    assert_eq!(response.header("pragma"), Some("no-cache"));
    assert_eq!(response.header("expires"), Some("-1"));
}

#[test]
fn other_responses_are_not_stored_or_sniffed() {
    let server = Server::local();
    for response in [
        server.bare(Method::GET, "/healthz"),
        server.bare(Method::GET, "/"),
        server.bare(Method::GET, "/nowhere"),
        server.token(&json!({})),
    ] {
        assert_eq!(response.header("cache-control"), Some("no-store"), "{response:?}");
        assert_eq!(response.header("x-content-type-options"), Some("nosniff"), "{response:?}");
    }
}

#[test]
fn response_and_log_line_hold_request_id() {
    let server = Server::local();
    for response in [
        server.token(&rtc(json!({}))),
        server.token(&json!({})),
        server.bare(Method::GET, "/ping"),
        server.bare(Method::OPTIONS, "/token"),
        server.bare(Method::GET, "/nowhere"),
    ] {
        assert_eq!(response.header("x-request-id"), Some("request-1"), "{response:?}");
        assert_eq!(response.log()["requestId"], "request-1", "{response:?}");
    }
}

#[test]
fn log_line_of_token_holds_its_facts() {
    let response = Server::local().token(&rtc(json!({})));
    assert_eq!(
        response.log(),
        json!({
            "level": "info", "message": "request", "time": NOW, "requestId": "request-1", "method": "POST",
            "route": "/token", "status": 200, "tokenType": "rtc", "tokenHash": token_hash(&response.token()),
            "durationUs": 250,
        })
    );
}

#[test]
fn log_line_of_rejection_names_fields_without_values() {
    let response = Server::local().token(&rtc(json!({ "uid": -1, "role": "boss", "hobby": "knitting" })));
    assert_eq!(
        response.log(),
        json!({
            "level": "warn", "message": "request", "time": NOW, "requestId": "request-1", "method": "POST",
            "route": "/token", "status": 400, "code": "invalid_request", "cause": "role, uid, unknown field",
            "durationUs": 250,
        })
    );
    let response = Server::local().token(&rtc(json!({ "channel": "*" })));
    assert_eq!(response.log()["rule"], "wildcard");
}

#[test]
fn handler_panic_is_500_without_cause() {
    let server = Server::local();
    let request = Request::post("/token").body(Body::Whole(Bytes::new())).unwrap();
    let response = server.response(&request, server.app.failed(&request, &context(NOW, SALT)));
    assert_eq!(response.status, 500);
    assert_eq!(response.header("access-control-allow-origin"), Some("*"));
    let problem = response.problem();
    assert_eq!(problem["code"], "internal");
    assert_eq!(problem["detail"], "the server failed; see its log");
    let log = response.log();
    assert_eq!(
        (&log["level"], &log["route"], &log["requestId"]),
        (&json!("error"), &json!("/token"), &json!("request-1"))
    );
    assert_eq!(log["cause"], "the handler panicked; standard error says where");
}
