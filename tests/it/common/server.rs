//! Sends requests to the handler; each returns a response and a log line.

use std::env::VarError;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use agora_token_server::api::{
    Answer, App, Body, Context, KeySetFetch, MAX_BODY_BYTES, Outcome, Problem, Seed, Step,
};
use agora_token_server::config::{Config, ConfigError, Environment, Notice, Socket, Source};
use agora_token_server::fetch::{Fetch, FetchError};
use agora_token_server::is_valid_signature;
use agora_token_server::time::UnixTime;
use bytes::Bytes;
use http::{HeaderMap, Method, Request};
use serde_json::{Value, json};

use super::secrets;

/// The time of every request.
pub const NOW: u32 = 1_763_770_000;
/// The salt of every token.
pub const SALT: u32 = 7;
/// Every drawn uid.
pub const DRAWN_UID: NonZeroU32 = NonZeroU32::new(1_234_567).unwrap();
/// The App ID of Agora's public test project.
pub const APP_ID: &str = "970CA35de60c44645bbae8a215061b33";
/// Its certificate.
pub const CERTIFICATE: &str = "5CFd2fd1755d40ecb72977518be15d3b";
/// Every `tokenType`.
pub const EVERY_TYPE: &str =
    "rtc,rtm,chat-user,chat-app,fpa,apaas-room-user,apaas-user,apaas-app,convoai,stt";

/// A handler with its configuration.
pub struct Server {
    /// The handler.
    pub app: App,
    secrets: Vec<String>,
}

impl Server {
    /// As `cargo run` starts it: on a loopback address, for Agora's public test project, without
    /// authentication.
    pub fn local() -> Self {
        Self::with(&[])
    }

    /// The same with these variables.
    #[track_caller]
    pub fn with(variables: &[(&str, &str)]) -> Self {
        Self::on(local(), variables)
    }

    /// As a platform starts it with these variables.
    #[track_caller]
    pub fn on(platform: Platform, variables: &[(&str, &str)]) -> Self {
        let config = config(platform, variables).expect("a valid configuration");
        Self { app: App::new(Ok(config.0)), secrets: secrets::configured(variables) }
    }

    /// The metrics of a request that fetches nothing.
    pub fn outcome(&self, request: &Request<Body>) -> Outcome {
        let fetch = |due: Fetch| panic!("{due:?}");
        self.decide(request, &context(NOW, SALT), fetch, |_| None).log.outcome()
    }

    /// The key sets that a request fetched, for metrics.
    pub fn key_set_fetches(
        &self,
        request: &Request<Body>,
        fetch: impl FnMut(Fetch) -> Result<Bytes, FetchError>,
    ) -> Vec<KeySetFetch> {
        self.decide(request, &context(NOW, SALT), fetch, |_| None).log.key_set_fetches().to_vec()
    }

    /// One that issues every `tokenType`, wildcards included.
    pub fn of_everything() -> Self {
        Self::with(&[("ALLOWED_TOKEN_TYPES", EVERY_TYPE), ("ALLOW_WILDCARD_CHANNEL", "true")])
    }

    /// One with an invalid configuration.
    pub fn unconfigured() -> Self {
        Self::of(App::new(Err(refused_config(Platform::Lambda, &[]))))
    }

    /// Any handler.
    pub fn of(app: App) -> Self {
        Self { app, secrets: secrets::configured(&[]) }
    }

    /// `POST /token` with a JSON body.
    pub fn token(&self, body: &Value) -> Response {
        self.post("/token", body.to_string())
    }

    /// `POST` of a body with the media type of JSON.
    pub fn post(&self, path: &str, body: impl Into<Vec<u8>>) -> Response {
        self.send(
            &Request::post(path)
                .header("content-type", "application/json")
                .body(Body::Whole(body.into().into()))
                .unwrap(),
        )
    }

    /// A request without a body.
    pub fn bare(&self, method: Method, path: &str) -> Response {
        self.send(&Request::builder().method(method).uri(path).body(Body::Whole(Vec::new().into())).unwrap())
    }

    /// Any request.
    pub fn send(&self, request: &Request<Body>) -> Response {
        self.ask_with(request, NOW, SALT)
    }

    /// Any request, at this time and with this salt.
    pub fn ask_with(&self, request: &Request<Body>, now: u32, salt: u32) -> Response {
        self.answer(request, &context(now, salt), |due| panic!("nothing is fetched here: {due:?}"), |_| None)
    }

