//! Every variable: its default, its valid values, and the exact text of its errors.

mod auth;
mod earlier;
mod limits;
mod project;
mod variables;

use std::cell::RefCell;

use crate::common::server::{APP_ID, CERTIFICATE, Platform, config, local, refused_config};
use agora_token_server::api::App;
use agora_token_server::config::{AllowOrigin, Config, Notice, ProjectSource};
use agora_token_server::request::Format;
use agora_token_server::time::{Ttl, UnixTime};
use agora_token_server::token::Project;
use serde_json::{Value, json};

/// The variables that a hosted server needs.
const HOSTED: [(&str, &str); 3] = [("APP_ID", APP_ID), ("APP_CERTIFICATE", CERTIFICATE), ("AUTH", "none")];

const HOSTS: [Platform; 2] = [Platform::Lambda, Platform::Workers];

#[track_caller]
fn read(platform: Platform, variables: &[(&str, &str)]) -> (Config, Vec<Notice>) {
    config(platform, variables).unwrap()
}

/// A hosted server with one more variable.
#[track_caller]
fn with(name: &str, value: &str) -> Config {
    read(Platform::Workers, &[HOSTED.as_slice(), &[(name, value)]].concat()).0
}

/// A hosted server with these variables, which override its own.
#[track_caller]
fn with_all(variables: &[(&str, &str)]) -> Config {
    let hosted = HOSTED.iter().filter(|(name, _)| variables.iter().all(|(given, _)| given != name));
    read(Platform::Workers, &variables.iter().chain(hosted).copied().collect::<Vec<_>>()).0
}

/// Each fault as it is printed.
#[track_caller]
fn faults(platform: Platform, variables: &[(&str, &str)]) -> Vec<String> {
    refused_config(platform, variables).0.iter().map(ToString::to_string).collect()
}

/// The only fault of a hosted server with one more variable.
#[track_caller]
fn fault(name: &str, value: &str) -> String {
    let faults = faults(Platform::Workers, &[HOSTED.as_slice(), &[(name, value)]].concat());
    assert_eq!(faults.len(), 1, "{faults:?}");
    faults[0].clone()
}

fn listening(address: &str) -> Platform {
    Platform::Local(address.parse().unwrap())
}

#[track_caller]
fn given(config: &Config) -> &Project {
    match &config.project {
        ProjectSource::Given(project) => project,
        ProjectSource::File(_) | ProjectSource::Remote(_) => panic!("the certificate comes from elsewhere"),
    }
}

#[test]
fn config_without_settings_has_defaults() {
    for platform in HOSTS {
        let (config, notices) = read(platform, &HOSTED);
        assert_eq!(given(&config).app_id().as_str(), APP_ID);
        assert!(given(&config).secondary().is_none());
        assert!(config.authenticator.is_open());
        assert!(config.policy.channels.is_none());
        assert_eq!(config.policy.token_types, None);
        assert_eq!(config.policy.max_ttl, Ttl::MAX);
        assert!(!config.policy.expire_with_jwt);
        assert!(config.policy.wildcard_uid, "with AUTH=none");
        assert!(!config.policy.wildcard_channel);
        assert_eq!(config.default_ttl, Ttl::HOUR);
        assert_eq!(config.rate_limit, None);
        assert_eq!(config.trusted_proxies, 0);
        assert_eq!(config.drop_in_version, Format::V007);
        assert_eq!(config.allow_origin, AllowOrigin::Any);
        assert_eq!(notices, [Notice::NoAuthentication]);
    }
}

#[test]
fn variable_is_trimmed_and_empty_is_unset() {
    let (config, notices) = read(local(), &[("APP_ID", ""), ("APP_CERTIFICATE", " "), ("AUTH", "\n")]);
    assert_eq!(given(&config).app_id().as_str(), APP_ID);
    assert_eq!(notices, [Notice::PublicTestProject, Notice::NoAuthentication]);
    let certificate = format!("\t{CERTIFICATE}\r\n");
    let app_id = format!(" {APP_ID} ");
    read(Platform::Lambda, &[("APP_ID", &app_id), ("APP_CERTIFICATE", &certificate), ("AUTH", " none ")]);
    assert_eq!(with("MAX_EXPIRE_TIME", " 600\n").policy.max_ttl.as_secs(), 600);
}

