//! `APP_ID`, and the source of the certificate.

use std::io::{Error, ErrorKind};

use agora_token_server::api::App;
use agora_token_server::config::{Config, Environment, Notice, ProjectSource, Socket, Source};

use agora_token_server::time::{Ttl, UnixTime};
use agora_token_server::token::{AccessToken2, Service};

use super::auth::UNSET as AUTH_UNSET;
use super::{HOSTED, faults, given, listening, read};
use crate::common::server::{APP_ID, CERTIFICATE, Platform, Server, environment, local, lookup};

const NOW: UnixTime = UnixTime::from_secs(1_763_770_000);

const DIGITS_0: &str = "expected 32 hexadecimal digits, got 0 characters";

const APP_ID_UNSET: &str = "APP_ID is missing: expected 32 hexadecimal digits";

fn certificate_unset(or: &str) -> String {
    format!("APP_CERTIFICATE is missing: expected 32 hexadecimal digits{or}")
}

#[test]
fn local_server_without_project_uses_test_project() {
    for address in ["127.0.0.1:8080", "127.9.9.9:1", "[::1]:8080"] {
        let (config, notices) = read(listening(address), &[]);
        assert_eq!(given(&config).app_id().as_str(), APP_ID);
        assert_eq!(notices, [Notice::PublicTestProject, Notice::NoAuthentication]);
    }
    assert_eq!(
        Notice::PublicTestProject.to_string(),
        "APP_ID and APP_CERTIFICATE are missing: tokens are signed for Agora's public test project; set your own \
         project's for real clients"
    );
}

#[test]
fn hosted_server_without_settings_is_rejected() {
    for (platform, or) in [(Platform::Lambda, ", or APP_CERTIFICATE_SECRET"), (Platform::Workers, "")] {
        let certificate = certificate_unset(or);
        assert_eq!(faults(platform, &[]), [APP_ID_UNSET, &certificate, AUTH_UNSET]);
        assert_eq!(faults(platform, &[HOSTED[0], HOSTED[2]]), [certificate]);
        assert_eq!(faults(platform, &HOSTED[1..]), [APP_ID_UNSET]);
    }
}

#[test]
fn exposed_local_server_without_settings_is_rejected() {
    for address in ["0.0.0.0:8080", "192.168.1.7:8080", "[::]:8080", "[::ffff:127.0.0.1]:8080"] {
        let certificate = certificate_unset(", or APP_CERTIFICATE_FILE");
        assert_eq!(faults(listening(address), &[]), [APP_ID_UNSET, &certificate, AUTH_UNSET]);
        let own = [("APP_ID", "0123456789abcdef0123456789abcdef"), HOSTED[1], HOSTED[2]];
        assert_eq!(read(listening(address), &own).1, [Notice::NoAuthentication]);
        let public = "APP_ID: expected your own project's, got Agora's public test project's, whose certificate is public";
        assert_eq!(faults(listening(address), &HOSTED), [public]);
    }
}

#[test]
fn project_without_certificate_or_app_id_is_rejected() {
    let certificate = certificate_unset(", or APP_CERTIFICATE_FILE");
    assert_eq!(faults(local(), &HOSTED[..1]), [certificate.as_str()]);
    assert_eq!(faults(local(), &HOSTED[1..2]), [APP_ID_UNSET]);
    assert_eq!(faults(local(), &[("APP_CERTIFICATE_SECONDARY", CERTIFICATE)]), [APP_ID_UNSET, &certificate]);
}

#[test]
fn project_with_other_than_32_hex_digits_is_rejected() {
    for name in ["APP_ID", "APP_CERTIFICATE", "APP_CERTIFICATE_SECONDARY"] {
        for (value, fault) in [
            (&CERTIFICATE[1..], "expected 32 hexadecimal digits, got 31 characters"),
            (&*format!("{CERTIFICATE}0"), "expected 32 hexadecimal digits, got 33 characters"),
            (
                &*CERTIFICATE.replace('5', "g"),
                "expected 32 hexadecimal digits, got another character at position 0",
            ),
            (
                "5CFd2fd1755d40ec-72977518be15d3b",
                "expected 32 hexadecimal digits, got another character at position 16",
            ),
        ] {
            let mut variables = HOSTED.to_vec();
            variables.retain(|(known, _)| *known != name);
            variables.push((name, value));
            assert_eq!(faults(Platform::Lambda, &variables), [format!("{name}: {fault}")]);
        }
    }
    let secondary = [HOSTED.as_slice(), &[("APP_CERTIFICATE_SECONDARY", APP_ID)]].concat();
    assert!(given(&read(Platform::Lambda, &secondary).0).secondary().is_some());
}

/// The result for a file with this text, or without a file.
fn from_file(text: Option<&str>) -> Result<Config, String> {
    let variables = [("APP_ID", APP_ID), ("APP_CERTIFICATE_FILE", "/run/secrets/agora")];
    let file = |path: &str| {
        assert_eq!(path, "/run/secrets/agora");
        text.map(str::to_owned).ok_or(Error::from(ErrorKind::PermissionDenied))
    };
    let sources = [Source { name: "environment", lookup: &lookup(&variables) }];
    Config::read(Environment { files: Some(&file), socket: Socket::Unused, ..environment(local(), &sources) })
        .map(|(config, _)| config)
        .map_err(|error| error.to_string())
}

