//! Evaluates the metric filters of template.yaml on the log lines of the handler.

use agora_token_server::api::Body;
use agora_token_server::fetch::FetchError;
use http::{Method, Request};
use serde_json::{Value, json};

use crate::common::issuer::Key;
use crate::common::server::{NOW, Response, SALT, Server, context, rtc};

/// A filter: the metric that it writes to, its pattern, and the members that it reads as value and dimensions.
struct Filter {
    metric: String,
    pattern: String,
    members: Vec<String>,
}

fn filters() -> Vec<Filter> {
    let path = format!("{}/template.yaml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let resources = text.split("Type: AWS::Logs::MetricFilter").skip(1);
    let filters = resources.map(|resource| {
        let resource = resource.split("\n\n").next().unwrap();
        let value = |name: &str| {
            let (_, rest) = resource.split_once(&format!("{name}: ")).unwrap();
            rest.lines().next().unwrap().trim_matches('\'').to_owned()
        };
        let transformed = resource.split_once("MetricTransformations").unwrap().1;
        let members = transformed.split("$.").skip(1);
        let member =
            |text: &str| text.split(|one: char| !one.is_ascii_alphabetic()).next().unwrap().to_owned();
        Filter {
            metric: value("MetricName"),
            pattern: value("FilterPattern"),
            members: members.map(member).collect(),
        }
    });
    filters.collect()
}

/// Whether a pattern of conditions that all must hold matches a line: `{ $.member = "text*" && $.number = 200 }`.
fn matches(pattern: &str, line: &Value) -> bool {
    let conditions = pattern.trim_start_matches('{').trim_end_matches('}').split("&&");
    conditions.map(str::trim).all(|condition| {
        let (selector, expected) = condition.split_once(' ').unwrap();
        let (operator, expected) = expected.split_once(' ').unwrap();
        // A selector that finds nothing matches neither way.
        let found = &line[selector.strip_prefix("$.").unwrap()];
        let is_equal = match serde_json::from_str::<Value>(expected).unwrap() {
            Value::String(text) => {
                let Some(found) = found.as_str() else { return false };
                text.strip_suffix('*').map_or(found == text, |start| found.starts_with(start))
            }
            number => *found == number,
        };
        match operator {
            "=" => is_equal,
            "!=" => !is_equal,
            other => panic!("{other}"),
        }
    })
}

fn fetched(answer: &Result<Vec<u8>, FetchError>) -> Response {
    let server = Server::with(&[
        ("AUTH", "jwt"),
        ("JWT_ISSUER", "https://issuer.example/"),
        ("JWT_AUDIENCE", "agora"),
        ("JWT_JWKS_URL", "https://issuer.example/jwks.json"),
    ]);
    let claims = json!({ "iss": "https://issuer.example/", "aud": "agora", "sub": "42", "exp": NOW + 60 });
    let jwt = Key::ed25519().jwt_of("k", &claims);
    let request = Request::post("/token").header("authorization", format!("Bearer {jwt}"));
    let request = request.body(Body::Whole(rtc(json!({})).to_string().into())).unwrap();
    server.answer(&request, &context(NOW, SALT), |_| answer.clone().map(Into::into), |_| None)
}

#[test]
fn metric_filters_match_lines_of_handler() {
    const REQUESTS: &str = "agora_token_requests";
    const DURATION: &str = "agora_token_request_duration_microseconds";
    const REFUSALS: &str = "agora_token_refusals";
    const ISSUED: &str = "agora_token_issued";
    const WARNINGS: &str = "agora_token_fetch_warnings";
    let local = Server::local();
    let toolbox = json!({ "channelName": "room-1", "uid": 42, "appCertificate": "x" });
    let set = |keys: &[Value]| Ok(crate::common::issuer::key_set(keys));
    let key = Key::ed25519().jwk(&json!({ "kid": "k" }));
    let private = json!({ "kty": "OKP", "crv": "Ed25519", "x": key["x"], "d": key["x"], "kid": "p" });
    let cases: [(Response, &[&str]); 8] = [
        (local.token(&rtc(json!({}))), &[REQUESTS, DURATION, ISSUED]),
        (local.token(&rtc(json!({ "channel": "*" }))), &[REQUESTS, DURATION, REFUSALS]),
        (local.bare(Method::GET, "/nowhere"), &[REQUESTS, DURATION, REFUSALS]),
        (local.bare(Method::GET, "/ping"), &[REQUESTS, DURATION]),
        // The first token was made but not issued.
        (
            Server::with(&[("ALLOWED_TOKEN_TYPES", "rtc")]).bare(Method::GET, "/rte/room-1/1/uid/7"),
            &[REQUESTS, DURATION, REFUSALS],
        ),
        (local.post("/v2/token/generate", toolbox.to_string()), &[REQUESTS, DURATION, ISSUED]),
        (fetched(&Err(FetchError::TimedOut)), &[REQUESTS, DURATION, REFUSALS, WARNINGS]),
        (fetched(&set(&[key.clone(), private])), &[REQUESTS, DURATION, ISSUED, WARNINGS]),
    ];
    let filters = filters();
    assert_eq!(filters.len(), 5);
    for (response, expected) in cases {
        let line = response.log();
        let matching = filters.iter().filter(|filter| matches(&filter.pattern, &line));
        let matching: Vec<&Filter> = matching.collect();
        let mut names: Vec<&str> = matching.iter().map(|filter| filter.metric.as_str()).collect();
        let mut expected = expected.to_vec();
        names.sort_unstable();
        expected.sort_unstable();
        assert_eq!(names, expected, "{line}");
        for Filter { metric, members, .. } in matching {
            assert!(members.iter().all(|member| !line[member].is_null()), "{metric}: {members:?} of {line}");
        }
    }
}
