//! Every variable: its default, what it takes, and the exact words where it is at fault.

#![cfg(feature = "api")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::cell::RefCell;

use agora_token_server::api::App;
use agora_token_server::config::{AllowOrigin, Config, Listen, Notice, Platform, TokenVersion};
use agora_token_server::issue::TokenType;
use agora_token_server::policy::ChannelPattern;
use agora_token_server::time::{Ttl, UnixTime};
use common::server::{APP_ID, CERTIFICATE, EVERY_TYPE, local, lookup, refused_config};
use serde_json::{Value, json};

/// What a hosted server needs.
const HOSTED: [(&str, &str); 3] = [("APP_ID", APP_ID), ("APP_CERTIFICATE", CERTIFICATE), ("AUTH", "none")];

#[track_caller]
fn read(platform: Platform, variables: &[(&str, &str)]) -> (Config, Vec<Notice>) {
    Config::read(platform, lookup(variables)).unwrap()
}

#[track_caller]
fn with(name: &str, value: &str) -> Config {
    read(local(), &[(name, value)]).0
}

/// Each fault as it is printed.
#[track_caller]
fn faults(platform: Platform, variables: &[(&str, &str)]) -> Vec<String> {
    refused_config(platform, variables).0.iter().map(ToString::to_string).collect()
}

#[track_caller]
fn fault(name: &str, value: &str) -> String {
    let faults = faults(Platform::Hosted, &[HOSTED.as_slice(), &[(name, value)]].concat());
    assert_eq!(faults.len(), 1, "{faults:?}");
    faults[0].clone()
}

fn listening(address: &str) -> Platform {
    Platform::Local(Listen { address: address.parse().unwrap() })
}

#[test]
fn the_defaults() {
    let (config, notices) = read(Platform::Hosted, &HOSTED);
    assert_eq!(config.project.app_id.as_str(), APP_ID);
    assert!(config.project.secondary.is_none());
    assert!(config.policy.channels.is_none());
    assert_eq!(config.policy.token_types, [TokenType::Rtc, TokenType::Rtm, TokenType::ChatUser]);
    assert_eq!(config.policy.max_ttl, Ttl::MAX);
    assert_eq!(config.default_ttl, Ttl::HOUR);
    assert_eq!(config.drop_in_version, TokenVersion::V007);
    assert!(config.policy.wildcard_uid, "with AUTH=none");
    assert!(!config.policy.wildcard_channel);
    assert_eq!(config.allow_origin, AllowOrigin::Any);
    assert_eq!(notices, [Notice::NoAuthentication]);
}

#[test]
fn a_local_server_needs_nothing_and_says_what_that_means() {
    for address in ["127.0.0.1:8080", "127.9.9.9:1", "[::1]:8080"] {
        let (config, notices) = read(listening(address), &[]);
        assert_eq!(config.project.app_id.as_str(), APP_ID);
        assert_eq!(notices, [Notice::PublicTestProject, Notice::NoAuthentication]);
    }
    assert_eq!(
        Notice::PublicTestProject.to_string(),
        "APP_ID and APP_CERTIFICATE are unset: signing for Agora's public test project. Real clients need \
         their own project's."
    );
    assert_eq!(
        Notice::NoAuthentication.to_string(),
        "AUTH=none: whoever reaches this server gets any token."
    );
}

#[test]
fn a_hosted_server_needs_everything_said() {
    let unset = "unset, expected 32 hexadecimal digits";
    assert_eq!(
        faults(Platform::Hosted, &[]),
        [
            format!("APP_ID: {unset}"),
            format!("APP_CERTIFICATE: {unset}"),
            "AUTH: unset, expected none to let anybody have tokens".to_owned(),
        ]
    );
    assert_eq!(faults(Platform::Hosted, &HOSTED[..1])[0], format!("APP_CERTIFICATE: {unset}"));
    assert_eq!(faults(Platform::Hosted, &HOSTED[1..]), [format!("APP_ID: {unset}")]);
}

#[test]
fn a_local_server_that_others_can_reach_needs_everything_said_too() {
    let unset = "unset, expected 32 hexadecimal digits";
    for address in ["0.0.0.0:8080", "192.168.1.7:8080", "[::]:8080", "[::ffff:127.0.0.1]:8080"] {
        assert_eq!(
            faults(listening(address), &[]),
            [
                format!("APP_ID: {unset}"),
                format!("APP_CERTIFICATE: {unset}"),
                "AUTH: unset, which is allowed on a loopback HOST only".to_owned(),
            ]
        );
        assert_eq!(read(listening(address), &HOSTED).1, [Notice::NoAuthentication]);
    }
}

#[test]
fn half_a_project_is_none() {
    let unset = "unset, expected 32 hexadecimal digits";
    assert_eq!(faults(local(), &HOSTED[..1]), [format!("APP_CERTIFICATE: {unset}")]);
    assert_eq!(faults(local(), &HOSTED[1..2]), [format!("APP_ID: {unset}")]);
    assert_eq!(
        faults(local(), &[("APP_CERTIFICATE_SECONDARY", CERTIFICATE)]),
        [format!("APP_ID: {unset}"), format!("APP_CERTIFICATE: {unset}")]
    );
}

