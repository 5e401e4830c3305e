//! `audit` against endpoints of its own: the public handlers of tests/vectors/handlers.json, one endpoint for each fault that
//! further requests show, and faultless ones.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Output;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::{run, text};

const APP_ID: &str = "970CA35de60c44645bbae8a215061b33";
const CERTIFICATE: &str = "5CFd2fd1755d40ecb72977518be15d3b";
const NOW: u32 = 1_795_608_000;
const CREDENTIAL: &str = "Authorization: Bearer audit-marker-credential";

/// The codes that one response and its token reveal; the others need further requests, or the source.
const SHOWN_BY_ONE_ANSWER: [&str; 11] = [
    "expire-is-a-moment",
    "privilege-expire-is-a-moment",
    "invented-format",
    "signature-invalid",
    "unsigned",
    "token-is-app-id",
    "legacy-format",
    "deprecated-006",
    "wrong-service",
    "builder-missing",
    "no-authentication",
];

/// A request as the fixture sees it.
#[derive(Clone, Debug)]
struct Seen {
    path: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Seen {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }
}

/// Status, headers, body.
type Response = (u16, Vec<(&'static str, String)>, String);

fn ok(body: &Value) -> Response {
    (200, vec![("Content-Type", "application/json".to_owned())], body.to_string())
}

/// An endpoint on its own port, until the process exits.
struct Endpoint {
    origin: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Endpoint {
    fn start(answer: impl Fn(&Seen) -> Response + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                serve(stream.unwrap(), &answer, &log);
            }
        });
        Self { origin, seen }
    }

    fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

fn serve(stream: TcpStream, answer: &impl Fn(&Seen) -> Response, log: &Mutex<Vec<Seen>>) {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let mut words = line.split_whitespace().map(str::to_owned);
    let Some(target) = words.nth(1) else { return };
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let path = target.split_once('?').map_or(target.as_str(), |(path, _)| path).to_owned();
    let mut seen = Seen { path, headers, body: String::new() };
    let length = seen.header("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    seen.body = String::from_utf8(body).unwrap();
    let (status, headers, body) = answer(&seen);
    log.lock().unwrap().push(seen);
    let mut head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n", body.len());
    for (name, value) in headers {
        head = format!("{head}{name}: {value}\r\n");
    }
    let _ = write!(reader.get_mut(), "{head}\r\n{body}");
}

/// A 007 token, packed here because the library does not build some of the faults.
struct Made007<'a> {
    app_id: &'a str,
    expire: u32,
    privileges: u32,
    channel: &'a str,
    uid: &'a str,
    publishes: bool,
    rtm: bool,
}

impl Default for Made007<'_> {
    fn default() -> Self {
        Self {
            app_id: APP_ID,
            expire: 3_600,
            privileges: 3_600,
            channel: "lobby",
            uid: "77",
            publishes: true,
            rtm: false,
        }
    }
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    [&u16::try_from(bytes.len()).unwrap().to_le_bytes(), bytes].concat()
}

fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.chain_update(message).finalize().into_bytes().to_vec()
}

impl Made007<'_> {
    fn build(&self) -> String {
        let privileges: &[u16] = if self.rtm || !self.publishes { &[1] } else { &[1, 2, 3, 4] };
        let mut service = u16::from(self.rtm).wrapping_add(1).to_le_bytes().to_vec();
        service.extend(u16::try_from(privileges.len()).unwrap().to_le_bytes());
        for privilege in privileges {
            service.extend(privilege.to_le_bytes());
            service.extend(self.privileges.to_le_bytes());
        }
        if !self.rtm {
            service.extend(packed(self.channel.as_bytes()));
        }
        service.extend(packed(self.uid.as_bytes()));
        let (salt, issued) = (7_u32.to_le_bytes(), NOW.to_le_bytes());
        let signed = [
            packed(self.app_id.as_bytes()),
            issued.to_vec(),
            self.expire.to_le_bytes().to_vec(),
            salt.to_vec(),
            1_u16.to_le_bytes().to_vec(),
            service,
        ]
        .concat();
        let key = hmac(&salt, &hmac(&issued, CERTIFICATE.as_bytes()));
        let payload = [packed(&hmac(&key, &signed)), signed].concat();
        format!("007{}", STANDARD.encode(miniz_oxide::deflate::compress_to_vec_zlib(&payload, 6)))
    }
}

