//! Attacks through the handler, driven as by an adapter, with an issuer whose responses are given.
//! tests/runtimes/cases/attack-*.json runs the same attacks on the running servers.
#![allow(clippy::unnecessary_wraps, reason = "an answer to a fetch is listed with failures")]
#![allow(clippy::needless_pass_by_value, reason = "a request reads as json!({ … })")]

mod callers;
mod certificate;
mod credentials;
mod deployment;
mod derived;
mod drop_in;
mod identity;
mod issuers;
mod legacy_format;
mod order;
mod reach;
mod two_issuers;

use std::cell::Cell;

use crate::common::server::{APP_ID, CERTIFICATE, Counted, EVERY_TYPE, Response, Server, context, local};
use agora_token_server::api::{Body, Context};
use agora_token_server::fetch::FetchError;
use bytes::Bytes;
use http::request::Builder;
use http::{Method, Request};
use serde_json::{Value, json};

use crate::common::issuer::{AUDIENCE, ISSUER, Key, NOW, claims_with, key_set};

/// A backend's API key, made by the `api-key` command, and its entry in `API_KEYS`.
const SHOP_KEY: &str = "agora_shop_0123456789abcdefghijklmnopqrstuvwxyzABCDEF";
const KEY_SET_URL: &str = "https://issuer.example/jwks.json";

/// A server that accepts API keys and the JWTs of one issuer, whose key set it fetches.
struct Site {
    server: Server,
    issuer: Cell<Answering>,
    fetches: Cell<u32>,
    now: Cell<u32>,
    peer: Cell<&'static str>,
}

type Answering = fn() -> Result<Bytes, FetchError>;

impl Site {
    /// Allows every kind of token, wildcards and 006 included, so that the tested rule refuses.
    fn new() -> Self {
        Self::with(&[])
    }

    fn with(more: &[(&str, &str)]) -> Self {
        let entry = format!("shop:{}", sha256(SHOP_KEY));
        let mut variables = vec![
            ("APP_ID", APP_ID),
            ("APP_CERTIFICATE", CERTIFICATE),
            ("AUTH", "api-key,jwt"),
            ("API_KEYS", &entry),
            ("JWT_ISSUER", ISSUER),
            ("JWT_AUDIENCE", AUDIENCE),
            ("JWT_JWKS_URL", KEY_SET_URL),
            ("ALLOWED_TOKEN_TYPES", EVERY_TYPE),
            ("ALLOW_WILDCARD_UID", "true"),
            ("ALLOW_WILDCARD_CHANNEL", "true"),
            ("ALLOW_006", "true"),
        ];
        for (name, value) in more {
            variables.retain(|(known, _)| known != name);
            variables.push((name, value));
        }
        Self {
            server: Server::on(local(), &variables),
            issuer: Cell::new(good),
            fetches: Cell::new(0),
            now: Cell::new(NOW),
            peer: Cell::new("192.0.2.1"),
        }
    }

    fn context(&self) -> Context {
        Context { peer: Some(self.peer.get().parse().unwrap()), ..context(self.now.get(), 7) }
    }

    fn send(&self, request: &Request<Body>) -> Response {
        self.ask_counted(request, |_| None)
    }

    /// With a limiter that returns how long a caller must wait.
    fn ask_counted(&self, request: &Request<Body>, wait: impl Fn(Counted) -> Option<u32>) -> Response {
        let fetch = |due: agora_token_server::fetch::Fetch| {
            assert_eq!(due.url, KEY_SET_URL);
            self.fetches.set(self.fetches.get() + 1);
            self.issuer.get()()
        };
        self.server.answer(request, &self.context(), fetch, wait)
    }

    /// `POST /token`.
    fn token(&self, credential: &str, body: &Value) -> Response {
        self.send(&post("/token", credential, body))
    }
}

/// A `POST` with a credential in `Authorization`.
fn post(path: &str, credential: &str, body: &Value) -> Request<Body> {
    sent(Request::post(path).header("authorization", credential), body)
}

/// A `GET` with a credential in `Authorization`.
fn get(path: &str, credential: &str) -> Request<Body> {
    let request = Request::get(path).header("authorization", credential);
    request.body(Body::Whole(Bytes::new())).unwrap()
}

fn sent(request: Builder, body: &Value) -> Request<Body> {
    request.body(Body::Whole(body.to_string().into())).unwrap()
}

/// The issuer answers with its three keys.
fn good() -> Result<Bytes, FetchError> {
    let jwks = [
        Key::rsa().jwk(&json!({ "kid": "rsa", "use": "sig", "alg": "RS256" })),
        Key::p256().jwk(&json!({ "kid": "p256" })),
        Key::ed25519().jwk(&json!({ "kid": "ed25519" })),
    ];
    Ok(key_set(&jwks).into())
}

/// The issuer does not answer.
fn down() -> Result<Bytes, FetchError> {
    Err(FetchError::Unreachable)
}

/// The credential of alice: a JWT in which these claims override the usual ones.
fn alice(changes: &Value) -> String {
    signed(&claims_with(changes))
}

/// The credential of the user in these claims.
fn signed(claims: &Value) -> String {
    format!("Bearer {}", Key::ed25519().jwt_of("ed25519", claims))
}

/// The credential of the backend.
fn shop() -> String {
    format!("Bearer {SHOP_KEY}")
}