#[test]
fn an_empty_variable_is_unset_and_white_space_around_a_value_is_none_of_it() {
    let (config, notices) = read(local(), &[("APP_ID", ""), ("APP_CERTIFICATE", " "), ("AUTH", "\n")]);
    assert_eq!(config.project.app_id.as_str(), APP_ID);
    assert_eq!(notices, [Notice::PublicTestProject, Notice::NoAuthentication]);
    let certificate = format!("\t{CERTIFICATE}\r\n");
    let app_id = format!(" {APP_ID} ");
    read(Platform::Hosted, &[("APP_ID", &app_id), ("APP_CERTIFICATE", &certificate), ("AUTH", " none ")]);
    assert_eq!(with("MAX_EXPIRE_TIME", " 600\n").policy.max_ttl.as_secs(), 600);
}

#[test]
fn an_app_id_and_certificates_are_32_hexadecimal_digits() {
    for name in ["APP_ID", "APP_CERTIFICATE", "APP_CERTIFICATE_SECONDARY"] {
        for (value, fault) in [
            (&CERTIFICATE[1..], "31 characters, expected 32 hexadecimal digits"),
            (&*format!("{CERTIFICATE}0"), "33 characters, expected 32 hexadecimal digits"),
            (&*CERTIFICATE.replace('5', "g"), "character 1 is not a hexadecimal digit, expected 32 of them"),
            (
                "5CFd2fd1755d40ec-72977518be15d3b",
                "character 17 is not a hexadecimal digit, expected 32 of them",
            ),
        ] {
            let mut variables = HOSTED.to_vec();
            variables.retain(|(known, _)| *known != name);
            variables.push((name, value));
            assert_eq!(faults(Platform::Hosted, &variables), [format!("{name}: {fault}")]);
        }
    }
    let secondary = [HOSTED.as_slice(), &[("APP_CERTIFICATE_SECONDARY", APP_ID)]].concat();
    assert!(read(Platform::Hosted, &secondary).0.project.secondary.is_some());
}

#[test]
fn allowed_channels() {
    let patterns = |list: &str| with("ALLOWED_CHANNELS", list).policy.channels.unwrap();
    let pattern = |text: &str| ChannelPattern::parse(text).unwrap();
    assert_eq!(patterns("room-1"), [pattern("room-1")]);
    assert_eq!(patterns(" room-1 , lobby-*,, * "), [pattern("room-1"), pattern("lobby-*"), pattern("*")]);
    assert!(patterns(",").is_empty(), "an empty list allows nothing");
    let expected = "expected a channel's name, or its start and a * at the end";
    assert_eq!(fault("ALLOWED_CHANNELS", "a,*-room"), format!("ALLOWED_CHANNELS: \"*-room\", {expected}"));
    assert_eq!(fault("ALLOWED_CHANNELS", "a**"), format!("ALLOWED_CHANNELS: \"a**\", {expected}"));
}

#[test]
fn allowed_token_types() {
    let types = |list: &str| with("ALLOWED_TOKEN_TYPES", list).policy.token_types;
    assert_eq!(types("rtc"), [TokenType::Rtc]);
    assert_eq!(types(" stt, fpa "), [TokenType::Stt, TokenType::Fpa]);
    assert_eq!(types(EVERY_TYPE), TokenType::ALL);
    assert!(types(",").is_empty(), "an empty list allows nothing");
    assert_eq!(
        fault("ALLOWED_TOKEN_TYPES", "rtc,chat"),
        "ALLOWED_TOKEN_TYPES: \"chat\", expected some of rtc, rtm, chat-user, chat-app, fpa, \
         apaas-room-user, apaas-user, apaas-app, convoai, stt"
    );
}

#[test]
fn lifetimes() {
    for (text, seconds) in [("1", 1), ("600", 600), ("86400", 86_400)] {
        assert_eq!(with("MAX_EXPIRE_TIME", text).policy.max_ttl.as_secs(), seconds);
        assert_eq!(with("DEFAULT_EXPIRE_TIME", text).default_ttl.as_secs(), seconds);
    }
    for name in ["MAX_EXPIRE_TIME", "DEFAULT_EXPIRE_TIME"] {
        for text in ["0", "86401", "-1", "1h", "1.5", "99999999999"] {
            let expected = format!("{name}: \"{text}\", expected seconds, 1 to 86400");
            assert_eq!(fault(name, text), expected);
        }
    }
}

#[test]
fn token_version() {
    assert_eq!(with("TOKEN_VERSION", "007").drop_in_version, TokenVersion::V007);
    assert_eq!(with("TOKEN_VERSION", "006").drop_in_version, TokenVersion::V006);
    for text in ["6", "AccessToken2", "005"] {
        assert_eq!(fault("TOKEN_VERSION", text), format!("TOKEN_VERSION: {text:?}, expected 007 or 006"));
    }
}

