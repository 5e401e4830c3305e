//! The certificate is in no response, no log line and no `Debug` output.

use std::cell::RefCell;

use agora_token_server::api::{Answer, App, Body, Step};
use agora_token_server::time::UnixTime;
use http::{Method, Request};
use serde_json::json;

use crate::common::issuer::{AUDIENCE, ISSUER, Key, claims, key_set};
use crate::common::server::{EVERY_TYPE, NOW, SALT, Server, config, context, local, rtc};

const CERTIFICATE: &str = "0123456789abcdefFEDCBA9876543210";
const SECONDARY: &str = "00112233445566778899aabbCCDDEEFF";
const APP_ID: &str = "a1b2c3d4e5f60718293a4b5c6d7e8f90";

const VARIABLES: [(&str, &str); 5] = [
    ("AUTH", "none"),
    ("APP_ID", APP_ID),
    ("APP_CERTIFICATE", CERTIFICATE),
    ("APP_CERTIFICATE_SECONDARY", SECONDARY),
    ("ALLOWED_TOKEN_TYPES", EVERY_TYPE),
];

/// No eight consecutive digits of either certificate, in upper or lower case.
#[track_caller]
fn holds_no_secret(text: &str) {
    let text = text.to_ascii_lowercase();
    for secret in [CERTIFICATE, SECONDARY] {
        let secret = secret.to_ascii_lowercase();
        for start in 0..=secret.len() - 8 {
            assert!(!text.contains(&secret[start..start + 8]), "{text}");
        }
    }
}

fn requests() -> Vec<Request<Body>> {
    let post = |body: String| Request::post("/token").body(Body::Whole(body.into())).unwrap();
    let bare = |method: Method, path: &str| {
        Request::builder().method(method).uri(path).body(Body::Whole(Vec::new().into())).unwrap()
    };
    let mut requests = vec![
        post(rtc(json!({ "rtm": true })).to_string()),
        post(rtc(json!({ "version": "006" })).to_string()),
        post(rtc(json!({ "channel": "*" })).to_string()),
        post("{}".to_owned()),
        post("{".to_owned()),
        Request::post("/token").body(Body::TooLarge).unwrap(),
        Request::post("/token").body(Body::CutOff).unwrap(),
        Request::post("/token").header("content-type", "text/plain").body(Body::CutOff).unwrap(),
    ];
    for token_type in EVERY_TYPE.split(',') {
        requests.push(post(json!({ "tokenType": token_type, "expireTime": 60 }).to_string()));
        requests.push(post(json!({ "tokenType": token_type, "uid": "a", "expireTime": 60 }).to_string()));
    }
    for path in ["/", "/healthz", "/ping", "/token", "/inspect", "/openapi.json", "/nowhere"] {
        requests.extend([Method::GET, Method::HEAD, Method::OPTIONS, Method::DELETE].map(|m| bare(m, path)));
    }
    requests
}

fn answer(step: Step<'_>) -> Answer {
    match step {
        Step::Fetch(due) => panic!("{due:?} is due"),
        Step::Verify(jws) => answer(jws.invalid()),
        Step::Count(count) => answer(count.allow()),
        Step::Done(answer) => answer,
    }
}

#[test]
fn responses_and_log_lines_hold_no_certificate() {
    let context = context(NOW, SALT);
    for configured in [Server::with(&VARIABLES), Server::unconfigured()] {
        for request in requests() {
            let answer = answer(configured.app.begin(&request, &context));
            holds_no_secret(&format!("{answer:?}"));
            holds_no_secret(&String::from_utf8_lossy(answer.response.body()));
            holds_no_secret(&answer.log.to_json(std::time::Duration::ZERO));
        }
    }
}

#[test]
fn debug_output_holds_no_certificate() {
    let (config, notices) = config(local(), &VARIABLES).unwrap();
    holds_no_secret(&format!("{config:?} {config:#?} {notices:?}"));
    assert!(format!("{config:?}").contains("AppCertificate([redacted])"));
    let app = App::new(Ok(config));
    holds_no_secret(&format!("{app:?} {app:#?}"));
}

#[test]
fn step_debug_names_no_credential() {
    let server = Server::with(&[
        ("AUTH", "jwt"),
        ("JWT_ISSUER", ISSUER),
        ("JWT_AUDIENCE", AUDIENCE),
        ("JWT_JWKS_URL", "https://issuer.example/keys"),
    ]);
    let token = Key::p256().jwt_of("k2", &claims());
    let request = Request::post("/token").header("authorization", format!("Bearer {token}"));
    let request = request.body(Body::Whole(rtc(json!({})).to_string().into())).unwrap();
    let context = context(NOW, SALT);
    let mut step = server.app.begin(&request, &context);
    let mut seen = Vec::new();
    let answer = loop {
        let text = format!("{step:?}");
        for part in token.split('.') {
            assert!(!text.contains(part), "{text}");
        }
        seen.push(text);
        step = match step {
            Step::Fetch(due) => due.resolve(Ok(key_set(&[Key::p256().jwk(&json!({ "kid": "k2" }))]).into())),
            Step::Verify(jws) => jws.valid(),
            Step::Count(count) => count.allow(),
            Step::Done(answer) => break answer,
        };
    };
    assert_eq!(answer.response.status(), 403, "alice is not 42");
    for (text, start) in seen.iter().zip([
        r#"Count(Counting { caller: "address:unknown""#,
        r#"Fetch(Fetching { request: Fetch { url: "https://issuer.example/keys""#,
        r#"Count(Counting { caller: "address:unknown""#,
        "Verify(Verifying { signature: PendingSignature",
        r#"Count(Counting { caller: "jwt:alice""#,
        "Done(Answer { status: 403",
    ]) {
        assert!(text.starts_with(start), "{text}");
    }
    assert_eq!(seen.len(), 6);
}

#[test]
fn config_faults_hold_no_certificate() {
    // Cut off, with an additional letter, or in the place of the App ID: still secret.
    let long = format!("{CERTIFICATE}0");
    let wrong = CERTIFICATE.replace('F', "g");
    for (id, certificate) in [(CERTIFICATE, &CERTIFICATE[1..]), (&*long, &*long), (&*wrong, &*wrong)] {
        let variables = [
            ("APP_ID", id),
            ("APP_CERTIFICATE", certificate),
            ("APP_CERTIFICATE_SECONDARY", &SECONDARY[..20]),
        ];
        let printed = RefCell::new(String::new());
        let app = App::starting(config(local(), &variables), UnixTime::from_secs(1), |line| {
            printed.borrow_mut().push_str(&line);
        });
        assert!(printed.borrow().contains("APP_CERTIFICATE_SECONDARY"));
        holds_no_secret(&printed.borrow());
        holds_no_secret(&format!("{app:?}"));
        let response = Server::of(app).token(&rtc(json!({})));
        assert_eq!(response.status, 503);
        holds_no_secret(&response.log);
    }
}
