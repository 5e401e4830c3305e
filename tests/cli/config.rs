//! `config`, completions and manual pages.

use std::process::Stdio;

use super::{CERTIFICATE, OWN_APP_ID, command, folder, run, text};

#[test]
fn config_shows_values_sources_and_no_secret() {
    let file = format!("APP_ID={OWN_APP_ID}\nNEXT_AGORA_APP_CERTIFICATE={CERTIFICATE}\nMAX_EXPIRE_TIME=60\n");
    let folder = folder("config", &[(".env", &file)]);
    let hash = "a1b2c3d4e5f60718".repeat(4);
    let keys = format!("backend:{hash}, other:{}", "fedcba9876543210".repeat(4));
    let variables = [("AUTH", "api-key"), ("API_KEYS", keys.as_str()), ("MAX_EXPIRE_TIME", "600")];
    let output = command(&variables).current_dir(&folder).arg("config").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let rows: Vec<Vec<&str>> = text(&output.stdout)
        .lines()
        .map(|line| line.split("  ").filter(|cell| !cell.is_empty()).map(str::trim).collect())
        .collect();
    let row = |name: &str| rows.iter().find(|row| row.first() == Some(&name)).unwrap()[1..].to_vec();
    assert_eq!(row("APP_ID"), [OWN_APP_ID, ".env"]);
    assert_eq!(row("APP_CERTIFICATE"), ["[secret]", ".env (NEXT_AGORA_APP_CERTIFICATE)"]);
    assert_eq!(row("AUTH"), ["api-key", "environment"]);
    assert_eq!(row("API_KEYS"), ["backend,other", "environment"]);
    assert_eq!(row("MAX_EXPIRE_TIME"), ["600", "environment"]);
    assert_eq!(row("ALLOW_WILDCARD_UID"), ["false", "default"]);
    assert_eq!(row("PORT"), ["8080", "default"]);
    assert_eq!(row("JWT_SECRET"), ["[unset]", "default"]);
    assert!(!text(&output.stdout).contains(&CERTIFICATE[..8]) && !text(&output.stdout).contains(&hash[..16]));
}

#[test]
fn config_shows_issuers_by_name_only() {
    let secret = "0123456789abcdef0123456789abcdef";
    let list = format!(
        r#"[{{"issuer": "https://a.example/", "audience": "agora", "secret": "{secret}", "sharedUsers": true}},
            {{"issuer": "https://b.example/", "audience": "agora", "jwksUrl": "https://b.example/jwks?key={secret}", "sharedUsers": true}}]"#
    );
    let shown = |list: &str| {
        let output = command(&[("AUTH", "jwt"), ("JWT_ISSUERS", list)]).arg("config").output().unwrap();
        assert!(!text(&output.stdout).contains(&secret[..8]), "{}", text(&output.stdout));
        let row = text(&output.stdout).lines().find(|line| line.starts_with("JWT_ISSUERS")).unwrap();
        row.split_whitespace().nth(1).unwrap().to_owned()
    };
    assert_eq!(shown(&list), "https://a.example/,https://b.example/");
    assert_eq!(shown(&list.replace("audience", "audiences")), "[secret]", "an invalid list is not read");
    assert_eq!(shown(secret), "[secret]");
}

#[test]
fn invalid_config_is_shown_with_errors_and_exits_with_2() {
    let output = command(&[("MAX_EXPIRE_TIME", "1d")]).args(["config", "--json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        report["errors"],
        serde_json::json!(["MAX_EXPIRE_TIME: expected seconds from 1 to 86400, got \"1d\""])
    );
    let variables = report["variables"].as_array().unwrap();
    let auth = variables.iter().find(|variable| variable["name"] == "AUTH").unwrap();
    assert_eq!(auth["source"], "default");
}

#[test]
fn completions_and_manual_pages_name_every_command() {
    let help = run(&["--help"]);
    let commands = text(&help.stdout).lines().skip_while(|line| *line != "Commands:").skip(1);
    let commands: Vec<&str> = commands
        .take_while(|line| !line.is_empty())
        .map(|line| line.trim().split(' ').next().unwrap())
        .collect();
    assert!(commands.contains(&"config") && commands.len() > 8, "{commands:?}");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = run(&["completions", shell]);
        assert_eq!(script.status.code(), Some(0), "{shell}");
        for command in &commands {
            assert!(text(&script.stdout).contains(command), "{shell}: {command}");
        }
    }
    for name in &commands {
        let page = run(&["man", name]);
        assert_eq!(page.status.code(), Some(0), "{name}");
        assert!(text(&page.stdout).contains(".SH NAME"), "{name}");
    }
    assert!(text(&run(&["man"]).stdout).contains(".SH NAME"));
    assert_eq!(run(&["man", "nonsense"]).status.code(), Some(2));
}

#[cfg(target_os = "linux")]
#[test]
fn completions_onto_full_disk_exit_with_1() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = command(&[]).args(["completions", "bash"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).starts_with("standard output: "), "{}", text(&output.stderr));
}

#[test]
fn completions_into_closed_pipe_end_quietly() {
    for arguments in [["completions", "bash"], ["man", "inspect"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let child = command(&[]).args(arguments).stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""), "{arguments:?}");
    }
}
