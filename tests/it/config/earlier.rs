//! Configuration files of 0.1.0, as its users filled them in, keep their meaning: each response equals that of 0.1.0,
//! except for the changes that are listed here.

use std::collections::{BTreeMap, BTreeSet};

use agora_token_server::api::Body;
use agora_token_server::fetch::Fetch;
use agora_token_server::token::Project;
use http::Request;
use serde_json::{Value, json};

use crate::common::issuer::Key;
use crate::common::opened::opened;
use crate::common::server::{
    self, CERTIFICATE, DRAWN_UID, NOW, Platform, Response, SALT, Server, context, local,
};

const FOLDER: &str = "tests/vectors/configuration/0.1.0";

fn read(name: &str) -> String {
    std::fs::read_to_string(format!("{}/{FOLDER}/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn recorded() -> Value {
    serde_json::from_str(&read("answers.json")).unwrap()
}

fn platform(file: &str) -> Platform {
    match file {
        "env.example" => local(),
        "dev.vars.example" | "wrangler.toml" => Platform::Workers,
        "template.yaml" => Platform::Lambda,
        other => panic!("{other} has no platform"),
    }
}

fn settings(configuration: &Value) -> Vec<(&str, &str)> {
    let settings = configuration["settings"].as_object().unwrap();
    let mut settings: Vec<_> =
        settings.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect();
    if configuration["file"] == "template.yaml" {
        settings.push(("AWS_SESSION_TOKEN", "session"));
    }
    settings
}

/// A request as that caller sends it.
fn request(request: &Value, caller: &Value, settings: &BTreeMap<&str, &str>) -> Request<Body> {
    let mut made = Request::builder()
        .method(request["method"].as_str().unwrap())
        .uri(request["path"].as_str().unwrap())
        .header("host", "token.example.com");
    for (name, value) in request["headers"].as_object().into_iter().flatten() {
        made = made.header(name, value.as_str().unwrap());
    }
    if let Some(key) = caller["key"].as_str() {
        made = made.header("authorization", format!("Bearer {key}"));
    } else if let Some(claims) = caller["claims"].as_object() {
        let expires = i64::from(NOW) + caller["lives"].as_i64().unwrap_or(900);
        let mut all = json!({
            "iss": settings["JWT_ISSUER"], "aud": settings["JWT_AUDIENCE"], "iat": NOW, "exp": expires,
        });
        all.as_object_mut().unwrap().extend(claims.clone());
        let key = if settings.contains_key("JWT_SECRET") { Key::secret() } else { Key::ed25519() };
        let jwt = key.jwt(&all);
        made = match settings.get("JWT_HEADER") {
            None | Some(&("Authorization" | "")) => made.header("authorization", format!("Bearer {jwt}")),
            Some(name) => made.header(*name, jwt),
        };
    }
    let body = match &request["json"] {
        Value::Null => String::new(),
        json => {
            made = made.header("content-type", "application/json");
            json.to_string()
        }
    };
    made.body(Body::Whole(body.into())).unwrap()
}

/// An answer as record.mjs describes it.
fn described(response: &Response) -> String {
    let mut facts = vec![response.status.to_string()];
    if let Some(origin) = response.header("access-control-allow-origin") {
        facts.push(format!("allow-origin {origin}"));
    }
    if response.status >= 400 {
        let problem = response.problem();
        facts.extend(["code", "rule"].iter().filter_map(|name| problem[name].as_str().map(str::to_owned)));
        return facts.join(" ");
    }
    let answer: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    for name in ["token", "rtcToken", "rtmToken", "chatToken"] {
        facts.extend(answer[name].as_str().map(holds));
    }
    facts.join(" ")
}

fn holds(token: &str) -> String {
    if token.starts_with("006") {
        return "006".to_owned();
    }
    let opened = opened(token, &Project::public_test());
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let services = opened["services"].as_array().unwrap().iter().map(|service| {
        let names = ["channel", "uid", "userId", "roomUuid", "userUuid", "role"].into_iter();
        let names = names.filter_map(|name| Some(format!("{name}={}", text(service.get(name)?))));
        let order = [
            "joinChannel",
            "publishAudioStream",
            "publishVideoStream",
            "publishDataStream",
            "login",
            "roomUser",
            "user",
            "app",
        ];
        let privileges = service["privileges"].as_object().unwrap();
        let rights = order.iter().filter_map(|name| Some(format!("{name}={}", privileges.get(*name)?)));
        let all: Vec<String> = names.chain(rights).collect();
        format!("{}({})", service["type"].as_str().unwrap(), all.join(" "))
    });
    let services: Vec<String> = services.collect();
    format!("007 {} {}", opened["expire"], services.join(" "))
        .replace(&format!("uid={DRAWN_UID}"), "uid=drawn")
}

/// Settings that were fixed in 0.1.0 and are variables now.
const AS_BEFORE: [(&str, &str); 2] = [("ALLOW_006", "true"), ("ALLOWED_TOKEN_TYPES", "rtc,rtm,chat-user")];

/// How answers differ from the recorded ones: `(request, before, now)`, or why the configuration is rejected.
fn differences(recorded: &Value, configuration: &Value, settings: &[(&str, &str)]) -> Vec<[String; 3]> {
    let platform = platform(configuration["file"].as_str().unwrap());
    if let Err(error) = server::config(platform, settings) {
        return vec![["start".to_owned(), "valid".to_owned(), error.to_string()]];
    }
    let server = Server::on(platform, settings);
    let by_name = settings.iter().copied().collect();
    let mut found = Vec::new();
    for (caller, answers) in configuration["answers"].as_object().unwrap() {
        let requests = recorded["requests"].as_array().unwrap();
        for (sent, before) in requests.iter().zip(answers.as_array().unwrap()) {
            let fetch = |_: Fetch| Ok(json!({ "SecretString": CERTIFICATE }).to_string().into());
            let request = request(sent, &configuration["callers"][caller], &by_name);
            let now = described(&server.answer(&request, &context(NOW, SALT), fetch, |_| None));
            if now != before.as_str().unwrap() {
                let what = format!("{caller}: {} {} {}", sent["method"], sent["path"], sent["json"]);
                found.push([what, before.as_str().unwrap().to_owned(), now]);
            }
        }
    }
    found
}

#[test]
fn earlier_configuration_is_answered_as_before() {
    let recorded = recorded();
    let mut changes = BTreeSet::new();
    for configuration in recorded["configurations"].as_array().unwrap() {
        let (file, name) = (&configuration["file"], &configuration["name"]);
        let settings = settings(configuration);
        let has = |name: &str| settings.iter().any(|(known, _)| *known == name);
        let limits_channels = has("ALLOWED_CHANNELS") && !has("ALLOWED_TOKEN_TYPES");
        for [what, before, now] in differences(&recorded, configuration, &settings) {
            let change = match now.rsplit(' ').next().unwrap() {
                // The holder of a 006 token can rewrite it.
                "version" if what.contains(r#""version":"006""#) => "006",
                "ALLOW_006=true" if has("TOKEN_VERSION") => "006 on drop-in routes",
                // A list of channels limits nothing in a token without one.
                "tokenType" if limits_channels => "types without a channel",
                _ => panic!("{file} {name}: {what}: {before:?} before, {now:?} now"),
            };
            changes.insert(change);
        }
        let added = AS_BEFORE.into_iter().filter(|(name, _)| !has(name));
        let restored: Vec<_> = settings.iter().copied().chain(added).collect();
        let differ = differences(&recorded, configuration, &restored);
        assert!(differ.is_empty(), "{file} {name}: {differ:#?}");
    }
    assert_eq!(changes, BTreeSet::from(["006", "006 on drop-in routes", "types without a channel"]));
}

/// The variables that a file sets or mentions: `NAME=`, `#NAME=`, `NAME: !Ref Parameter`.
#[test]
fn every_variable_of_earlier_files_is_tried() {
    let recorded = recorded();
    let configurations = recorded["configurations"].as_array().unwrap();
    for file in ["env.example", "dev.vars.example", "wrangler.toml", "template.yaml"] {
        let of_file = configurations.iter().filter(|configuration| configuration["file"] == file);
        let tried: BTreeSet<&str> =
            of_file.flat_map(|one| settings(one).into_iter().map(|(name, _)| name)).collect();
        let text = read(file);
        let lines = text.lines().map(|line| line.trim().trim_start_matches('#'));
        let named = lines.filter_map(|line| match file {
            "template.yaml" => line.split_once(": !Ref ").map(|(name, _)| name),
            _ => line.split_once('=').map(|(name, _)| name.trim_end()),
        });
        let is_variable = |name: &&str| {
            name.contains('_') && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
        };
        // Files and sockets of the machine.
        let named: Vec<&str> =
            named.filter(is_variable).filter(|name| *name != "APP_CERTIFICATE_FILE").collect();
        assert!(!named.is_empty(), "{file}");
        for name in named {
            assert!(tried.contains(name), "{file}: {name}");
        }
    }
}
