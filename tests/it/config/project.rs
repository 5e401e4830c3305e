//! `APP_ID`, and where the certificate comes from.

use std::io::{Error, ErrorKind};

use agora_token_server::config::{Config, Environment, Notice, ProjectSource};

use super::auth::UNSET as AUTH_UNSET;
use super::{HOSTED, faults, given, listening, read};
use crate::common::server::{APP_ID, CERTIFICATE, Platform, environment, local, lookup};

const APP_ID_UNSET: &str = "APP_ID: unset, expected 32 hexadecimal digits";

fn certificate_unset(or: &str) -> String {
    format!("APP_CERTIFICATE: unset, expected 32 hexadecimal digits{or}")
}

#[test]
fn a_local_server_needs_nothing_and_says_what_that_means() {
    for address in ["127.0.0.1:8080", "127.9.9.9:1", "[::1]:8080"] {
        let (config, notices) = read(listening(address), &[]);
        assert_eq!(given(&config).app_id().as_str(), APP_ID);
        assert_eq!(notices, [Notice::PublicTestProject, Notice::NoAuthentication]);
    }
    assert_eq!(
        Notice::PublicTestProject.to_string(),
        "APP_ID and APP_CERTIFICATE are unset: signing for Agora's public test project. Real clients need \
         their own project's."
    );
}

#[test]
fn a_hosted_server_needs_everything_said() {
    for (platform, or) in [(Platform::Lambda, ", or APP_CERTIFICATE_SECRET"), (Platform::Workers, "")] {
        let certificate = certificate_unset(or);
        assert_eq!(faults(platform, &[]), [APP_ID_UNSET, &certificate, AUTH_UNSET]);
        assert_eq!(faults(platform, &[HOSTED[0], HOSTED[2]]), [certificate]);
        assert_eq!(faults(platform, &HOSTED[1..]), [APP_ID_UNSET]);
    }
}

#[test]
fn a_local_server_that_others_can_reach_needs_everything_said_too() {
    for address in ["0.0.0.0:8080", "192.168.1.7:8080", "[::]:8080", "[::ffff:127.0.0.1]:8080"] {
        let certificate = certificate_unset(", or APP_CERTIFICATE_FILE");
        assert_eq!(faults(listening(address), &[]), [APP_ID_UNSET, &certificate, AUTH_UNSET]);
        let own = [("APP_ID", "0123456789abcdef0123456789abcdef"), HOSTED[1], HOSTED[2]];
        assert_eq!(read(listening(address), &own).1, [Notice::NoAuthentication]);
        let public = "APP_ID: Agora's public test project, which anybody can sign for; expected your own";
        assert_eq!(faults(listening(address), &HOSTED), [public]);
    }
}

#[test]
fn half_a_project_is_none() {
    let certificate = certificate_unset(", or APP_CERTIFICATE_FILE");
    assert_eq!(faults(local(), &HOSTED[..1]), [certificate.as_str()]);
    assert_eq!(faults(local(), &HOSTED[1..2]), [APP_ID_UNSET]);
    assert_eq!(faults(local(), &[("APP_CERTIFICATE_SECONDARY", CERTIFICATE)]), [APP_ID_UNSET, &certificate]);
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
            assert_eq!(faults(Platform::Lambda, &variables), [format!("{name}: {fault}")]);
        }
    }
    let secondary = [HOSTED.as_slice(), &[("APP_CERTIFICATE_SECONDARY", APP_ID)]].concat();
    assert!(given(&read(Platform::Lambda, &secondary).0).secondary().is_some());
}

/// What comes of a file with this text, or without one.
fn from_file(text: Option<&str>) -> Result<Config, String> {
    let variables = [("APP_ID", APP_ID), ("APP_CERTIFICATE_FILE", "/run/secrets/agora")];
    let file = |path: &str| {
        assert_eq!(path, "/run/secrets/agora");
        text.map(str::to_owned).ok_or(Error::from(ErrorKind::PermissionDenied))
    };
    let lookup = lookup(&variables);
    Config::read(Environment { files: Some(&file), ..environment(local(), &lookup) })
        .map(|(config, _)| config)
        .map_err(|error| error.to_string())
}

#[test]
fn a_certificate_from_a_file() {
    for text in [CERTIFICATE.to_owned(), format!("{CERTIFICATE}\n"), format!("\r\n {CERTIFICATE}\r\n")] {
        assert_eq!(given(&from_file(Some(&text)).unwrap()).app_id().as_str(), APP_ID);
    }
    for (text, fault) in [
        (None, "APP_CERTIFICATE_FILE: the file cannot be read: permission denied"),
        (Some(""), "APP_CERTIFICATE_FILE: 0 characters, expected 32 hexadecimal digits"),
        (
            Some("5CFd2fd1755d40ecb72977518be15d3x"),
            "APP_CERTIFICATE_FILE: character 32 is not a hexadecimal digit, expected 32 of them",
        ),
    ] {
        assert_eq!(from_file(text).unwrap_err(), fault);
    }
    let variables = [HOSTED[0], HOSTED[2], ("APP_CERTIFICATE_FILE", "x")];
    for platform in [Platform::Lambda, Platform::Workers] {
        let fault = "APP_CERTIFICATE_FILE: set, which only the local server reads";
        assert_eq!(faults(platform, &variables), [fault]);
    }
}

#[test]
fn a_certificate_from_a_store_of_secrets() {
    let secret = [HOSTED[0], HOSTED[2], ("APP_CERTIFICATE_SECRET", "agora/cert")];
    let session = [secret.as_slice(), &[("AWS_SESSION_TOKEN", "session-token")]].concat();
    let (config, _) = read(Platform::Lambda, &session);
    assert!(matches!(config.project, ProjectSource::Remote(_)));
    assert!(!format!("{config:?}").contains("session-token"));
    assert_eq!(
        faults(Platform::Lambda, &secret),
        ["AWS_SESSION_TOKEN: unset, expected what Lambda sets for APP_CERTIFICATE_SECRET"]
    );
    for platform in [local(), Platform::Workers] {
        let fault = "APP_CERTIFICATE_SECRET: set, which only AWS Lambda reads";
        assert_eq!(faults(platform, &session), [fault]);
    }
}

#[test]
fn a_certificate_comes_from_one_place() {
    let two = [HOSTED.as_slice(), &[("APP_CERTIFICATE_FILE", "x")]].concat();
    let three = [two.as_slice(), &[("APP_CERTIFICATE_SECRET", "x")]].concat();
    for variables in [two, three] {
        assert_eq!(
            faults(local(), &variables),
            [
                "APP_CERTIFICATE: expected one of APP_CERTIFICATE, APP_CERTIFICATE_FILE, APP_CERTIFICATE_SECRET"
            ]
        );
    }
}