/// A 006 token; `signed` replaces channel and uid in the signed text.
fn made_006(channel: &str, uid: &str, signed: Option<&[u8]>) -> String {
    let mut message = [7_u32.to_le_bytes(), (NOW + 86_400).to_le_bytes()].concat();
    message.extend(4_u16.to_le_bytes());
    for privilege in 1_u16..=4 {
        message.extend(privilege.to_le_bytes());
        message.extend((NOW + 3_600).to_le_bytes());
    }
    let names = [channel.as_bytes(), uid.as_bytes()].concat();
    let signed = signed.unwrap_or(&names);
    let signature = hmac(CERTIFICATE.as_bytes(), &[APP_ID.as_bytes(), signed, &message].concat());
    let (crc_channel, crc_uid) = (crc32fast::hash(channel.as_bytes()), crc32fast::hash(uid.as_bytes()));
    let content = [
        packed(&signature),
        crc_channel.to_le_bytes().to_vec(),
        crc_uid.to_le_bytes().to_vec(),
        packed(&message),
    ];
    format!("006{APP_ID}{}", STANDARD.encode(content.concat()))
}

/// The token of a public handler, by its class and, if it is invented, by its own form.
fn token_of(case: &Value) -> String {
    let id = case["id"].as_str().unwrap();
    let expects = |code: &str| case["expect"].as_array().unwrap().iter().any(|other| other == code);
    let find = |names: &[&str]| {
        let inside = [
            &case["answer"]["body"],
            &case["answer"]["body"]["data"],
            &case["request"]["body"],
            &case["request"]["query"],
        ];
        inside.into_iter().find_map(|place| {
            names.iter().find_map(|name| match &place[*name] {
                Value::String(text) => Some(text.clone()),
                Value::Number(number) => Some(number.to_string()),
                _ => None,
            })
        })
    };
    let channel = find(&["channelName", "channel", "channel_name", "roomName"]).unwrap_or_default();
    let uid = find(&["uid", "userString", "user_id", "userId"]).unwrap_or_default();
    let uid = if uid == "0" { "" } else { &uid };
    let role = find(&["role"]).unwrap_or_default();
    let moment = NOW + 3_600;
    match (case["token"].as_str().unwrap(), id) {
        ("ok", _) if expects("deprecated-006") => made_006(&channel, uid, None),
        ("ok", _) => {
            let privileges = if expects("privilege-expire-is-a-moment") { moment } else { 3_600 };
            Made007 {
                privileges,
                channel: &channel,
                uid,
                publishes: role != "subscriber",
                ..Made007::default()
            }
            .build()
        }
        ("moment", _) => {
            let privileges = if id == "h23" { 0 } else { moment };
            let rtm = id == "x07";
            Made007 { expire: moment, privileges, channel: &channel, uid, rtm, ..Made007::default() }.build()
        }
        ("invented", "h02") => {
            let content = [APP_ID.as_bytes(), &NOW.to_le_bytes(), &[9; 4], &[1; 32], &[0xF3; 20]].concat();
            format!("007{}", STANDARD.encode(content))
        }
        ("invented", "h08") => {
            let sums = [crc32fast::hash(channel.as_bytes()), crc32fast::hash(uid.as_bytes())];
            made_006(&channel, uid, Some(&sums.map(u32::to_le_bytes).concat()))
        }
        ("invented", "h12") => APP_ID.to_owned(),
        ("invented", "h16") => {
            format!(
                "006{}",
                STANDARD.encode([&[0xE1; 32], APP_ID.as_bytes(), &[0; 8], &[1, 0, 2, 0]].concat())
            )
        }
        ("invented", "h18") => {
            format!("007{}", STANDARD.encode(format!("{APP_ID}:{channel}:{uid}:1:{moment}")))
        }
        ("invented", "x03") => format!("1:{APP_ID}:{moment}:0123456789abcdef0123456789abcdef"),
        other => panic!("no token for {other:?}"),
    }
}

