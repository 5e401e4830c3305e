//! `policy explain` against the server: the same outcome for random configurations, callers and requests.

use std::env::VarError;
use std::time::Duration;

use agora_token_server::api::{App, Body, Context, Seed, Step};
use agora_token_server::config::{Config, Environment, Socket, Source};
use agora_token_server::time::UnixTime;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Request;
use proptest::prelude::*;
use proptest::test_runner::{Config as Runs, TestRunner};
use ring::hmac;
use serde_json::{Value, json};

use super::{CERTIFICATE, command, text};

const NOW: u32 = 1_763_770_000;
const SECRET: &str = "correct horse battery staple and so on";
const KEY: &str = "foo";
const KEYS: &str = "shop:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";
const ISSUER: &str = "https://issuer.example/";

/// A configuration, a caller and a request.
#[derive(Clone, Debug)]
struct Case {
    variables: Vec<(&'static str, String)>,
    caller: Sender,
    body: Value,
}

#[derive(Clone, Debug)]
enum Sender {
    Anonymous,
    Key,
    Jwt(Value),
}

/// One of these values, or none.
fn maybe<T: Clone + std::fmt::Debug + 'static>(values: &'static [T]) -> BoxedStrategy<Option<T>> {
    prop_oneof![2 => Just(None), 3 => prop::sample::select(values).prop_map(Some)].boxed()
}

fn variable(
    name: &'static str,
    values: &'static [&'static str],
) -> BoxedStrategy<Option<(&'static str, String)>> {
    maybe(values).prop_map(move |value| value.map(|value| (name, value.to_owned()))).boxed()
}

/// An object with some of these members, each with one of its values.
fn object(members: &'static [(&'static str, &'static [&'static str])]) -> BoxedStrategy<Value> {
    let each = members.iter().map(|(name, values)| maybe(values).prop_map(move |value| (*name, value)));
    each.collect::<Vec<_>>()
        .prop_map(|members| {
            let present = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
            present
                .map(|(name, value)| (name, serde_json::from_str::<Value>(value).unwrap()))
                .collect::<Value>()
        })
        .boxed()
}

