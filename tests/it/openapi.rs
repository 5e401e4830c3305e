//! Compares `GET /openapi.json` with the handler: routes, problems, and every example.

use std::collections::BTreeSet;

use crate::common::server::{EVERY_TYPE, Response, Server};
use agora_token_server::api::{Body, FieldFault, MAX_BODY_BYTES, Problem, routes};
use agora_token_server::policy::Denied;
use agora_token_server::request::TokenKind;
use agora_token_server::time::Ttl;
use http::{Method, Request};
use serde_json::{Map, Value};

const METHODS: [&str; 5] = ["get", "head", "post", "options", "trace"];

fn document() -> Value {
    let answer = Server::local().bare(Method::GET, "/openapi.json");
    assert_eq!(answer.header("cache-control"), Some("public, max-age=3600"));
    answer.ok()
}

/// The target of `{"$ref": …}`, or the value itself.
fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value.get("$ref") {
        Some(pointer) => document.pointer(pointer.as_str().unwrap().strip_prefix('#').unwrap()).unwrap(),
        None => value,
    }
}

/// Every operation, with its path and its method.
fn operations(document: &Value) -> Vec<(&str, Method, &Map<String, Value>)> {
    let paths = document["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, item)| {
        resolved(document, item).as_object().unwrap().iter().map(move |(method, operation)| {
            assert!(METHODS.contains(&method.as_str()), "{path}: {method}");
            let method = method.to_uppercase().parse().unwrap();
            (path.as_str(), method, operation.as_object().unwrap())
        })
    });
    operations.collect()
}