fn filled(value: &Value, token: &str) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.replace("\"TOKEN\"", &json!(token).to_string()).replace("TOKEN", token).replace("APP_ID", APP_ID)
}

fn audit(arguments: &[&str]) -> Output {
    let at = NOW.to_string();
    run(&[&["audit"], arguments, &["--at", &at]].concat())
}

/// The exit status and the codes that are reported.
fn codes(arguments: &[&str]) -> (i32, BTreeSet<String>) {
    let output = audit(&[arguments, &["--json"]].concat());
    let shown = text(&output.stdout);
    assert!(
        !shown.contains("audit-marker-credential")
            && !text(&output.stderr).contains("audit-marker-credential")
    );
    let report: Value =
        serde_json::from_str(shown).unwrap_or_else(|_| panic!("{shown}{}", text(&output.stderr)));
    let list = report["findings"].as_array().unwrap().iter();
    (
        output.status.code().unwrap(),
        list.map(|finding| finding["code"].as_str().unwrap().to_owned()).collect(),
    )
}

fn query(fields: &Value) -> String {
    let pairs = fields.as_object().unwrap().iter();
    pairs.map(|(name, value)| format!("{name}={}", value.as_str().unwrap())).collect::<Vec<_>>().join("&")
}

#[test]
fn public_handlers_show_their_defects_and_no_others() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("../vectors/handlers.json")).unwrap();
    assert_eq!(cases.len(), 32);
    for case in &cases {
        let id = case["id"].as_str().unwrap();
        let token = if case["token"] == "none" { String::new() } else { token_of(case) };
        let body = filled(&case["answer"]["body"], &token);
        let status = u16::try_from(case["answer"]["status"].as_u64().unwrap()).unwrap();
        let content_type = case["answer"]["content_type"].as_str().unwrap().to_owned();
        let guarded = case["auth"] == "required";
        let endpoint = Endpoint::start(move |seen| {
            if guarded && seen.header("authorization").is_none() {
                return (401, Vec::new(), json!({ "error": "Unauthorized" }).to_string());
            }
            (status, vec![("Content-Type", content_type.clone())], body.clone())
        });
        let request = &case["request"];
        let mut url = format!("{}{}", endpoint.origin, request["path"].as_str().unwrap());
        let mut arguments = vec!["--header", CREDENTIAL];
        let sent = filled(&request["body"], "");
        if request["method"] == "POST" {
            arguments.extend(["--body", &sent]);
        } else {
            url = format!("{url}?{}", filled(&json!(query(&request["query"])), ""));
        }
        if id == "x07" {
            arguments.extend(["--for", "chat"]);
        }
        let (status, found) = codes(&[&[url.as_str()], arguments.as_slice()].concat());
        let expected: BTreeSet<String> =
            case["expect"].as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned()).collect();
        let mut shown = expected.clone();
        shown.retain(|code| SHOWN_BY_ONE_ANSWER.contains(&code.as_str()));
        if case["token"] == "none" {
            shown.retain(|code| code == "builder-missing");
        }
        assert!(found.is_superset(&shown), "{id}: {found:?} lacks some of {shown:?}");
        assert!(found.is_subset(&expected), "{id}: {found:?} has more than {expected:?}");
        assert_eq!(status, i32::from(!found.is_empty()), "{id}");
    }
}

