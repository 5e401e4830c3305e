//! The requests of tests/runtimes/cases/field.json through the handler alone.

use agora_token_server::api::Body;
use http::Request;
use serde_json::Value;

use crate::common::server::{Reply, Server};

const CASES: &str = include_str!("../runtimes/cases/field.json");

#[test]
fn field_requests_are_answered_as_expected() {
    let file: Value = serde_json::from_str(CASES).unwrap();
    let cases = file["cases"].as_array().unwrap();
    assert!(cases.len() >= 16, "{}", cases.len());
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let reply = Server::local().send(&request(&case["request"]));
        let said = String::from_utf8_lossy(&reply.body).into_owned();
        let expected = &case["expect"];
        assert_eq!(u64::from(reply.status), expected["status"].as_u64().unwrap(), "{name}: {said}");
        for (header, wanted) in expected["headers"].as_object().into_iter().flatten() {
            let value = reply.header(header).map_or(Value::Null, Value::from);
            assert!(is_as(wanted, &value), "{name}: {header} is {value}, expected {wanted}");
        }
        for part in ["body", "problem"] {
            for (member, wanted) in expected[part].as_object().into_iter().flatten() {
                let body = body(&reply);
                assert!(is_as(wanted, &body[member]), "{name}: {member} of {body}, expected {wanted}");
            }
        }
    }
}

fn request(described: &Value) -> Request<Body> {
    let body = match (&described["json"], described["body"].as_str()) {
        (Value::Null, text) => text.map(str::to_owned),
        (json, _) => Some(json.to_string()),
    };
    let method = described["method"].as_str().unwrap_or(if body.is_some() { "POST" } else { "GET" });
    let mut request = Request::builder().method(method).uri(described["path"].as_str().unwrap());
    for (name, value) in described["headers"].as_object().into_iter().flatten() {
        request = request.header(name, value.as_str().unwrap());
    }
    request.body(Body::Whole(body.unwrap_or_default().into())).unwrap()
}

fn body(reply: &Reply) -> Value {
    serde_json::from_slice(&reply.body).unwrap()
}

/// Whether a value is what the case files mean; see tests/runtimes/lib/expectation.mjs.
fn is_as(wanted: &Value, value: &Value) -> bool {
    if let Some(parts) = wanted.get("$contains") {
        let text = value.as_str().unwrap_or_default();
        return parts.as_array().unwrap().iter().all(|part| text.contains(part.as_str().unwrap()));
    }
    if wanted.get("$any").is_some() || wanted.get("$matches").is_some() {
        return !value.is_null();
    }
    match (wanted, value) {
        (Value::String(token), Value::String(value)) if token == "<token>" => {
            value.starts_with("007") || value.starts_with("006")
        }
        (Value::Object(wanted), Value::Object(value)) => {
            wanted.len() == value.len()
                && wanted
                    .iter()
                    .all(|(member, wanted)| is_as(wanted, value.get(member).unwrap_or(&Value::Null)))
        }
        (wanted, value) => wanted == value,
    }
}
