//! Checks before any field: bytes, size, type, syntax.

use agora_token_server::api::{Body, MAX_BODY_BYTES};
use http::Request;
use serde_json::{Value, json};

use crate::common::server::{Response, Server, body_too_large, rtc};

#[track_caller]
fn malformed(body: impl Into<Vec<u8>>) -> String {
    let problem = Server::local().post("/token", body).problem();
    assert_eq!(problem["status"], 400);
    assert_eq!(problem["code"], "malformed_json");
    problem["detail"].as_str().unwrap().to_owned()
}

#[test]
fn malformed_json_is_reported_with_line_and_column() {
    let detail = "the body is not JSON: expected value at line 2 column 14";
    let response = Server::local().post("/token", "{\n  \"channel\": oops }");
    assert_eq!(
        response.problem(),
        json!({
            "type": "about:blank", "title": "Bad Request", "status": 400, "code": "malformed_json",
            "detail": detail, "error": detail, "requestId": "request-1",
        })
    );
}

#[test]
fn malformed_json_of_any_kind_is_rejected() {
    let not_json = |why: &str| format!("the body is not JSON: {why}");
    for (body, why) in [
        ("", "EOF while parsing a value at line 1 column 0"),
        ("  ", "EOF while parsing a value at line 1 column 2"),
        ("channel=room-1&uid=42", "expected value at line 1 column 1"),
        ("{\"uid\":42", "EOF while parsing an object at line 1 column 9"),
        ("{\"uid\":42,}", "trailing comma at line 1 column 11"),
        ("{\"uid\":42}{}", "trailing characters at line 1 column 11"),
        ("{'uid':42}", "key must be a string at line 1 column 2"),
        ("{\"uid\":NaN}", "expected value at line 1 column 8"),
        ("{\"uid\":1e999}", "number out of range at line 1 column 12"),
        ("{\"uid\":042}", "invalid number at line 1 column 9"),
        (
            "{\"uid\":\"a\nb\"}",
            "control character (\\u0000-\\u001F) found while parsing a string at line 2 column 0",
        ),
        ("{\"uid\":\"\\ud800\"}", "unexpected end of hex escape at line 1 column 15"),
        ("{} // comment", "trailing characters at line 1 column 4"),
        ("\u{feff}{}", "expected value at line 1 column 1"),
    ] {
        assert_eq!(malformed(body), not_json(why), "{body:?}");
    }
}

#[test]
fn body_other_than_utf_8_is_rejected() {
    let why = "the body is not JSON: invalid unicode code point at line 1 column";
    assert_eq!(malformed(*b"{\"channel\":\"\xff\"}"), format!("{why} 13"));
    assert_eq!(malformed(*b"{\"\xc3\":1}"), format!("{why} 3"));
    assert_eq!(malformed(*b"\xff\xfe{\0}\0"), "the body is not JSON: expected value at line 1 column 1");
}

#[test]
fn deeply_nested_json_is_rejected() {
    let why = "the body is not JSON: recursion limit exceeded at line 1 column";
    assert_eq!(malformed("[".repeat(2000)), format!("{why} 128"));
    assert_eq!(malformed("{\"a\":".repeat(10_000)), format!("{why} 636"));
    assert_eq!(
        malformed(format!("{{\"rtm\":{}{}}}", "[".repeat(30_000), "]".repeat(30_000))),
        format!("{why} 134")
    );
}

#[test]
fn body_cut_off_is_malformed() {
    let request = Request::post("/token").body(Body::CutOff).unwrap();
    let problem = Server::local().send(&request).problem();
    assert_eq!(problem["code"], "malformed_json");
    assert_eq!(problem["detail"], "the body is not JSON: it was cut off");
}

#[test]
fn body_above_64_kib_is_rejected() {
    let mut largest = body_too_large();
    assert_eq!(largest.pop(), Some(b' '));
    assert_eq!(largest.len(), MAX_BODY_BYTES);
    Server::local().post("/token", largest).ok();

    let detail = "body: expected at most 65536 bytes";
    let whole_answer = json!({
        "type": "about:blank", "title": "Payload Too Large", "status": 413, "code": "payload_too_large",
        "detail": detail, "error": detail, "requestId": "request-1",
    });
    assert_eq!(Server::local().post("/token", body_too_large()).problem(), whole_answer);
    // The adapter stopped reading at the limit.
    let request = Request::post("/token").body(Body::TooLarge).unwrap();
    assert_eq!(Server::local().send(&request).problem(), whole_answer);
}

fn typed(content_type: Option<&[u8]>) -> Response {
    let mut request = Request::post("/token");
    if let Some(content_type) = content_type {
        request = request.header("content-type", content_type);
    }
    Server::local().send(&request.body(Body::Whole(rtc(json!({})).to_string().into())).unwrap())
}

#[test]
fn json_content_types_are_accepted() {
    typed(None).ok();
    for content_type in [
        "application/json",
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        "Application/JSON",
        " application/json ;x=y",
        "application/problem+json",
    ] {
        typed(Some(content_type.as_bytes())).ok();
    }
}

#[test]
fn other_content_type_is_rejected() {
    for content_type in [
        "text/plain",
        "text/plain; charset=utf-8",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "application/octet-stream",
        "text/json+json",
        "",
        "\u{e9}",
    ] {
        let response = typed(Some(content_type.as_bytes()));
        let detail = "Content-Type: expected application/json";
        assert_eq!(
            response.problem(),
            json!({
                "type": "about:blank", "title": "Unsupported Media Type", "status": 415,
                "code": "unsupported_media_type", "detail": detail, "error": detail, "requestId": "request-1",
            }),
            "{content_type:?}"
        );
    }
}

#[test]
fn compressed_body_is_rejected() {
    for (coding, status) in [("identity", 200), ("Identity", 200), ("gzip", 415), ("identity, br", 415)] {
        let request = Request::post("/token").header("content-encoding", coding);
        let body = Body::Whole(rtc(json!({})).to_string().into());
        let response = Server::local().send(&request.body(body).unwrap());
        assert_eq!(response.status, status, "{coding}");
        if status == 415 {
            assert_eq!(response.problem()["detail"], "Content-Encoding: expected none");
            assert_eq!(response.header("accept-encoding"), Some("identity"));
        }
    }
}

#[test]
fn content_type_is_checked_before_syntax() {
    let request = |body: &'static str| {
        Request::post("/token").header("content-type", "text/plain").body(Body::Whole(body.into())).unwrap()
    };
    for body in ["", "{", "{}"] {
        assert_eq!(Server::local().send(&request(body)).status, 415);
    }
}

#[test]
fn json_white_space_and_escapes_are_accepted() {
    let body = "\r\n\t {\"channel\" : \"room\\u002d1\",\n \"role\":\"publisher\", \"uid\": \"\\u0034\\u0032\", \
                \"expireTime\": 3600 }\n";
    let answer: Value = Server::local().post("/token", body).ok();
    assert_eq!(answer["channel"], "room-1");
    assert_eq!(answer["uid"], 42);
}