const GRANTS: &[(&str, &[&str])] = &[
    ("channels", &[r#"["room-1"]"#, r#"["room-*"]"#, r#"["*"]"#, r#"["user-alice"]"#, "[]"]),
    ("roles", &[r#"["subscriber"]"#, r#"["publisher","subscriber"]"#]),
    ("uid", &["42", r#""bob""#, "0"]),
    ("maxExpireTime", &["60", "3600"]),
    ("tokenTypes", &[r#"["rtc"]"#, r#"["rtc","rtm"]"#, r#"["rtm","chat-app","fpa"]"#]),
    ("wildcards", &["true", "false"]),
];

const BODY: &[(&str, &[&str])] = &[
    ("tokenType", &[r#""rtc""#, r#""rtm""#, r#""chat-app""#, r#""stt""#, r#""apaas-room-user""#]),
    ("channel", &[r#""room-1""#, r#""user-alice""#, r#""room-*""#, r#""""#]),
    ("role", &[r#""publisher""#, r#""subscriber""#, r#""host""#]),
    ("uid", &["42", "0", r#""alice""#, r#""bob""#, "1224578828"]),
    ("rtm", &["true", r#"{"userId":"alice"}"#]),
    ("version", &[r#""006""#, r#""007""#]),
];

fn grants() -> BoxedStrategy<Value> {
    object(GRANTS)
}

fn cases() -> BoxedStrategy<Case> {
    let variables = vec![
        variable("ALLOWED_CHANNELS", &["room-*", "user-{sub}", "room-1,lobby", "*"]),
        variable(
            "ALLOWED_TOKEN_TYPES",
            &["rtc", "rtc,rtm", "rtc,rtm,stt,chat-app,apaas-room-user,chat-user"],
        ),
        variable("MAX_EXPIRE_TIME", &["60", "3600"]),
        variable("EXPIRE_WITH_JWT", &["true"]),
        variable("ALLOW_WILDCARD_UID", &["true", "false"]),
        variable("ALLOW_WILDCARD_CHANNEL", &["true"]),
        variable("ALLOW_006", &["true", "false"]),
        variable("UID_KEY", &["0123456789abcdef0123456789abcdef"]),
        variable("JWT_UID_CLAIM", &["sub", "email", "user"]),
        variable("JWT_GRANTS_REQUIRED", &["true"]),
    ];
    let claims = object(&[
        ("aud", &[r#""tokens""#, r#""tokens""#, r#"["x","tokens"]"#, r#""others""#]),
        ("sub", &[r#""alice""#, r#""alice""#, r#""*""#, "42"]),
        ("email", &[r#""alice""#]),
        ("email_verified", &["true", "false"]),
        ("user", &[r#""alice""#, "7"]),
        ("exp", &["1763770600", "1763770600", "1763773600", "1763769000"]),
    ]);
    let jwt = (claims, proptest::option::of(grants())).prop_map(|(mut claims, grants)| {
        let base = json!({ "iss": ISSUER, "aud": "tokens", "sub": "alice", "exp": NOW + 600 });
        for (name, value) in base.as_object().unwrap() {
            claims.as_object_mut().unwrap().entry(name).or_insert(value.clone());
        }
        if let Some(grants) = grants {
            claims["agora"] = grants;
        }
        Sender::Jwt(claims)
    });
    let caller = prop_oneof![1 => Just(Sender::Anonymous), 2 => Just(Sender::Key), 4 => jwt];
    let body =
        (object(BODY), prop::sample::select(&[60, 600, 3600, 86400][..])).prop_map(|(mut body, seconds)| {
            body["expireTime"] = seconds.into();
            let needed = [("channel", json!("room-1")), ("role", json!("publisher"))];
            if body.get("tokenType").is_none_or(|kind| kind == "rtc" || kind == "stt") {
                for (name, value) in needed {
                    body.as_object_mut().unwrap().entry(name).or_insert(value);
                }
            }
            body
        });
    (variables, caller, body, proptest::option::of(grants()))
        .prop_map(|(variables, caller, body, limits)| {
            let mut variables: Vec<_> = variables.into_iter().flatten().collect();
            let limits = limits.filter(|limits| limits.get("uid") != Some(&json!(0)));
            match caller {
                Sender::Anonymous => {
                    variables.retain(|(name, _)| !name.starts_with("JWT"));
                    variables.push(("AUTH", "none".to_owned()));
                }
                Sender::Key | Sender::Jwt(_) => {
                    let jwt = [("AUTH", "api-key,jwt"), ("API_KEYS", KEYS), ("JWT_ISSUER", ISSUER)];
                    let more = [("JWT_AUDIENCE", "tokens"), ("JWT_SECRET", SECRET)];
                    variables
                        .extend(jwt.into_iter().chain(more).map(|(name, value)| (name, value.to_owned())));
                    let limits = limits.map(|limits| json!({ "shop": limits }).to_string());
                    variables.extend(limits.map(|limits| ("API_KEY_GRANTS", limits)));
                }
            }
            variables.extend(
                [("APP_ID", "970CA35de60c44645bbae8a215061b33"), ("APP_CERTIFICATE", CERTIFICATE)]
                    .map(|(name, value)| (name, value.to_owned())),
            );
            Case { variables, caller, body }
        })
        .boxed()
}

impl Case {
    /// Status, rule and detail of the server's response, with the cause of a 401.
    fn of_server(&self) -> (u64, Value, Value) {
        let lookup = |name: &str| {
            let found = self.variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| value.clone()).ok_or(VarError::NotPresent)
        };
        let sources = [Source { name: "environment", lookup: &lookup }];
        let environment =
            Environment { sources: &sources, files: None, secret_store: false, socket: Socket::Own };
        let (config, _) = Config::read(environment).unwrap();
        let app = App::new(Ok(config));
        let request = Request::post("/token").header("content-type", "application/json");
        let request = match &self.caller {
            Sender::Anonymous => request,
            Sender::Key => request.header("x-api-key", KEY),
            Sender::Jwt(claims) => request.header("authorization", format!("Bearer {}", signed(claims))),
        };
        let request = request.body(Body::Whole(self.body.to_string().into())).unwrap();
        let context = Context {
            now: UnixTime::from_secs(NOW),
            salt: 7,
            drawn_uid: 7.try_into().unwrap(),
            seed: Seed([7; 16]),
            request_id: "request-1".to_owned(),
            peer: None,
        };
        let mut step = app.begin(&request, &context);
        let answer = loop {
            step = match step {
                Step::Count(count) => count.allow(),
                Step::Done(answer) => break answer,
                Step::Fetch(_) | Step::Verify(_) => panic!("HS256 needs neither"),
            };
        };
        let body: Value = serde_json::from_slice(answer.response.body()).unwrap();
        let log: Value = serde_json::from_str(&answer.log.to_json(Duration::ZERO)).unwrap();
        let status = answer.response.status().as_u16().into();
        let detail = if status == 401 { log["cause"].clone() } else { body["detail"].clone() };
        (status, body["rule"].clone(), detail)
    }

    /// The same from `policy explain`, whose first refusal must equal the server's.
    fn explained(&self) -> (u64, Value, Value) {
        let variables: Vec<_> = self.variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let mut command = command(&variables);
        let at = NOW.to_string();
        command.args(["policy", "explain", "--json", "--at", &at, "--body", &self.body.to_string()]);
        match &self.caller {
            Sender::Anonymous => &mut command,
            Sender::Key => command.args(["--api-key", "shop"]),
            Sender::Jwt(claims) => command.args(["--claims", &claims.to_string()]),
        };
        let output = command.output().unwrap();
        let json: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
        let status = json["status"].as_u64().unwrap_or_else(|| panic!("{}", text(&output.stdout)));
        assert_eq!(output.status.code(), Some(i32::from(status != 200)), "{json}");
        let first = &json["refusals"][0];
        let rule = first["rule"].clone();
        let detail =
            [&first["detail"], &json["detail"], &json["cause"]].into_iter().find(|one| !one.is_null());
        (status, rule, detail.cloned().unwrap_or_default())
    }
}

/// HS256, with the server's secret.
fn signed(claims: &Value) -> String {
    let message = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256"}"#),
        URL_SAFE_NO_PAD.encode(claims.to_string())
    );
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(hmac::sign(&key, message.as_bytes()));
    format!("{message}.{signature}")
}

#[test]
fn policy_explain_agrees_with_server() {
    let runs = Runs { failure_persistence: None, ..Runs::with_cases(300) };
    let seen = std::cell::RefCell::new(std::collections::BTreeSet::new());
    TestRunner::new(runs)
        .run(&cases(), |case| {
            let outcome = case.of_server();
            prop_assert_eq!(&case.explained(), &outcome);
            seen.borrow_mut().insert((outcome.0, outcome.1.to_string()));
            Ok(())
        })
        .unwrap();
    let seen = seen.into_inner();
    assert!(seen.len() >= 8, "too few outcomes: {seen:?}");
}
