//! Every other `tokenType`, and 006: the token equals that of the official builder.

mod app;
mod chat;
mod classroom;
mod signaling;
mod v006;
mod voice;

use crate::common::opened::services;
use crate::common::server::{APP_ID, NOW, Response, Server};
use serde_json::{Value, json};

/// The answer to a body, and the services of its token.
#[track_caller]
fn issued(body: &Value) -> (Value, Value) {
    let response = Server::of_everything().token(body);
    let mut answer = response.ok();
    answer.as_object_mut().unwrap().remove("token");
    (answer, services(&response.token()))
}

/// The answer to a body whose members it repeats, without the token.
fn answer(body: &Value) -> Value {
    let mut answer = body.clone();
    answer["version"] = json!("007");
    answer["appId"] = json!(APP_ID);
    answer["issuedAt"] = json!(NOW);
    answer["expiresAt"] = json!(u64::from(NOW) + body["expireTime"].as_u64().unwrap());
    answer
}

fn send(body: &Value) -> Response {
    Server::of_everything().token(body)
}

/// The faults of a user ID in the field `name` of a body.
#[track_caller]
fn assert_takes_user_ids(name: &str, mut body: Value) {
    let field = name.to_owned();
    for id in [json!("a"), json!("x".repeat(64)), json!("007"), json!("-1")] {
        body[name] = id.clone();
        assert_eq!(send(&body).ok()[name], id);
    }
    for (number, digits) in [(json!(0), "0"), (json!(42), "42"), (json!(u64::MAX), "18446744073709551615")] {
        body[name] = number;
        assert_eq!(send(&body).ok()[name], digits);
    }
    for missing in [json!(null), json!("")] {
        body[name] = missing;
        assert_eq!(send(&body).faults(), [format!("{field} is required")]);
    }
    for (id, shown) in [
        (json!(-1), "expected text or an integer from 0, got -1"),
        (json!(1.5), "expected text or an integer from 0, got 1.5"),
        (json!(true), "expected text or an integer from 0, got true"),
        (json!(["a"]), "expected text or an integer from 0, got a list"),
        (json!("x".repeat(65)), "expected at most 64 bytes, got 65"),
        (json!("é".repeat(40)), "expected at most 64 bytes, got 80"),
    ] {
        body[name] = id;
        assert_eq!(send(&body).faults(), [format!("{field}: {shown}")]);
    }
    body.as_object_mut().unwrap().remove(name);
    assert_eq!(send(&body).faults(), [format!("{field} is required")]);
}

/// User IDs that RTM accepts in the field `name` of a body.
#[track_caller]
fn assert_takes_rtm_users(name: &str, mut body: Value) {
    assert_takes_user_ids(name, body.clone());
    for id in ["a b", "a ", "~!#$%&()+,-.:;<=>?@[]^_{|}", "_a", ".", "Null", "null "] {
        body[name] = json!(id);
        assert_eq!(send(&body).ok()[name], id);
    }
    let allowed = "expected letters, digits, spaces and !#$%&()+,-.:;<=>?@[]^_{|}~";
    for (id, fault) in [
        ("Zoë 🎉", format!("{allowed}, got 'ë' at position 2")),
        ("a*", format!("{allowed}, got '*' at position 1")),
        ("a/b", format!("{allowed}, got '/' at position 1")),
        ("\u{0}", format!("{allowed}, got '\\0' at position 0")),
        (" a", "expected no space at the start, got ' ' at position 0".to_owned()),
        ("null", "expected a user ID, got \"null\", which RTM does not accept".to_owned()),
    ] {
        body[name] = json!(id);
        assert_eq!(send(&body).faults(), [format!("{name}: {fault}")]);
    }
}

/// `tokenType`s other than rtc and rtm have no 006.
#[track_caller]
fn assert_has_no_006(mut body: Value) {
    body["version"] = json!("007");
    assert_eq!(send(&body).ok()["version"], "007");
    body["version"] = json!("006");
    let kind = body["tokenType"].as_str().unwrap();
    let expected = format!("version: 006 has no tokens of type {kind}, only rtc and rtm");
    assert_eq!(send(&body).faults(), [expected]);
}

/// `expireTime` is required and has the same bounds as for rtc.
#[track_caller]
fn assert_needs_a_lifetime(mut body: Value) {
    let expected = "expireTime: expected 1 to 86400";
    for (expire, fault) in [
        (json!(null), "expireTime is required".to_owned()),
        (json!(0), format!("{expected}, got 0")),
        (json!(86_401), format!("{expected}, got 86401; Agora ends every token after 24 hours")),
        (json!(1_763_773_600), format!("{expected} seconds from now, got the Unix timestamp 1763773600")),
    ] {
        body["expireTime"] = expire;
        assert_eq!(send(&body).faults(), [fault]);
    }
    body.as_object_mut().unwrap().remove("expireTime");
    assert_eq!(send(&body).faults(), ["expireTime is required"]);
}
