//! The command line as a process: standard output, standard error, exit status.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod audit;
mod config;
mod explain;
mod inspect;
mod policy;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

const CERTIFICATE: &str = "5CFd2fd1755d40ecb72977518be15d3b";

/// Runs in another folder, so that a developer's `.env` does not configure it, with these variables only.
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
fn minted_token_is_usable() {
    let token = mint(&RTC);
    let output = run(&["inspect", &token, "--channel", "room-1", "--uid", "42"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    assert!(text(&output.stdout).contains("signature   valid, by the primary certificate"));
    assert!(!text(&output.stdout).contains('\u{1b}'), "no color outside a terminal");
}

#[test]
fn inspect_of_unchecked_signature_exits_with_3() {
    let token = mint(&[&RTC[..], &["--version", "006"]].concat());
    let output = run(&["inspect", &token]);
    assert_eq!(output.status.code(), Some(3));
    assert!(
        text(&output.stdout).starts_with("Agora token, version 006: unknown\n"),
        "{}",
        text(&output.stdout)
    );
    assert_eq!(run(&["inspect", &token, "--channel", "room-1", "--uid", "42"]).status.code(), Some(0));
}

#[test]
fn inspect_judges_for_use_and_time() {
    let token = mint(&RTC);
    let output = run(&["inspect", &token]);
    assert!(text(&output.stdout).starts_with("Agora token, version 007: usable for rtc\n"));
    let output = run(&["inspect", &token, "--for", "rtm"]);
    assert_eq!(output.status.code(), Some(1));
    let expected = "  seen as: RTM -10005, RTM 1.x 5\n";
    assert!(text(&output.stdout).contains(expected), "{}", text(&output.stdout));
    let output = run(&["inspect", &token, "--at", "2100-01-01T00:00:00Z"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("[expired]"), "{}", text(&output.stdout));
    for misuse in [["--for", "video"], ["--at", "yesterday"]] {
        let output = run(&[&["inspect", &token], &misuse[..]].concat());
        assert_eq!(output.status.code(), Some(2), "{misuse:?}");
        assert!(text(&output.stderr).contains("expected"), "{}", text(&output.stderr));
    }
}

#[test]
fn inspect_reads_stdin_and_prints_json() {
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
fn mint_accepts_every_kind_by_flags_and_body() {
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
fn misuse_exits_with_2_and_names_fault() {
    let output = run(&["mint", "--channel", "room-1", "--role", "boss", "--uid", "1"]);
    assert_eq!(output.status.code(), Some(2));
    let expected = "role is incorrect: \"boss\", expected publisher or subscriber\n\
                    Run `agora-token-server mint --help` to see its arguments\n";
    assert!(text(&output.stderr).ends_with(expected), "{}", text(&output.stderr));
    let output = run(&["mint", "--channels", "room-1"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("'--channel'"), "{}", text(&output.stderr));
    assert_eq!(run(&["nonsense"]).status.code(), Some(2));
    assert_eq!(run(&["inspect"]).status.code(), Some(2));
    assert_eq!(run(&["api-key", "two words"]).status.code(), Some(2));
}

/// The commands in a help text.
fn commands(help: &str) -> Vec<&str> {
    let (_, list) = help.split_once("Commands:\n").unwrap();
    let names = list.lines().map_while(|line| line.strip_prefix("  ")?.split(' ').next());
    names.filter(|name| !name.is_empty() && *name != "help").collect()
}

#[test]
fn help_of_every_command_has_examples() {
    let help = |path: &[&str]| text(&run(&[path, &["--help"]].concat()).stdout).to_owned();
    let has_example = |path: &[&str]| {
        let help = help(path);
        let (_, examples) = help.split_once("Example").unwrap_or_else(|| panic!("{path:?}: no example"));
        assert!(
            examples.contains(&["agora-token-server", &path.join(" ")].join(" ")),
            "{path:?}: {examples}"
        );
        // A wrapped command cannot be pasted: only a line after a backslash may be the rest of one.
        let commands: Vec<&str> = examples.lines().skip(1).take_while(|line| !line.is_empty()).collect();
        for (line, before) in commands.iter().zip([""].iter().chain(&commands)) {
            let begins = line.contains("agora-token-server") || line.ends_with('\\');
            assert!(begins || before.ends_with('\\'), "{path:?}: {line}");
        }
    };
    let (top, policy) = (help(&[]), help(&["policy"]));
    assert!(top.contains("Examples:\n"));
    assert!(commands(&top).len() > 10 && commands(&policy) == ["explain", "check"]);
    for name in commands(&top) {
        has_example(&[name]);
    }
    for name in commands(&policy) {
        has_example(&["policy", name]);
    }
}

#[test]
fn invalid_config_exits_with_2_and_names_variables() {
    let output =
        command(&[("APP_ID", "x"), ("APP_CERTIFICATE", CERTIFICATE), ("AUTH", "maybe")]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        text(&output.stderr),
        "APP_ID: expected 32 hexadecimal digits, got 1 character\n\
         AUTH: expected api-key, jwt, api-key,jwt or none, got \"maybe\"\n\
         Run `agora-token-server config` to see every setting and its source\n"
    );
}

#[test]
fn api_key_matches_its_entry() {
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
fn cli_output_holds_no_certificate() {
    let variables = [("APP_ID", "970CA35de60c44645bbae8a215061b33"), ("APP_CERTIFICATE", CERTIFICATE)];
    for arguments in
        [["mint", "--body", "{}"], ["inspect", "007", "--json"], ["inspect", CERTIFICATE, "--json"]]
    {
        let output = command(&variables).args(arguments).output().unwrap();
        let printed = [text(&output.stdout), text(&output.stderr)].concat();
        assert!(!printed.contains(CERTIFICATE), "{printed}");
    }
}

const OWN_APP_ID: &str = "0123456789abcdef0123456789abcdef";

/// A temporary folder with these files.
fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("agora-token-server-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for (file, text) in files {
        std::fs::write(folder.join(file), text).unwrap();
    }
    folder
}

#[test]
fn files_of_working_directory_are_read_in_order() {
    let files = [(".env.local", "APP_ID=x\n"), (".env", "APP_ID=y\nAPP_CERTIFICATE=z\nAUTH=none\n")];
    let folder = folder("files", &files);
    let output =
        command(&[("APP_CERTIFICATE", CERTIFICATE)]).current_dir(folder).arg("serve").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let lines: Vec<&str> = text(&output.stderr).lines().collect();
    assert!(lines.len() == 2 && lines[0].starts_with("APP_ID: "), "{lines:?}");
}

#[test]
fn commands_say_which_files_they_read() {
    let folder = folder("commands", &[(".env", "RATE_LIMIT=5\n")]);
    for subcommand in [&["mint"][..], &["policy", "explain"]] {
        let output = command(&[]).current_dir(&folder).args(subcommand).args(RTC).output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        assert!(text(&output.stderr).starts_with("Read .env\n"), "{}", text(&output.stderr));
    }
}

#[test]
fn files_of_parent_directory_are_not_read() {
    let parent = folder("parent", &[(".env", "APP_ID=x\n"), (".env.local", "APP_ID=x\n")]);
    let child = parent.join("child");
    std::fs::create_dir_all(&child).unwrap();
    let output = command(&[]).current_dir(child).args(["mint"]).args(RTC).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(!text(&output.stderr).contains("Read"), "{}", text(&output.stderr));
}

#[test]
fn unreadable_file_exits_with_2_without_its_content() {
    let folder = folder("unreadable", &[(".env", "AUTH=none\n\nJWT_SECRET='never shown\n")]);
    let output = command(&[]).current_dir(folder).args(["mint"]).args(RTC).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(text(&output.stderr), ".env: expected NAME=value on line 3\n");
}

#[test]
fn folder_in_place_of_file_exits_with_2() {
    let folder = folder("not-a-file", &[]);
    std::fs::create_dir_all(folder.join(".env.local")).unwrap();
    let output = command(&[]).current_dir(folder).args(["mint"]).args(RTC).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).starts_with(".env.local: "), "{}", text(&output.stderr));
}

#[cfg(unix)]
#[test]
fn variable_that_is_not_utf8_exits_with_2() {
    use std::os::unix::ffi::OsStrExt;
    let limit = std::ffi::OsStr::from_bytes(b"60\xff");
    let output = command(&[]).env("MAX_EXPIRE_TIME", limit).args(["mint"]).args(RTC).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).starts_with("MAX_EXPIRE_TIME: expected UTF-8 text, got other bytes\n"));
}

/// A server on a port of its choice, stopped at the end of the test.
struct Running {
    process: Child,
    address: String,
    /// Its lines at startup.
    says: Vec<String>,
}

impl Running {
    /// Starts it and reads `lines` lines of standard error.
    fn start(command: &mut Command, lines: usize) -> Self {
        let mut process = command
            .env("PORT", "0")
            .arg("serve")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let says: Vec<String> =
            BufReader::new(process.stderr.take().unwrap()).lines().take(lines).map(Result::unwrap).collect();
        let address =
            says[0].strip_prefix("Listening on http://").unwrap().split(' ').next().unwrap().to_owned();
        Self { process, address, says }
    }

    /// The response to `POST /token`.
    fn token(&self) -> String {
        let body = r#"{"channel":"room-1","role":"publisher","uid":42,"expireTime":60}"#;
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "POST /token HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        response
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn own_project_without_auth_starts_closed_on_loopback() {
    let file = format!("APP_ID={OWN_APP_ID}\nAPP_CERTIFICATE={CERTIFICATE}\n");
    let folder = folder("closed", &[(".env.local", &file), (".env", "")]);
    let server = Running::start(command(&[]).current_dir(folder), 2);
    assert!(server.says[0].ends_with(" (read .env.local, .env)"), "{:?}", server.says);
    assert_eq!(server.says[1], "AUTH is missing: set AUTH=none, api-key or jwt");
    assert!(server.token().starts_with("HTTP/1.1 503 "), "{}", server.token());
}

#[test]
fn server_says_where_its_metrics_are() {
    let server = Running::start(&mut command(&[("AUTH", "none"), ("METRICS_PORT", "0")]), 2);
    assert!(server.says[1].starts_with("Metrics at http://127.0.0.1:"), "{:?}", server.says);
}

#[test]
fn server_off_loopback_does_not_start_without_auth() {
    let variables =
        [("APP_ID", OWN_APP_ID), ("APP_CERTIFICATE", CERTIFICATE), ("HOST", "0.0.0.0"), ("PORT", "0")];
    let output = command(&variables).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).starts_with("AUTH is missing: set AUTH=none, api-key or jwt\n"));
}

#[cfg(unix)]
#[test]
fn hangup_reads_certificate_file_again() {
    let folder = folder("hangup", &[("certificate", CERTIFICATE)]);
    let variables = [("APP_ID", OWN_APP_ID), ("AUTH", "none"), ("APP_CERTIFICATE_FILE", "certificate")];
    let mut server = Running::start(command(&variables).current_dir(&folder), 1);
    assert!(server.token().starts_with("HTTP/1.1 200 "), "{}", server.token());
    std::fs::write(folder.join("certificate"), "no certificate").unwrap();
    let hangup = Command::new("kill").args(["-HUP", &server.process.id().to_string()]).status().unwrap();
    assert!(hangup.success());
    let mut log = BufReader::new(server.process.stdout.take().unwrap()).lines().map(Result::unwrap);
    let line = log.find(|line| line.contains("APP_CERTIFICATE_FILE")).unwrap();
    assert!(line.contains("; the certificate read before stays in use"), "{line}");
    assert!(!line.contains("no certificate"), "{line}");
    assert!(server.token().starts_with("HTTP/1.1 200 "), "{}", server.token());
}

#[test]
fn occupied_port_names_the_variable_to_set() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for (name, other) in [("PORT", ("METRICS_HOST", "127.0.0.1")), ("METRICS_PORT", ("PORT", "0"))] {
        let output = command(&[(name, &port), other]).output().unwrap();
        let line = text(&output.stderr).trim_end();
        assert_eq!(output.status.code(), Some(1), "{line}");
        assert!(line.starts_with(&format!("127.0.0.1:{port}: ")), "{line}");
        assert!(line.ends_with(&format!("; stop the other process, or set {name} to a free port")), "{line}");
    }
    let output = command(&[
        ("HOST", "203.0.113.9"),
        ("AUTH", "none"),
        ("APP_ID", OWN_APP_ID),
        ("APP_CERTIFICATE", CERTIFICATE),
    ])
    .output()
    .unwrap();
    assert!(text(&output.stderr).trim_end().ends_with("; set HOST to an address of this machine"));
}

/// tests/uids compares the values with the derivations in JavaScript and Python.
#[test]
fn uid_is_derived_from_key_issuer_and_subject() {
    let arguments = ["uid", "--issuer", "https://issuer.example.com/", "alice"];
    let key = ("UID_KEY", "0123456789abcdef0123456789abcdef");
    let uid = |variables: &[(&str, &str)]| {
        let output = command(variables).args(arguments).output().unwrap();
        (output.status.code(), text(&output.stdout).to_owned(), text(&output.stderr).to_owned())
    };
    let (status, printed, _) = uid(&[key]);
    assert_eq!(status, Some(0));
    assert!(printed.trim_end().parse::<u32>().is_ok_and(|uid| uid > 0), "{printed}");
    assert_eq!(uid(&[key]).1, printed);
    assert_ne!(uid(&[("UID_KEY", "fedcba9876543210fedcba9876543210")]).1, printed);
    let (status, printed, fault) = uid(&[]);
    assert_eq!((status, printed.as_str()), (Some(2), ""));
    assert!(fault.starts_with("UID_KEY is missing: set the secret of the server"), "{fault}");
}

#[test]
fn healthcheck_asks_the_server_of_its_variables() {
    let server = Running::start(&mut command(&[("AUTH", "none")]), 1);
    let port = server.address.rsplit_once(':').unwrap().1;
    for host in ["127.0.0.1", "0.0.0.0"] {
        let output = command(&[("HOST", host), ("PORT", port)]).arg("healthcheck").output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{host}: {}", text(&output.stderr));
    }
    let port = port.to_owned();
    drop(server);
    let output = command(&[("PORT", &port)]).arg("healthcheck").output().unwrap();
    let expected =
        format!("http://127.0.0.1:{port}/healthz: unreachable; set HOST and PORT as for the server\n");
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(1), expected.as_str()));
    // Not on an address of every interface, but on the loopback address of its kind.
    let output = command(&[("HOST", "::"), ("PORT", &port)]).arg("healthcheck").output().unwrap();
    assert!(text(&output.stderr).starts_with(&format!("http://[::1]:{port}/healthz: ")));
}
