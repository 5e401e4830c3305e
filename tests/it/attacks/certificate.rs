//! The certificate from AWS's Parameters and Secrets extension, which the adapter fetches for the
//! handler.

use std::cell::{Cell, RefCell};

use agora_token_server::api::Body;
use agora_token_server::fetch::{Fetch, FetchError};
use agora_token_server::token::{AppCertificate, UnverifiedAccessToken2};
use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};

use super::{post, sent};
use crate::common::issuer::NOW;
use crate::common::server::{APP_ID, Platform, Response, Server, context, rtc};

const FIRST: &str = "0123456789abcdefFEDCBA9876543210";
const ROTATED: &str = "00112233445566778899aabbCCDDEEFF";
const SESSION_TOKEN: &str = "session-token-of-the-function";

/// A function on Lambda, and its extension.
struct Function {
    server: Server,
    answer: RefCell<Result<Bytes, FetchError>>,
    asked: RefCell<Vec<Fetch>>,
    now: Cell<u32>,
}

impl Function {
    fn with(secret: &str, more: &[(&str, &str)]) -> Self {
        let mut variables = vec![
            ("APP_ID", APP_ID),
            ("AUTH", "none"),
            ("APP_CERTIFICATE_SECRET", secret),
            ("AWS_SESSION_TOKEN", SESSION_TOKEN),
        ];
        variables.extend(more);
        Self {
            server: Server::on(Platform::Lambda, &variables),
            answer: RefCell::new(secrets_manager(&json!(FIRST))),
            asked: RefCell::default(),
            now: Cell::new(NOW),
        }
    }

    fn new() -> Self {
        Self::with("agora/certificate", &[])
    }

    fn token_after(&self, seconds: u32) -> Response {
        self.now.set(self.now.get() + seconds);
        let request: Request<Body> = sent(Request::post("/token"), &rtc(json!({})));
        let fetch = |due: Fetch| {
            self.asked.borrow_mut().push(due);
            self.answer.borrow().clone()
        };
        let response = self.server.answer(&request, &context(self.now.get(), 7), fetch, |_| None);
        let said = format!("{} {}", response.log, String::from_utf8_lossy(&response.body)).to_lowercase();
        for secret in [FIRST, ROTATED, SESSION_TOKEN] {
            assert!(!said.contains(&secret.to_lowercase()[..16]), "{said}");
        }
        response
    }
}

/// The response of Secrets Manager, as the extension forwards it.
fn secrets_manager(secret: &Value) -> Result<Bytes, FetchError> {
    let text = secret.as_str().map_or_else(|| secret.to_string(), str::to_owned);
    Ok(json!({ "ARN": "arn:aws:secretsmanager:…", "Name": "agora", "SecretString": text }).to_string().into())
}

fn parameter_store(value: &str) -> Result<Bytes, FetchError> {
    Ok(json!({ "Parameter": { "Name": "/agora", "Type": "SecureString", "Value": value } })
        .to_string()
        .into())
}

#[track_caller]
fn signed_with(response: &Response, certificate: &str) {
    let certificate: AppCertificate = certificate.parse().unwrap();
    assert!(response.token().parse::<UnverifiedAccessToken2>().unwrap().verify(&certificate).is_ok());
}

/// The cause in the log of a 503.
#[track_caller]
fn unavailable(response: &Response) -> String {
    assert_eq!((response.status, response.header("retry-after")), (503, Some("10")));
    let cause = response.log()["cause"].as_str().unwrap().to_owned();
    cause.strip_prefix("APP_CERTIFICATE_SECRET: ").expect("the variable is named").to_owned()
}

#[test]
fn secret_store_is_asked_once_minute() {
    let function = Function::new();
    for _ in 0..50 {
        signed_with(&function.token_after(1), FIRST);
    }
    let asked = function.asked.borrow();
    let [fetch] = &asked[..] else { panic!("{asked:?}") };
    assert_eq!(fetch.url, "http://localhost:2773/secretsmanager/get?secretId=agora%2Fcertificate");
    assert_eq!(fetch.header, Some(("x-aws-parameters-secrets-token", SESSION_TOKEN.to_owned())));
    assert!(fetch.timeout.as_secs() <= 3 && fetch.max_bytes <= 96 * 1024);
    assert!(!format!("{fetch:?} {:?}", function.server.app).contains(SESSION_TOKEN));
}

#[test]
fn secret_names_become_extension_paths() {
    let arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:agora-AbCdEf";
    for (secret, path) in [
        (
            arn,
            "secretsmanager/get?secretId=arn%3Aaws%3Asecretsmanager%3Aeu%2Dwest%2D1%3A123456789012%3Asecret%3Aagora%2DAbCdEf",
        ),
        ("a&secretId=b#c d", "secretsmanager/get?secretId=a%26secretId%3Db%23c%20d"),
        (
            "ssm:/agora/certificate",
            "systemsmanager/parameters/get?name=%2Fagora%2Fcertificate&withDecryption=true",
        ),
    ] {
        let function = Function::with(secret, &[("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", "2774")]);
        if secret.starts_with("ssm:") {
            *function.answer.borrow_mut() = parameter_store(FIRST);
        }
        signed_with(&function.token_after(0), FIRST);
        assert_eq!(function.asked.borrow()[0].url, format!("http://localhost:2774/{path}"));
    }
}