#[test]
fn wildcards() {
    let policy = |name: &str, value: &str| with(name, value).policy;
    assert!(!policy("ALLOW_WILDCARD_UID", "false").wildcard_uid);
    assert!(policy("ALLOW_WILDCARD_UID", "true").wildcard_uid);
    assert!(policy("ALLOW_WILDCARD_CHANNEL", "true").wildcard_channel);
    for name in ["ALLOW_WILDCARD_UID", "ALLOW_WILDCARD_CHANNEL"] {
        for value in ["yes", "1", "TRUE"] {
            assert_eq!(fault(name, value), format!("{name}: {value:?}, expected true or false"));
        }
    }
}

#[test]
fn cors_allow_origin() {
    let origins = |list: &str| with("CORS_ALLOW_ORIGIN", list).allow_origin;
    let list = |origins: &[&str]| AllowOrigin::List(origins.iter().map(|&origin| origin.into()).collect());
    assert_eq!(origins("*"), AllowOrigin::Any);
    assert_eq!(origins("https://a.example"), list(&["https://a.example"]));
    assert_eq!(
        origins("https://a.example, http://localhost:5173,capacitor://localhost"),
        list(&["https://a.example", "http://localhost:5173", "capacitor://localhost"])
    );
    for origin in
        ["a.example", "https://a.example/", "https://a.example/app", "https://*.example", "https://", "null"]
    {
        assert_eq!(
            fault("CORS_ALLOW_ORIGIN", origin),
            format!("CORS_ALLOW_ORIGIN: {origin:?}, expected * or origins like https://example.com")
        );
    }
    assert_eq!(
        fault("CORS_ALLOW_ORIGIN", "https://a.example,*"),
        "CORS_ALLOW_ORIGIN: \"*\", expected * or origins like https://example.com"
    );
}

#[test]
fn host_and_port() {
    let listen = |variables: &[(&str, &str)]| Listen::read(lookup(variables)).map(|listen| listen.address);
    assert_eq!(listen(&[]), Ok("127.0.0.1:8080".parse().unwrap()));
    assert_eq!(listen(&[("HOST", "::"), ("PORT", "0")]), Ok("[::]:0".parse().unwrap()));
    let error = listen(&[("HOST", "example.com"), ("PORT", "65536")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "HOST: \"example.com\", expected an IP address; PORT: \"65536\", expected a port, 0 to 65535"
    );
}

#[test]
fn every_fault_is_reported_at_once() {
    let variables = [
        ("APP_ID", "x"),
        ("APP_CERTIFICATE", "y"),
        ("APP_CERTIFICATE_SECONDARY", "z"),
        ("AUTH", "open"),
        ("ALLOWED_TOKEN_TYPES", "a,b"),
        ("ALLOWED_CHANNELS", "*x,*y"),
        ("MAX_EXPIRE_TIME", "1d"),
        ("DEFAULT_EXPIRE_TIME", "1h"),
        ("TOKEN_VERSION", "5"),
        ("ALLOW_WILDCARD_UID", "no"),
        ("ALLOW_WILDCARD_CHANNEL", "no"),
        ("CORS_ALLOW_ORIGIN", "b,c"),
    ];
    for platform in [local(), Platform::Hosted] {
        let error = refused_config(platform, &variables);
        let named: Vec<&str> = error.0.iter().map(|fault| fault.variable).collect();
        assert_eq!(
            named,
            [
                "APP_ID",
                "APP_CERTIFICATE",
                "APP_CERTIFICATE_SECONDARY",
                "AUTH",
                "ALLOWED_TOKEN_TYPES",
                "ALLOWED_TOKEN_TYPES",
                "ALLOWED_CHANNELS",
                "ALLOWED_CHANNELS",
                "MAX_EXPIRE_TIME",
                "ALLOW_WILDCARD_UID",
                "ALLOW_WILDCARD_CHANNEL",
                "CORS_ALLOW_ORIGIN",
                "CORS_ALLOW_ORIGIN",
                "DEFAULT_EXPIRE_TIME",
                "TOKEN_VERSION",
            ]
        );
    }
}

#[test]
fn a_server_that_starts_says_every_notice_and_every_fault_in_the_log() {
    let now = UnixTime::from_secs(1);
    let lines = |platform, variables: &[(&str, &str)]| {
        let lines = RefCell::new(Vec::<Value>::new());
        let _ = App::starting(Config::read(platform, lookup(variables)), now, |line| {
            lines.borrow_mut().push(serde_json::from_str(&line).unwrap());
        });
        lines.into_inner()
    };
    assert_eq!(
        lines(Platform::Hosted, &HOSTED),
        [json!({ "level": "warn", "message": Notice::NoAuthentication.to_string(), "time": 1 })]
    );
    assert_eq!(
        lines(Platform::Hosted, &HOSTED[..2]),
        [json!({
            "level": "error", "time": 1, "message": "AUTH: unset, expected none to let anybody have tokens",
        })]
    );
    assert_eq!(lines(Platform::Hosted, &[]).len(), 3);
}