#[test]
fn certificate_file_is_read() {
    for text in [CERTIFICATE.to_owned(), format!("{CERTIFICATE}\n"), format!("\r\n {CERTIFICATE}\r\n")] {
        let config = from_file(Some(&text)).unwrap();
        let file = config.project.file().unwrap();
        assert_eq!(file.path(), "/run/secrets/agora");
        assert_eq!(config.project.current(NOW).unwrap().app_id().as_str(), APP_ID);
    }
    for (text, fault) in [
        (None, "APP_CERTIFICATE_FILE: expected a readable file, got permission denied"),
        (Some(""), "APP_CERTIFICATE_FILE: expected 32 hexadecimal digits, got 0 characters"),
        (
            Some("5CFd2fd1755d40ecb72977518be15d3x"),
            "APP_CERTIFICATE_FILE: expected 32 hexadecimal digits, got another character at position 31",
        ),
    ] {
        assert_eq!(from_file(text).unwrap_err(), fault);
    }
    let variables = [HOSTED[0], HOSTED[2], ("APP_CERTIFICATE_FILE", "x")];
    for platform in [Platform::Lambda, Platform::Workers] {
        let fault = "APP_CERTIFICATE_FILE: only the local server reads it; remove it";
        assert_eq!(faults(platform, &variables), [fault]);
    }
}

/// A signature by the project, to distinguish certificates that cannot be read.
fn signed(config: &Config) -> String {
    let project = config.project.current(NOW).unwrap();
    let service = Service::rtm(&"42".parse().unwrap(), Ttl::HOUR.into());
    AccessToken2::new(project.app_id(), NOW, Ttl::HOUR, 1, service).build(project.certificate())
}

#[test]
fn certificate_file_replaces_and_invalid_one_keeps() {
    let config = from_file(Some(CERTIFICATE)).unwrap();
    let before = signed(&config);
    let file = config.project.file().unwrap();
    file.replace(Ok("0123456789abcdef0123456789abcdef\n".to_owned())).unwrap();
    let after = signed(&config);
    assert_ne!(before, after);
    for (read, fault) in [
        (Err(ErrorKind::NotFound.into()), "expected a readable file, got entity not found".to_owned()),
        (Ok(String::new()), DIGITS_0.to_owned()),
    ] {
        assert_eq!(file.replace(read), Err(fault));
        assert_eq!(signed(&config), after);
    }
    file.replace(Ok(CERTIFICATE.to_owned())).unwrap();
    assert_eq!(signed(&config), before);
    assert!(!format!("{config:?}").contains(&CERTIFICATE[..8]));
}

#[test]
fn handler_uses_replaced_certificate_and_logs_invalid_one() {
    let app = App::new(Ok(from_file(Some(CERTIFICATE)).unwrap()));
    assert_eq!(app.certificate_file(), Some("/run/secrets/agora"));
    assert_eq!(app.replace_certificate(Ok("0123456789abcdef0123456789abcdef".to_owned()), NOW), None);
    let line = app.replace_certificate(Err(ErrorKind::PermissionDenied.into()), NOW).unwrap();
    let line: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(
        line["message"],
        "APP_CERTIFICATE_FILE: expected a readable file, got permission denied; the certificate read before \
         stays in use"
    );
    assert_eq!(Server::local().app.certificate_file(), None);
}

#[test]
fn certificate_secret_is_source() {
    let secret = [HOSTED[0], HOSTED[2], ("APP_CERTIFICATE_SECRET", "agora/cert")];
    let session = [secret.as_slice(), &[("AWS_SESSION_TOKEN", "session-token")]].concat();
    let (config, _) = read(Platform::Lambda, &session);
    assert!(matches!(config.project, ProjectSource::Remote(_)));
    assert!(!format!("{config:?}").contains("session-token"));
    assert_eq!(
        faults(Platform::Lambda, &secret),
        ["AWS_SESSION_TOKEN is missing: expected with APP_CERTIFICATE_SECRET; Lambda sets it"]
    );
    for platform in [local(), Platform::Workers] {
        let fault = "APP_CERTIFICATE_SECRET: only AWS Lambda reads it; remove it";
        assert_eq!(faults(platform, &session), [fault]);
    }
}

#[test]
fn certificate_with_two_sources_is_rejected() {
    let two = [HOSTED.as_slice(), &[("APP_CERTIFICATE_FILE", "x")]].concat();
    let three = [two.as_slice(), &[("APP_CERTIFICATE_SECRET", "x")]].concat();
    for variables in [two, three] {
        assert_eq!(
            faults(local(), &variables),
            [
                "APP_CERTIFICATE: expected exactly one of APP_CERTIFICATE, APP_CERTIFICATE_FILE, APP_CERTIFICATE_SECRET, got several"
            ]
        );
    }
}