    /// Any request, driven as by an adapter: `fetch` performs the handler's fetches, and `wait` returns
    /// the seconds that a caller must wait.
    pub fn answer(
        &self,
        request: &Request<Body>,
        context: &Context,
        fetch: impl FnMut(Fetch) -> Result<Bytes, FetchError>,
        wait: impl Fn(Counted) -> Option<u32>,
    ) -> Response {
        self.response(request, self.decide(request, context, fetch, wait))
    }

    fn decide(
        &self,
        request: &Request<Body>,
        context: &Context,
        mut fetch: impl FnMut(Fetch) -> Result<Bytes, FetchError>,
        wait: impl Fn(Counted) -> Option<u32>,
    ) -> Answer {
        let mut step = self.app.begin(request, context);
        loop {
            step = match step {
                Step::Fetch(due) => {
                    let body = fetch(due.request().clone());
                    due.resolve(body)
                }
                Step::Verify(jws) => {
                    let (algorithm, key) = (jws.algorithm(), jws.key());
                    if is_valid_signature(algorithm, key, jws.message(), jws.signature()) {
                        jws.valid()
                    } else {
                        jws.invalid()
                    }
                }
                Step::Count(count) => match wait(Counted { by: count.caller(), charged: count.is_charged() })
                {
                    None => count.allow(),
                    Some(seconds) => count.limited(seconds),
                },
                Step::Done(answer) => return answer,
            };
        }
    }

    /// An answer as it arrives, checked for secrets.
    pub fn response(&self, request: &Request<Body>, answer: Answer) -> Response {
        let (parts, body) = answer.response.into_parts();
        let took = Duration::from_micros(250);
        let is_logged = answer.log.clone().line(took).is_some();
        let log = answer.log.to_json(took);
        secrets::assert_untold(&self.secrets, request, (&parts.headers, &body), &log);
        Response {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: body.to_vec(),
            log,
            is_logged,
        }
    }
}

/// A question to a limiter.
pub struct Counted {
    /// The caller's name or the client's address.
    pub by: String,
    /// Whether it uses budget, or only needs some to be left.
    pub charged: bool,
}

/// An answer and its log line.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// The line, whether it is printed or not.
    pub log: String,
    pub is_logged: bool,
}