#[test]
fn secret_is_digits_or_object_with_digits() {
    let object = json!({ "APP_CERTIFICATE": FIRST, "other": "x" });
    for answer in [
        secrets_manager(&json!(FIRST)),
        secrets_manager(&json!(format!(" {FIRST}\n"))),
        secrets_manager(&object),
        parameter_store(FIRST),
        parameter_store(&object.to_string()),
    ] {
        let function = Function::new();
        *function.answer.borrow_mut() = answer;
        signed_with(&function.token_after(0), FIRST);
    }
    for (answer, cause) in [
        (
            secrets_manager(&json!({ "certificate": FIRST })),
            "the secret is an object without APP_CERTIFICATE",
        ),
        (
            secrets_manager(&json!({ "APP_CERTIFICATE": 1 })),
            "the secret is an object without APP_CERTIFICATE",
        ),
        (secrets_manager(&json!(&FIRST[1..])), "expected 32 hexadecimal digits, got 31 characters"),
        (Ok(Bytes::from("secret")), "the Parameters and Secrets extension: expected JSON with a secret"),
        (Ok(Bytes::from(FIRST)), "the Parameters and Secrets extension: expected JSON with a secret"),
        (
            Ok(json!({ "SecretBinary": FIRST }).to_string().into()),
            "the Parameters and Secrets extension: expected JSON with a secret",
        ),
        (Err(FetchError::Status(400)), "the Parameters and Secrets extension: status 400"),
        (Err(FetchError::TimedOut), "the Parameters and Secrets extension: no answer in time"),
        (Err(FetchError::TooLarge), "the Parameters and Secrets extension: the answer is too large"),
    ] {
        let function = Function::new();
        *function.answer.borrow_mut() = answer;
        assert_eq!(unavailable(&function.token_after(0)), cause);
    }
}

#[test]
fn secret_store_down_at_start_recovers() {
    let function = Function::new();
    *function.answer.borrow_mut() = Err(FetchError::Unreachable);
    unavailable(&function.token_after(0));
    unavailable(&function.token_after(0));
    assert_eq!(function.asked.borrow().len(), 1, "not twice in a second");
    unavailable(&function.token_after(1));
    *function.answer.borrow_mut() = secrets_manager(&json!(FIRST));
    signed_with(&function.token_after(1), FIRST);
    assert_eq!(function.asked.borrow().len(), 3);
}

#[test]
fn rotated_certificate_is_used_within_minute() {
    let function = Function::with("agora", &[("APP_CERTIFICATE_SECONDARY", FIRST)]);
    let old = function.token_after(0).token();
    *function.answer.borrow_mut() = secrets_manager(&json!(ROTATED));
    signed_with(&function.token_after(59), FIRST);
    let new = function.token_after(1);
    signed_with(&new, ROTATED);
    // Both are verified: the new one as the primary, the old one as the secondary certificate's.
    for (token, certificate) in [(new.token(), "primary"), (old, "secondary")] {
        let request = post("/inspect", "", &json!({ "token": token }));
        let never = |_| panic!("nothing is due");
        let response = function.server.answer(&request, &context(function.now.get(), 7), never, |_| None);
        assert!(response.ok().to_string().contains(certificate), "{}", response.ok());
    }
}

#[test]
fn secret_store_down_keeps_certificate() {
    let function = Function::new();
    signed_with(&function.token_after(0), FIRST);
    for broken in [Err(FetchError::Unreachable), secrets_manager(&json!("half a certifi")), Ok("{".into())] {
        *function.answer.borrow_mut() = broken;
        let response = function.token_after(60);
        signed_with(&response, FIRST);
        let log = response.log();
        assert_eq!((log["level"].as_str(), log["status"].as_u64()), (Some("warn"), Some(200)));
        assert!(log["warning"].as_str().unwrap().starts_with("APP_CERTIFICATE_SECRET: "), "{log}");
        // Logged once for each attempt, not for each request.
        assert_eq!(function.token_after(1).log()["warning"], Value::Null);
    }
}

#[test]
fn fixed_routes_fetch_no_certificate() {
    let function = Function::new();
    for path in ["/", "/healthz", "/ping", "/openapi.json", "/nowhere"] {
        let request = super::bare(&http::Method::GET, path);
        let never = |_| panic!("nothing is due");
        function.server.answer(&request, &context(NOW, 7), never, |_| None);
    }
}