#[test]
fn config_reports_all_faults() {
    let variables = [
        ("APP_ID", "x"),
        ("APP_CERTIFICATE", "y"),
        ("APP_CERTIFICATE_SECONDARY", "z"),
        ("AUTH", "api-key,jwt"),
        ("API_KEYS", "k"),
        ("JWT_HEADER", "X-API-Key"),
        ("ALLOWED_TOKEN_TYPES", "a,b"),
        ("ALLOWED_CHANNELS", "*x,*y"),
        ("MAX_EXPIRE_TIME", "1d"),
        ("DEFAULT_EXPIRE_TIME", "1h"),
        ("EXPIRE_WITH_JWT", "no"),
        ("ALLOW_WILDCARD_UID", "no"),
        ("ALLOW_WILDCARD_CHANNEL", "no"),
        ("RATE_LIMIT", "0"),
        ("TRUSTED_PROXIES", "all"),
        ("DROP_IN_TOKEN_VERSION", "5"),
        ("CORS_ALLOW_CREDENTIALS", "no"),
        ("MAX_CONNECTIONS", "0"),
        ("ALLOWED_HOSTS", "x:1"),
        ("CORS_ALLOW_ORIGIN", "b,c"),
    ];
    // Each is named once for each of its faults, and AUTH by what its methods lack.
    let twice = ["ALLOWED_CHANNELS", "ALLOWED_TOKEN_TYPES", "CORS_ALLOW_ORIGIN"];
    let missing = ["JWT_AUDIENCE", "JWT_ISSUER", "JWT_JWKS_URL"];
    let given = variables.iter().map(|(name, _)| *name).filter(|name| *name != "AUTH");
    let mut expected: Vec<&str> = given.chain(twice).chain(missing).collect();
    expected.sort_unstable();
    for platform in [local(), Platform::Lambda, Platform::Workers] {
        let mut named: Vec<&str> =
            refused_config(platform, &variables).0.iter().map(|fault| fault.variable).collect();
        named.sort_unstable();
        assert_eq!(named, expected);
    }
}

#[test]
fn start_logs_notices_and_faults() {
    let now = UnixTime::from_secs(1);
    let lines = |platform, variables: &[(&str, &str)]| {
        let lines = RefCell::new(Vec::<Value>::new());
        let _ = App::starting(config(platform, variables), now, |line| {
            lines.borrow_mut().push(serde_json::from_str(&line).unwrap());
        });
        lines.into_inner()
    };
    assert_eq!(
        lines(Platform::Lambda, &HOSTED),
        [json!({ "level": "warn", "message": Notice::NoAuthentication.to_string(), "time": 1 })]
    );
    assert_eq!(
        lines(Platform::Workers, &HOSTED[..2]),
        [json!({ "level": "error", "time": 1, "message": auth::UNSET })]
    );
    assert_eq!(lines(Platform::Lambda, &[]).len(), 3);
}

#[test]
fn headers_read_are_those_that_the_configuration_needs() {
    let read = |variables: &[(&str, &str)]| {
        let names = App::new(Ok(with_all(variables))).headers_read();
        names.iter().map(|name| name.as_str().to_owned()).collect::<Vec<_>>().join(" ")
    };
    let key = ("API_KEYS", "backend:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08");
    let jwt = [
        ("AUTH", "jwt"),
        ("JWT_ISSUER", "https://issuer.example/"),
        ("JWT_AUDIENCE", "tokens"),
        ("JWT_JWKS_URL", "https://issuer.example/keys"),
    ];
    let header = ("JWT_HEADER", "Cf-Access-Jwt-Assertion");
    for (variables, names) in [
        (vec![], "content-encoding content-type traceparent"),
        (
            vec![("CORS_ALLOW_ORIGIN", "https://example.com")],
            "content-encoding content-type origin traceparent",
        ),
        (vec![("AUTH", "api-key"), key], "authorization content-encoding content-type traceparent x-api-key"),
        (jwt.to_vec(), "authorization content-encoding content-type traceparent"),
        (
            [jwt.as_slice(), &[header]].concat(),
            "cf-access-jwt-assertion content-encoding content-type traceparent",
        ),
        (
            [&[("AUTH", "api-key,jwt"), key, header], &jwt[1..]].concat(),
            "authorization cf-access-jwt-assertion content-encoding content-type traceparent x-api-key",
        ),
    ] {
        assert_eq!(read(&variables), names, "{variables:?}");
    }
    let unconfigured = App::new(config(local(), &[]).map(|(config, _)| config)).headers_read();
    assert_eq!(unconfigured, ["content-encoding", "content-type", "traceparent"]);
    let own = [("APP_ID", "0123456789abcdef0123456789abcdef"), HOSTED[1], HOSTED[2]];
    let guarded = App::new(Ok(config(local(), &own).unwrap().0)).headers_read();
    assert!(["host", "origin"].iter().all(|name| guarded.iter().any(|read| read == name)), "{guarded:?}");
}