fn sha256(text: &str) -> String {
    use sha2::{Digest, Sha256};
    use std::fmt::Write;
    Sha256::digest(text).iter().fold(String::new(), |mut digits, byte| {
        write!(digits, "{byte:02x}").unwrap();
        digits
    })
}

/// The cause in the log of a request that got 401.
#[track_caller]
fn refused(response: &Response) -> String {
    const BODY: &str = r#"{"type":"about:blank","title":"Unauthorized","status":401,"detail":"the credential was not accepted","code":"unauthorized","error":"the credential was not accepted","requestId":"request-1"}"#;
    assert_eq!(String::from_utf8_lossy(&response.body), BODY);
    assert_eq!(response.status, 401);
    assert_eq!(response.header("www-authenticate"), Some("Bearer"));
    assert_eq!(response.header("cache-control"), Some("no-store"));
    let log = response.log();
    assert_eq!((log["status"].as_u64(), &log["caller"]), (Some(401), &Value::Null), "{log}");
    log["cause"].as_str().unwrap().to_owned()
}

/// The rule and the field of a 403.
#[track_caller]
fn forbidden(response: &Response) -> (String, String) {
    let (rule, detail) = response.forbidden();
    (rule, detail.split(':').next().unwrap().to_owned())
}

#[track_caller]
fn assert_forbidden(response: &Response, rule: &str, field: &str) {
    assert_eq!(forbidden(response), (rule.to_owned(), field.to_owned()));
}

/// Every guarded route but `/token` and `/inspect`, called as by its client for these: the
/// request, and the field that names the user.
fn drop_in(credential: &str, channel: &str, user: &str) -> Vec<(&'static str, Request<Body>)> {
    let c = channel;
    let u = user.replace('*', "%2a");
    let pc = channel.replace('*', "%2A");
    let posted = |path: &str, body: Value| post(path, credential, &body);
    let got = |path: String| get(&path, credential);
    vec![
        (
            "uid",
            posted(
                "/api/token.json",
                json!({ "channel": c, "role": "publisher", "uid": user, "expireTime": 60 }),
            ),
        ),
        ("uid", got(format!("/rtc/{pc}/publisher/userAccount/{u}"))),
        ("uid", got(format!("/rtm/{u}"))),
        ("uid", got(format!("/rte/{pc}/audience/userAccount/{u}"))),
        ("uid", got(format!("/rte/{pc}/audience/userAccount/{u}/alice"))),
        ("rtmuid", got(format!("/rte/{pc}/audience/userAccount/alice/{u}"))),
        ("id", got(format!("/chat/account/{u}?expiry=60"))),
        (
            "uid",
            posted(
                "/getToken",
                json!({ "tokenType": "rtc", "channel": c, "role": "publisher", "uid": user }),
            ),
        ),
        ("uid", posted("/getToken", json!({ "tokenType": "rtm", "uid": user }))),
        ("uid", posted("/token/getNew", json!({ "tokenType": "chat", "uid": user }))),
        ("uid", posted("/rtctoken", json!({ "channel": c, "isPublisher": true, "uid": user }))),
        ("user", posted("/rtmtoken", json!({ "user": user }))),
        ("uid", posted("/fetch_rtc_token", json!({ "uid": user, "channelname": c, "ROLE": 1 }))),
        ("uid", got(format!("/fetch_rtc_token?UID={u}&ChannelName={pc}"))),
        ("uid", posted("/fetch_rtm_token", json!({ "uid": user }))),
        ("uid", got(format!("/access_token?channel={pc}&uid={u}"))),
        ("uid", got(format!("/token?channelName={pc}&userId={u}"))),
    ]
    .into_iter()
    .chain(toolbox(credential, channel, user))
    .collect()
}

/// The toolbox routes: RTC and RTM together, 006, and Chat.
fn toolbox(credential: &str, channel: &str, user: &str) -> Vec<(&'static str, Request<Body>)> {
    let posted = |path: String, body: Value| ("uid", post(&path, credential, &body));
    let mut requests = Vec::new();
    for prefix in ["", "/toolbox", "/toolbox-global", "/toolbox-overseas"] {
        for version in ["v1", "v2", "v2/sso", "v2/convoai"] {
            let body = json!({ "channelName": channel, "uid": user, "types": [1, 2], "expire": 60 });
            requests.push(posted(format!("{prefix}/{version}/token/generate"), body));
        }
        let body = json!({ "channelName": channel, "uid": user, "type": 1 });
        requests.push(posted(format!("{prefix}/v2/token006/generate"), body));
        requests.push(posted(format!("{prefix}/v2/token/generate"), json!({ "uid": user, "type": 3 })));
    }
    requests
}

/// The routes whose user is an integer.
fn drop_in_of_integers(credential: &str, channel: &str, uid: u32) -> Vec<Request<Body>> {
    let body = json!({ "channel_name": channel, "user_id": uid, "ttlSeconds": 60 });
    vec![
        get(&format!("/token/rtc/channel/{channel}/agorauid/{uid}?userAccount=alice"), credential),
        get(&format!("/get_config?channel={channel}&uid={uid}"), credential),
        get(&format!("/api/get_config?channel={channel}&uid={uid}"), credential),
        get(&format!("/api/generate-agora-token?channel={channel}&uid={uid}"), credential),
        post("/api/generate-agora-token", credential, &body),
    ]
}

/// A request of `method` for `path` without any credential.
fn bare(method: &Method, path: &str) -> Request<Body> {
    Request::builder().method(method).uri(path).body(Body::Whole(Bytes::new())).unwrap()
}
