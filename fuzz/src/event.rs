//! A request as the event of each kind of Lambda trigger. tests/runtimes/lib/events.mjs has whole events.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use http::uri::PathAndQuery;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    HttpApi,
    HttpApiStage,
    HttpApiDomain,
    RestApi,
    FunctionUrl,
    LoadBalancer,
    LoadBalancerMultiValue,
}

impl Trigger {
    pub const ALL: [Self; 7] = [
        Self::HttpApi,
        Self::HttpApiStage,
        Self::HttpApiDomain,
        Self::RestApi,
        Self::FunctionUrl,
        Self::LoadBalancer,
        Self::LoadBalancerMultiValue,
    ];
}

/// The event, or `None` if the trigger loses a part of the request: it decodes `%2F` or bytes that are not UTF-8, or
/// keeps the last of several parameters.
pub fn event(
    trigger: Trigger,
    method: &Method,
    target: &PathAndQuery,
    body: &[u8],
    is_base64: bool,
) -> Option<Value> {
    let (path, query) = (target.path(), target.query().unwrap_or_default());
    let body = if is_base64 { STANDARD.encode(body) } else { String::from_utf8_lossy(body).into_owned() };
    let mut event = match trigger {
        Trigger::HttpApi => {
            v2(method, &decoded(path)?, query, "$default", "abc.execute-api.eu-west-1.amazonaws.com")
        }
        Trigger::HttpApiStage => {
            let path = format!("/prod{}", decoded(path)?);
            v2(method, &path, query, "prod", "abc.execute-api.eu-west-1.amazonaws.com")
        }
        Trigger::HttpApiDomain => {
            let path = decoded(path)?;
            if path.starts_with("/live") {
                return None;
            }
            v2(method, &path, query, "live", "token.example.com")
        }
        Trigger::FunctionUrl => v2(method, path, query, "$default", "abc.lambda-url.eu-west-1.on.aws"),
        Trigger::RestApi => json!({
            "resource": "/{proxy+}",
            "path": path,
            "httpMethod": method.as_str(),
            "headers": {"host": "abc.execute-api.eu-west-1.amazonaws.com", "content-type": "application/json"},
            "multiValueHeaders": {"host": ["abc.execute-api.eu-west-1.amazonaws.com"], "content-type": ["application/json"]},
            "multiValueQueryStringParameters": parameters(query, true)?,
            "requestContext": {"stage": "prod", "httpMethod": method.as_str(), "identity": {"sourceIp": "192.0.2.1"}},
        }),
        Trigger::LoadBalancer => json!({
            "requestContext": {"elb": {"targetGroupArn": "arn"}},
            "httpMethod": method.as_str(),
            "path": path,
            "queryStringParameters": single(parameters(query, false)?)?,
            "headers": {"host": "token.example.com", "content-type": "application/json"},
        }),
        Trigger::LoadBalancerMultiValue => json!({
            "requestContext": {"elb": {"targetGroupArn": "arn"}},
            "httpMethod": method.as_str(),
            "path": path,
            "multiValueQueryStringParameters": parameters(query, false)?,
            "multiValueHeaders": {"host": ["token.example.com"], "content-type": ["application/json"]},
        }),
    };
    event["body"] = json!(body);
    event["isBase64Encoded"] = json!(is_base64);
    Some(event)
}

fn v2(method: &Method, path: &str, query: &str, stage: &str, domain: &str) -> Value {
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"host": domain, "content-type": "application/json"},
        "requestContext": {
            "domainName": domain,
            "http": {"method": method.as_str(), "path": path, "sourceIp": "192.0.2.1"},
            "stage": stage,
            "timeEpoch": 1_773_119_783_000_u64,
        },
    })
}

fn decoded(path: &str) -> Option<String> {
    if path.to_ascii_lowercase().contains("%2f") {
        return None;
    }
    percent_decode_str(path).decode_utf8().ok().map(Into::into)
}

/// Parameters by name, decoded or as sent.
fn parameters(query: &str, is_decoded: bool) -> Option<Map<String, Value>> {
    let mut all = Map::new();
    let text = |part: &str| {
        let spaced = part.replace('+', " ");
        let decoded = percent_decode_str(&spaced).decode_utf8().ok()?.into_owned();
        Some(if is_decoded { decoded } else { part.to_owned() })
    };
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let list = all.entry(text(name)?).or_insert_with(|| json!([]));
        list.as_array_mut().expect("an array").push(json!(text(value)?));
    }
    Some(all)
}

fn single(all: Map<String, Value>) -> Option<Map<String, Value>> {
    all.into_iter()
        .map(|(name, values)| {
            let [value] = values.as_array()?.as_slice() else { return None };
            Some((name, value.clone()))
        })
        .collect()
}