impl Response {
    /// A header that occurs at most once.
    #[track_caller]
    pub fn header(&self, name: &str) -> Option<&str> {
        assert!(self.headers.get_all(name).iter().count() < 2, "{name} occurs twice");
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The body of a successful response.
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{}", String::from_utf8_lossy(&self.body));
        assert_eq!(self.header("content-type"), Some("application/json"));
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The token of an answer that holds one.
    #[track_caller]
    pub fn token(&self) -> String {
        self.ok()["token"].as_str().expect("the answer holds a token").to_owned()
    }

    /// The body of a refusal, which is a problem document by RFC 9457, with the documented members.
    #[track_caller]
    pub fn problem(&self) -> Value {
        assert!(self.status >= 400, "{self:?}");
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        let problem: Value = serde_json::from_slice(&self.body).unwrap();
        let mut rest = problem.as_object().unwrap().clone();
        let mut text = |name: &str| match rest.remove(name) {
            Some(Value::String(text)) if !text.is_empty() => text,
            other => panic!("{name} is {other:?}"),
        };
        assert_eq!(text("type"), "about:blank");
        assert_eq!(text("requestId"), self.header("x-request-id").unwrap());
        text("title");
        let detail = text("detail");
        assert_eq!(text("error"), detail);
        let code = text("code");
        assert!(Problem::CODES.contains(&code.as_str()), "{code}");
        assert_eq!(self.status == 403, rest.remove("rule").is_some(), "a 403 has a rule");
        assert_eq!(rest.remove("status"), Some(self.status.into()));
        let details: Option<Vec<String>> = rest.remove("errors").map(|errors| {
            let detail = |error: &Value| {
                assert_eq!(error.as_object().unwrap().len(), 2, "{error}");
                assert!(!error["field"].as_str().unwrap().is_empty(), "{error}");
                error["detail"].as_str().unwrap().to_owned()
            };
            errors.as_array().unwrap().iter().map(detail).collect()
        });
        assert_eq!(details.map(|details| details.join("; ")), (code == "invalid_request").then_some(detail));
        assert!(rest.is_empty(), "unknown members: {rest:?}");
        problem
    }

    /// The details of a `400 invalid_request`, one for each fault, each beginning with its field.
    #[track_caller]
    pub fn faults(&self) -> Vec<String> {
        let problem = self.problem();
        assert_eq!(problem["code"], "invalid_request", "{problem}");
        let errors = problem["errors"].as_array().unwrap().iter();
        errors
            .map(|error| {
                let (field, detail) = (error["field"].as_str().unwrap(), error["detail"].as_str().unwrap());
                let named = field == "body" || detail.starts_with(field);
                assert!(named, "{detail:?} does not name {field}");
                detail.to_owned()
            })
            .collect()
    }

    /// The rule and the detail of a `403`.
    #[track_caller]
    pub fn forbidden(&self) -> (String, String) {
        let problem = self.problem();
        assert_eq!(problem["code"], "forbidden", "{problem}");
        (problem["rule"].as_str().unwrap().to_owned(), problem["detail"].as_str().unwrap().to_owned())
    }

    /// The log line.
    pub fn log(&self) -> Value {
        serde_json::from_str(&self.log).unwrap()
    }
}

/// The body of an RTC request, with these members instead of its own.
#[track_caller]
pub fn rtc(members: Value) -> Value {
    let mut body = json!({ "channel": "room-1", "role": "publisher", "uid": 42, "expireTime": 3600 });
    let Value::Object(members) = members else { panic!("{members} is not an object") };
    body.as_object_mut().unwrap().extend(members);
    body
}

/// The body of an RTC request without a member.
pub fn rtc_without(member: &str) -> Value {
    let mut body = rtc(json!({}));
    body.as_object_mut().unwrap().remove(member).unwrap();
    body
}

/// A valid request that is one byte too large.
pub fn body_too_large() -> Vec<u8> {
    let mut body = rtc(json!({})).to_string().into_bytes();
    body.resize(MAX_BODY_BYTES + 1, b' ');
    body
}

/// A context that draws nothing at random.
pub fn context(now: u32, salt: u32) -> Context {
    Context {
        now: UnixTime::from_secs(now),
        salt,
        drawn_uid: DRAWN_UID,
        seed: Seed([7; 16]),
        request_id: "request-1".to_owned(),
        peer: None,
    }
}

/// The platform of the handler.
#[derive(Clone, Copy, Debug)]
pub enum Platform {
    /// The local server, on this address.
    Local(SocketAddr),
    /// AWS Lambda.
    Lambda,
    /// Cloudflare Workers.
    Workers,
}

/// The local server on a loopback address.
pub fn local() -> Platform {
    Platform::Local("127.0.0.1:8080".parse().unwrap())
}

/// Variables in the form of the environment.
pub fn lookup(variables: &[(&str, &str)]) -> impl Fn(&str) -> Result<String, VarError> {
    |name| {
        let found = variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| (*value).to_owned()).ok_or(VarError::NotPresent)
    }
}

/// The platform with variables from these sources, without files.
pub fn environment<'a>(platform: Platform, sources: &'a [Source<'a>]) -> Environment<'a> {
    let hosted = Environment { sources, files: None, secret_store: false, socket: Socket::OfThePlatform };
    match platform {
        Platform::Local(_) => {
            Environment { files: Some(&|_| Err(ErrorKind::NotFound.into())), socket: Socket::Own, ..hosted }
        }
        Platform::Lambda => Environment { secret_store: true, ..hosted },
        Platform::Workers => hosted,
    }
}

/// Variables with the address that the platform listens on.
pub fn lookup_on(
    platform: Platform,
    variables: &[(&str, &str)],
) -> impl Fn(&str) -> Result<String, VarError> {
    move |name| match (lookup(variables)(name), platform, name) {
        (Err(VarError::NotPresent), Platform::Local(address), "HOST") => Ok(address.ip().to_string()),
        (Err(VarError::NotPresent), Platform::Local(address), "PORT") => Ok(address.port().to_string()),
        (result, _, _) => result,
    }
}

/// The configuration from these variables, on a machine without files.
pub fn config(platform: Platform, variables: &[(&str, &str)]) -> Result<(Config, Vec<Notice>), ConfigError> {
    let lookup = lookup_on(platform, variables);
    Config::read(environment(platform, &[Source { name: "environment", lookup: &lookup }]))
}

/// The faults of these variables.
#[track_caller]
pub fn refused_config(platform: Platform, variables: &[(&str, &str)]) -> ConfigError {
    match config(platform, variables) {
        Ok(_) => panic!("{variables:?} is a valid configuration"),
        Err(error) => error,
    }
}
