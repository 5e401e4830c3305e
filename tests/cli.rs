//! The command line, as a shell sees it: standard output, standard error, exit status.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Write;
use std::process::{Command, Output, Stdio};

const CERTIFICATE: &str = "5CFd2fd1755d40ecb72977518be15d3b";

/// Elsewhere, so that no developer's `.env` configures it, and with no variable but these.
fn command(variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_agora-token-server"));
    command.env_clear().envs(variables.iter().copied()).current_dir(std::env::temp_dir());
    command
}

fn run(arguments: &[&str]) -> Output {
    command(&[]).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn mint(arguments: &[&str]) -> String {
    let output = run(&[&["mint"], arguments].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    text(&output.stdout).trim_end().to_owned()
}

const RTC: [&str; 6] = ["--channel", "room-1", "--uid", "42", "--role", "publisher"];

#[test]
fn a_minted_token_is_usable() {
    let token = mint(&RTC);
    let output = run(&["inspect", &token, "--channel", "room-1", "--uid", "42"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    assert!(text(&output.stdout).contains("signature   valid, by the primary certificate"));
    assert!(!text(&output.stdout).contains('\u{1b}'), "no colour outside of a terminal");
}

#[test]
fn inspect_exits_with_1_where_a_client_would_be_refused() {
    let token = mint(&RTC);
    let output = run(&["inspect", &token, "--channel", "room-2"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("[channel_differs]"), "{}", text(&output.stdout));
}

#[test]
fn inspect_reads_standard_input_and_prints_json() {
    let mut child = command(&[])
        .args(["inspect", "-", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(child.stdin.take().unwrap(), "{}", mint(&RTC)).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["usable"], true);
    assert_eq!(report["signature"], "primary");
    assert_eq!(report["services"][0]["channel"], "room-1");
}

#[test]
fn mint_takes_every_type_by_flags_and_anything_by_a_body() {
    for arguments in [
        ["--token-type", "rtm", "--uid", "alice"].as_slice(),
        &["--token-type", "chat-app"],
        &["--token-type", "apaas-room-user", "--room-uuid", "r", "--user-uuid", "u", "--role", "1"],
        &[&RTC[..], &["--rtm"]].concat(),
        &[&RTC[..], &["--rtm", "alice", "--expire-time", "60", "--privilege-expire-time", "30"]].concat(),
        &["--body", r#"{"tokenType":"fpa"}"#],
    ] {
        assert!(mint(arguments).starts_with("007"), "{arguments:?}");
    }
    assert!(mint(&[&RTC[..], &["--version", "006"]].concat()).starts_with("006"));
    let answer: serde_json::Value = serde_json::from_str(&mint(&[&RTC[..], &["--json"]].concat())).unwrap();
    assert_eq!(answer["uid"], 42);
}

#[test]
fn misuse_exits_with_2_and_says_what_is_wrong() {
    let output = run(&["mint", "--channel", "room-1", "--role", "boss", "--uid", "1"]);
    assert_eq!(output.status.code(), Some(2));
    let expected = "role is incorrect: \"boss\", expected publisher or subscriber\n";
    assert!(text(&output.stderr).ends_with(expected), "{}", text(&output.stderr));
    assert_eq!(run(&["nonsense"]).status.code(), Some(2));
    assert_eq!(run(&["inspect"]).status.code(), Some(2));
    assert_eq!(run(&["api-key", "two words"]).status.code(), Some(2));
}

#[test]
fn a_faulty_configuration_exits_with_2_and_names_every_variable() {
    let output =
        command(&[("APP_ID", "x"), ("APP_CERTIFICATE", CERTIFICATE), ("AUTH", "maybe")]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        text(&output.stderr),
        "APP_ID: 1 characters, expected 32 hexadecimal digits\n\
         AUTH: \"maybe\", expected api-key, jwt, api-key,jwt, or none to let anybody have tokens\n"
    );
}

#[test]
fn an_api_key_and_its_entry_belong_together() {
    let output = run(&["api-key", "my-backend"]);
    let mut lines = text(&output.stdout).lines();
    let (key, entry) = (lines.next().unwrap(), lines.next().unwrap());
    let keys = agora_token_server::auth::ApiKeys::parse(entry).unwrap();
    let authenticator = agora_token_server::auth::Authenticator::new(Some(keys), None);
    let credentials = agora_token_server::auth::Credentials { x_api_key: Some(key), ..Default::default() };
    let now = agora_token_server::time::UnixTime::from_secs(1_795_000_000);
    assert!(authenticator.authenticate(&credentials, now).is_ok());
}

#[test]
fn no_output_holds_the_certificate() {
    let variables = [("APP_ID", "970CA35de60c44645bbae8a215061b33"), ("APP_CERTIFICATE", CERTIFICATE)];
    for arguments in
        [["mint", "--body", "{}"], ["inspect", "007", "--json"], ["inspect", CERTIFICATE, "--json"]]
    {
        let output = command(&variables).args(arguments).output().unwrap();
        let printed = [text(&output.stdout), text(&output.stderr)].concat();
        assert!(!printed.contains(CERTIFICATE), "{printed}");
    }
}