#[test]
fn openapi_version_is_package_version() {
    assert_eq!(document()["info"]["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn openapi_lists_exactly_routes() {
    let table: BTreeSet<(String, String)> = routes()
        .flat_map(|(pattern, methods)| methods.iter().map(move |method| (pattern, method.to_string())))
        .map(|(pattern, method)| {
            let named = |segment: &str| match segment.strip_prefix(':') {
                Some(name) => format!("{{{name}}}"),
                None => segment.to_owned(),
            };
            (pattern.split('/').map(named).collect::<Vec<_>>().join("/"), method)
        })
        .collect();
    let document = document();
    let described: BTreeSet<(String, String)> = operations(&document)
        .into_iter()
        .map(|(path, method, _)| (path.to_owned(), method.to_string()))
        .collect();
    assert_eq!(described, table);
}

#[test]
fn openapi_lists_every_token_type() {
    let document = document();
    let kinds: BTreeSet<&str> = TokenKind::ALL.map(TokenKind::name).into();
    let schemas = &document["components"]["schemas"];
    let issued = &schemas["IssuedToken"]["properties"]["tokenType"]["enum"];
    let requested = schemas["TokenRequest"]["oneOf"].as_array().unwrap().iter().flat_map(|request| {
        let kind = &resolved(&document, request)["properties"]["tokenType"];
        kind["enum"].as_array().cloned().unwrap_or_else(|| vec![kind["const"].clone()])
    });
    let requested: Vec<Value> = requested.collect();
    for listed in [issued.as_array().unwrap(), &requested] {
        let listed: BTreeSet<&str> = listed.iter().map(|kind| kind.as_str().unwrap()).collect();
        assert_eq!(listed, kinds);
    }
}

#[test]
fn openapi_lists_every_problem() {
    let cause = String::new;
    let faults = vec![
        FieldFault { field: "channel".into(), detail: "channel is required".to_owned(), from_client: false },
        FieldFault {
            field: "expireTime".into(),
            detail: "expireTime: expected 1 to 86400, got 90000; Agora ends every token after 24 hours"
                .to_owned(),
            from_client: false,
        },
    ];
    let problems = [
        Problem::MalformedJson("expected value at line 1 column 12".to_owned()),
        Problem::InvalidRequest(faults),
        Problem::Unauthorized { cause: cause() },
        Problem::Forbidden(Denied::ExpireTime { requested: Ttl::MAX, max: Ttl::HOUR.as_secs() }),
        Problem::NotFound,
        Problem::MethodNotAllowed(vec![Method::POST, Method::OPTIONS]),
        Problem::PayloadTooLarge { max_bytes: MAX_BODY_BYTES },
        Problem::UnsupportedMediaType,
        Problem::TooManyRequests { retry_after: 20 },
        Problem::Internal,
        Problem::Unavailable { cause: cause() },
    ];
    let document = document();
    let mut described: Map<String, Value> = Map::new();
    for response in document["components"]["responses"].as_object().unwrap().values() {
        let content = &response["content"]["application/problem+json"];
        for (code, example) in content["examples"].as_object().into_iter().flatten() {
            described.insert(code.clone(), example["value"].clone());
            let status = &content["schema"]["properties"]["status"]["const"];
            assert_eq!(*status, example["value"]["status"], "{code}");
        }
    }
    let codes: BTreeSet<&str> = described.keys().map(String::as_str).collect();
    assert_eq!(codes, Problem::CODES.into_iter().collect());
    let listed: BTreeSet<&str> = document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"]
        .as_array()
        .unwrap()
        .iter()
        .map(|code| code.as_str().unwrap())
        .collect();
    assert_eq!(listed, Problem::CODES.into_iter().collect());
    assert_eq!(problems.each_ref().map(Problem::code), Problem::CODES, "one of each");
    for problem in problems {
        let answer: Value = serde_json::from_slice(problem.response("7f3a9c").body()).unwrap();
        assert_eq!(described[problem.code()], answer);
    }
}

#[test]
fn openapi_operations_list_their_problems() {
    let document = document();
    for (path, method, operation) in operations(&document) {
        let described: Vec<&str> =
            operation["responses"].as_object().unwrap().keys().map(String::as_str).collect();
        let mut expected = match (operation.get("security"), &method) {
            (_, &Method::OPTIONS) => vec!["204"],
            (None, &Method::HEAD) => vec!["200", "403", "413"],
            (None, _) => vec!["200", "403", "405", "413"],
            (Some(_), _) => vec!["200", "400", "401", "403", "405", "413", "429", "500", "503"],
        };
        if method != Method::OPTIONS && path.contains('{') {
            expected.push("404");
        }
        if path == "/readyz" && method != Method::OPTIONS {
            expected.push("503");
        }
        if ["/token", "/inspect"].contains(&path) && method == Method::POST {
            expected.push("415");
        }
        expected.sort_unstable();
        assert_eq!(described, expected, "{method} {path}");
    }
}

#[test]
fn openapi_examples_get_their_responses() {
    let server = Server::with(&[("ALLOWED_TOKEN_TYPES", EVERY_TYPE)]);
    let document = document();
    let mut answered = 0;
    for (path, method, operation) in operations(&document) {
        let (status, response) = operation["responses"]
            .as_object()
            .unwrap()
            .iter()
            .find(|(status, _)| status.starts_with('2'))
            .unwrap();
        let target = target(&document, path, operation);
        let bodies =
            examples(&operation.get("requestBody").unwrap_or(&Value::Null)["content"]["application/json"]);
        let response = resolved(&document, response);
        let expected = examples(&response["content"]["application/json"]);
        let requests = if bodies.is_empty() { vec![("example".to_owned(), Value::Null)] } else { bodies };
        for (name, body) in requests {
            let whole = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
            let request = Request::builder().method(method.clone()).uri(&target);
            let answer = server.send(&request.body(Body::Whole(whole.into())).unwrap());
            let shown = format!("{method} {target}, {name}: {}", String::from_utf8_lossy(&answer.body));
            assert_eq!(answer.status.to_string(), *status, "{shown}");
            headers_are_described(&document, response, &answer, &shown);
            answered += 1;
            // One example of a response is compared for all requests.
            let example = expected.iter().find(|(other, _)| *other == name).or(expected.first());
            let Some((_, example)) = example else { continue };
            assert_eq!(without_tokens(answer.ok()), without_tokens(example.clone()), "{shown}");
        }
    }
    assert!(answered > 60, "{answered}");
}

/// The path and the query with the examples of their parameters.
fn target(document: &Value, path: &str, operation: &Map<String, Value>) -> String {
    let mut target = path.to_owned();
    let mut query = Vec::new();
    for parameter in operation.get("parameters").and_then(Value::as_array).into_iter().flatten() {
        let parameter = resolved(document, parameter);
        let name = parameter["name"].as_str().unwrap();
        let example = match parameter.get("example") {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => "any".to_owned(),
        };
        match parameter["in"].as_str().unwrap() {
            "path" => target = target.replace(&format!("{{{name}}}"), &example),
            _ => query.push(format!("{name}={example}")),
        }
    }
    if query.is_empty() { target } else { format!("{target}?{}", query.join("&")) }
}

fn examples(content: &Value) -> Vec<(String, Value)> {
    if let Some(example) = content.get("example") {
        return vec![("example".to_owned(), example.clone())];
    }
    let named = content.get("examples").and_then(Value::as_object).into_iter().flatten();
    named.map(|(name, example)| (name.clone(), example["value"].clone())).collect()
}

fn headers_are_described(document: &Value, response: &Value, answer: &Response, shown: &str) {
    for (name, header) in response["headers"].as_object().unwrap() {
        let header = resolved(document, header);
        let value = answer.header(name);
        assert!(value.is_some(), "{name} of {shown}");
        if let Some(constant) = header["schema"].get("const") {
            assert_eq!(value, constant.as_str(), "{name} of {shown}");
        }
    }
}

/// Only the version of a token, since compressors differ.
fn without_tokens(mut body: Value) -> Value {
    for pointer in ["/token", "/rtcToken", "/rtmToken", "/chatToken", "/accessToken", "/data/token"] {
        if let Some(Value::String(token)) = body.pointer_mut(pointer)
            && token.starts_with("00")
        {
            token.truncate(3);
        }
    }
    body
}