/// A typical endpoint: it reads names from the request, and its faults are switches.
fn careless(fault: &'static str) -> impl Fn(&Seen) -> Response + Send + 'static {
    let drawn = Mutex::new(1_000_u32);
    move |seen| {
        if seen.header("authorization").is_none() {
            return (401, Vec::new(), json!({ "error": "Unauthorized" }).to_string());
        }
        let body = seen.json();
        let bad = |detail: &str| (400, Vec::new(), json!({ "error": detail }).to_string());
        if !body.is_object() || body.as_object().unwrap().is_empty() {
            return match fault {
                "error-with-200" => ok(&json!({ "error": "bad request" })),
                "empty-token-on-error" => ok(&json!({ "token": null })),
                "stack-in-error" => bad("TypeError: x is undefined\n    at handler (index.js:1:2)"),
                _ => bad("bad request"),
            };
        }
        let mut channel = body["channelName"].as_str().unwrap_or_default().to_owned();
        if channel.is_empty() {
            if fault != "channel-by-default" {
                return bad("channelName is required");
            }
            "main".clone_into(&mut channel);
        }
        if channel.len() > 64 || channel.contains('/') {
            if fault != "channel-altered" {
                return bad("channelName is invalid");
            }
            channel = channel.replace('/', "_").chars().take(64).collect();
        }
        if channel != "lobby" && !matches!(fault, "any-channel" | "channel-by-default" | "channel-altered") {
            return (403, Vec::new(), json!({ "error": "not your channel" }).to_string());
        }
        let own = "77".to_owned();
        let uid = match (fault, &body["uid"]) {
            (
                "uid-from-client" | "uid-not-validated" | "uid-0-by-default" | "uid-text-zero",
                Value::Number(uid),
            ) => uid.to_string(),
            ("uid-not-validated", Value::String(uid)) => uid.clone(),
            ("uid-0-by-default", Value::Null) | ("uid-0-for-everybody", _) => String::new(),
            ("uid-text-zero", Value::Null) => "0".to_owned(),
            ("uid-random-small", Value::Null) => {
                let mut drawn = drawn.lock().unwrap();
                *drawn += 17;
                drawn.to_string()
            }
            _ => own,
        };
        if fault == "uid-from-client" && uid.parse::<u32>().is_err() {
            return bad("uid is invalid");
        }
        let publishes = match (fault, body["role"].as_str()) {
            ("publisher-for-everybody", _) | (_, Some("publisher")) | ("publisher-by-default", None) => true,
            (_, Some("subscriber") | None) | ("role-guessed", Some(_)) => false,
            (_, Some(_)) => return bad("role is invalid"),
        };
        let expire = match (fault, body["expire"].as_u64()) {
            ("lifetime-unbounded", Some(asked)) => u32::try_from(asked).unwrap(),
            (_, Some(asked)) if asked > 86_400 => return bad("expire is invalid"),
            _ => 3_600,
        };
        let app_id = match (fault, body["appId"].as_str()) {
            ("app-id-from-client", Some(app_id)) => app_id.to_owned(),
            _ => APP_ID.to_owned(),
        };
        let token = match fault {
            "deprecated-006" => made_006(&channel, &uid, None),
            _ => Made007 {
                app_id: &app_id,
                expire,
                privileges: expire,
                channel: &channel,
                uid: &uid,
                publishes,
                rtm: false,
            }
            .build(),
        };
        ok(&json!({ "token": token, "channel": channel }))
    }
}

/// Each fault that further requests reveal, and the other settings of the endpoint that it needs.
#[test]
fn further_requests_show_each_fault() {
    for (fault, also) in [
        ("any-channel", &[][..]),
        ("channel-by-default", &["any-channel"]),
        ("channel-altered", &["any-channel"]),
        ("uid-from-client", &[]),
        ("uid-not-validated", &["uid-from-client"]),
        ("uid-0-by-default", &["uid-from-client", "uid-not-validated"]),
        ("uid-text-zero", &["uid-from-client", "uid-not-validated"]),
        ("error-with-200", &[]),
        ("empty-token-on-error", &["error-with-200"]),
        ("stack-in-error", &[]),
        ("deprecated-006", &[]),
    ] {
        let endpoint = Endpoint::start(careless(fault));
        let body =
            json!({ "channelName": "lobby", "uid": 77, "role": "publisher", "expire": 600 }).to_string();
        let (status, found) = codes(&[&endpoint.origin, "--header", CREDENTIAL, "--body", &body]);
        let expected: BTreeSet<String> = also.iter().chain([&fault]).map(|code| (*code).to_owned()).collect();
        assert_eq!((status, found), (1, expected), "{fault}");
    }
}

/// Roles, lifetimes and App IDs can be checked only if the token depends on the request.
#[test]
fn roles_and_lifetimes_are_judged_where_channels_are_followed() {
    for fault in [
        "publisher-for-everybody",
        "publisher-by-default",
        "role-guessed",
        "lifetime-unbounded",
        "app-id-from-client",
        "uid-0-for-everybody",
        "uid-random-small",
    ] {
        let endpoint = Endpoint::start({
            let faulty = careless(fault);
            let open = careless("any-channel");
            move |seen: &Seen| {
                // The token depends on the channel, and has the fault too.
                let response = faulty(seen);
                if response.0 == 403 { open(seen) } else { response }
            }
        });
        let mut body = json!({ "channelName": "lobby", "role": "publisher", "expire": 600, "appId": APP_ID });
        if fault != "uid-random-small" {
            body["uid"] = json!(77);
        }
        let (status, found) = codes(&[&endpoint.origin, "--header", CREDENTIAL, "--body", &body.to_string()]);
        let expected = BTreeSet::from(["any-channel".to_owned(), fault.to_owned()]);
        assert_eq!((status, found), (1, expected), "{fault}");
    }
}

/// A 006 token holds no names: checksums are compared.
#[test]
fn endpoint_of_006_is_judged_by_checksums() {
    let endpoint = Endpoint::start(|seen| {
        let body = seen.json();
        let text = |name: &str| body[name].as_str().map_or_else(|| body[name].to_string(), str::to_owned);
        match seen.header("authorization") {
            None => (401, Vec::new(), String::new()),
            Some(_) => {
                ok(&json!({ "uid": false, "token": made_006(&text("channelName"), &text("uid"), None) }))
            }
        }
    });
    for role in [json!(1), Value::Null] {
        let body = json!({ "channelName": "lobby", "uid": 77, "role": role, "expire": 600, "appId": APP_ID });
        let (status, found) = codes(&[&endpoint.origin, "--header", CREDENTIAL, "--body", &body.to_string()]);
        let expected = [
            "any-channel",
            "channel-by-default",
            "deprecated-006",
            "publisher-for-everybody",
            "uid-from-client",
            "uid-not-validated",
        ];
        assert_eq!((status, found), (1, expected.map(str::to_owned).into()), "{role}");
    }
}

/// A fault that `audit` has no text for keeps its code of `inspect`.
#[test]
fn token_is_judged_by_inspect() {
    let answers = |token: String| Endpoint::start(move |_| ok(&json!({ "token": token })));
    let endpoint = answers(Made007 { channel: "room/1", ..Made007::default() }.build());
    let output = audit(&[&endpoint.origin]);
    let shown = text(&output.stdout);
    assert!(shown.contains("name_not_allowed: a client is refused with this token"), "{shown}");
    let other_certificate = [("APP_ID", APP_ID), ("APP_CERTIFICATE", "0123456789abcdef0123456789abcdef")];
    let mint = super::command(&other_certificate).args(["mint"]).args(super::RTC).output().unwrap();
    let endpoint = answers(text(&mint.stdout).trim_end().to_owned());
    assert!(codes(&[&endpoint.origin]).1.contains("signature-invalid"));
}

#[test]
fn stack_trace_is_found_in_list() {
    let endpoint = Endpoint::start(|seen| match seen.json().get("uid") {
        Some(_) => ok(&json!({ "token": Made007::default().build() })),
        None => (400, Vec::new(), json!([{ "stack": "TypeError" }]).to_string()),
    });
    let (_, found) = codes(&[&endpoint.origin, "--body", r#"{"uid":77}"#]);
    assert!(found.contains("stack-in-error"), "{found:?}");
}

#[test]
fn faultless_endpoints_have_no_findings() {
    for (name, body) in [
        ("fixed identity and channel", json!({ "channelName": "lobby" })),
        ("role and lifetime", json!({ "channelName": "lobby", "role": "subscriber", "expire": 600 })),
        ("uid that is ignored", json!({ "channelName": "lobby", "uid": 5 })),
    ] {
        let endpoint = Endpoint::start(careless("none"));
        let body = body.to_string();
        let arguments = [&endpoint.origin, "--header", CREDENTIAL, "--body", &body];
        assert_eq!(codes(&arguments), (0, BTreeSet::new()), "{name}");
        assert!(text(&audit(&arguments).stdout).contains("\nno findings in "), "{name}");
    }
}

#[test]
fn caching_certificate_and_cors_are_reported() {
    let endpoint = Endpoint::start(|seen| {
        let (status, mut headers, _) = ok(&Value::Null);
        headers.push(("Cache-Control", "public, max-age=60".to_owned()));
        headers.push(("Access-Control-Allow-Origin", seen.header("origin").unwrap_or("*").to_owned()));
        headers.push(("Access-Control-Allow-Credentials", "true".to_owned()));
        (status, headers, json!({ "token": Made007::default().build(), "secret": CERTIFICATE }).to_string())
    });
    let (_, found) = codes(&[&endpoint.origin]);
    for code in ["cacheable-answer", "certificate-readable", "cors-any-origin", "no-authentication"] {
        assert!(found.contains(code), "{code}: {found:?}");
    }
    let report = audit(&[&endpoint.origin]);
    assert!(
        text(&report.stdout).contains(&format!("\n{} findings in ", found.len())),
        "{}",
        text(&report.stdout)
    );
}

#[test]
fn redirect_to_other_origin_never_gets_credential() {
    let thief = Endpoint::start(|_| ok(&json!({ "token": Made007::default().build() })));
    let target = thief.origin.clone();
    let endpoint =
        Endpoint::start(move |_| (307, vec![("Location", format!("{target}/token"))], String::new()));
    let (status, found) = codes(&[&endpoint.origin, "--header", CREDENTIAL]);
    assert_eq!((status, found), (1, BTreeSet::from(["redirect-to-other-origin".to_owned()])));
    assert!(thief.seen().is_empty());
}

#[test]
fn redirect_within_origin_is_followed() {
    let endpoint = Endpoint::start(|seen| match seen.path.as_str() {
        "/token" => (308, vec![("Location", "/token/".to_owned())], String::new()),
        _ => careless("none")(seen),
    });
    let url = format!("{}/token", endpoint.origin);
    let body = json!({ "channelName": "lobby" }).to_string();
    assert_eq!(codes(&[&url, "--header", CREDENTIAL, "--body", &body]), (0, BTreeSet::new()));
}

#[test]
fn redirects_are_resolved_as_url_references() {
    let token = Made007::default().build();
    let endpoint = Endpoint::start(move |seen| {
        let to = |location: &str| (307, vec![("Location", location.to_owned())], String::new());
        match seen.path.as_str() {
            "/a/beside" => to("token"),
            "/a/same-scheme" => to(&format!("//{}/a/token", seen.header("host").unwrap())),
            "/a/absolute" => to(&format!("http://{}/a/token", seen.header("host").unwrap())),
            "/a/round" => to("/a/round"),
            "/a/script" => to("javascript://x/"),
            "/a/encrypted" => to(&format!("https://{}/a/token", seen.header("host").unwrap())),
            "/a/token" => ok(&json!([{ "token": token }])),
            other => panic!("{other}"),
        }
    });
    for path in ["beside", "same-scheme", "absolute"] {
        let found = codes(&[&format!("{}/a/{path}", endpoint.origin)]);
        assert_eq!(found, (1, BTreeSet::from(["no-authentication".to_owned()])), "{path}");
    }
    let output = audit(&[&format!("{}/a/round", endpoint.origin)]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("no answer: too many redirects"), "{}", text(&output.stderr));
    for path in ["script", "encrypted"] {
        let found = codes(&[&format!("{}/a/{path}", endpoint.origin)]);
        assert_eq!(found, (1, BTreeSet::from(["redirect-to-other-origin".to_owned()])), "{path}");
    }
}

#[test]
fn answer_of_text_alone_is_token() {
    let token = Made007::default().build();
    let endpoint = Endpoint::start(move |_| (200, Vec::new(), format!("{token}\n")));
    assert_eq!(codes(&[&endpoint.origin]), (1, BTreeSet::from(["no-authentication".to_owned()])));
    let made_up = Endpoint::start(|_| (200, Vec::new(), "x".repeat(40)));
    let (status, found) = codes(&[&made_up.origin]);
    assert!(status == 1 && found.contains("invented-format"), "{found:?}");
    let empty = Endpoint::start(|_| ok(&json!([{ "token": "" }])));
    assert_eq!(codes(&[&empty.origin]), (1, BTreeSet::from(["empty-token-on-error".to_owned()])));
}

#[test]
fn token_is_found_in_headers_and_named_by_its_start() {
    let token = Made007::default().build();
    let sent = token.clone();
    let endpoint = Endpoint::start(move |_| (200, vec![("X-Agora-Token", sent.clone())], "ok".to_owned()));
    let output = audit(&[&endpoint.origin]);
    let shown = text(&output.stdout);
    assert!(shown.contains(&token[..10]) && !shown.contains(&token[..20]), "{shown}");
    assert!(shown.contains("no-authentication"), "{shown}");
}

#[test]
fn sarif_names_rule_for_each_result() {
    let endpoint = Endpoint::start(|_| ok(&json!({ "token": Made007::default().build() })));
    let output = audit(&[&endpoint.origin, "--sarif"]);
    let sarif: Value = serde_json::from_slice(&output.stdout).unwrap();
    let run = &sarif["runs"][0];
    assert_eq!(
        (&sarif["version"], &run["results"][0]["ruleId"]),
        (&json!("2.1.0"), &json!("no-authentication"))
    );
    assert_eq!(run["tool"]["driver"]["rules"][0]["id"], "no-authentication");
}

#[test]
fn endpoint_without_token_is_misuse() {
    let refusing = Endpoint::start(|_| (401, Vec::new(), "{}".to_owned()));
    let empty = Endpoint::start(|_| ok(&json!({ "hello": "world" })));
    let missing = Endpoint::start(|_| (404, Vec::new(), String::new()));
    let large = Endpoint::start(|_| (200, Vec::new(), "x".repeat(1_048_577)));
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let closed = format!("http://{closed}/token");
    for (arguments, expected) in [
        (vec![refusing.origin.as_str()], "status 401: pass the credential that clients send with --header"),
        (vec![&refusing.origin, "--header", CREDENTIAL], "status 401: the endpoint rejects the credential"),
        (vec![&empty.origin], "status 200: the answer holds no token"),
        (vec!["ftp://127.0.0.1/token"], "URL: expected http://… or https://…"),
        (
            vec![closed.as_str()],
            "no answer: the endpoint is unreachable; check the URL, and that the server runs",
        ),
        (vec![&large.origin], "no answer: the response exceeds 1048576 bytes"),
        (vec![&empty.origin, "--body", "{"], "--body: expected JSON"),
        (
            vec![&missing.origin],
            "status 404: request a token as clients do, with --method, --header and --body",
        ),
        (
            vec![&empty.origin, "--method", "GET", "--body", "{}"],
            "--body: a GET request has no body; expected --method POST",
        ),
        (vec![&empty.origin, "--method", "G T"], "--method: expected GET or POST, got \"G T\""),
    ] {
        let output = audit(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(text(&output.stderr).contains(expected), "{}", text(&output.stderr));
    }
}
