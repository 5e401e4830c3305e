//! `inspect` on a vector of each kind: the report, and the exit status for its verdict.

use serde_json::{Value, json};

use super::{CERTIFICATE, command, text};

const PROJECT: [(&str, &str); 3] = [
    ("APP_ID", "970CA35de60c44645bbae8a215061b33"),
    ("APP_CERTIFICATE", CERTIFICATE),
    ("APP_CERTIFICATE_SECONDARY", "aaaabbbbccccddddeeeeffff00001111"),
];

fn vector(id: &str) -> Value {
    let file = format!("{}/tests/vectors/inspect/{id}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
}

/// One vector for each exit status.
#[test]
fn verdict_is_exit_status_and_json_its_findings() {
    for (id, code) in
        [("wildcard-channel", 0), ("apaas-other-room", 1), ("around-two-versions", 2), ("006-unchecked", 3)]
    {
        let vector = vector(id);
        let mut run = command(&PROJECT);
        run.args(["inspect", "--json", "--at", &vector["now"].to_string()]);
        for member in ["channel", "uid", "for"] {
            if let Some(value) = vector[member].as_str() {
                run.arg(format!("--{member}={value}"));
            }
        }
        let output = run.arg("--").arg(vector["token"].as_str().unwrap()).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{id}");
        if let Some(several) = vector["expect"]["several"].as_str() {
            assert_eq!(text(&output.stderr).trim_end(), several, "{id}");
            continue;
        }
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let problems = report["problems"].as_array().unwrap();
        let all = |member: &str| problems.iter().map(|problem| problem[member].clone()).collect::<Vec<_>>();
        let found = json!({
            "verdict": report["verdict"], "signature": report["signature"], "problems": all("code"),
            "words": all("detail"), "fixes": all("fix"),
        });
        assert_eq!(found, vector["expect"], "{id}");
    }
}

#[test]
fn text_says_what_token_holds_and_lacks() {
    for (id, lines) in [
        ("damage-url-encoded", &["  repaired    url_encoded"][..]),
        ("secondary", &["  signature   valid, by the secondary certificate"]),
        ("certificate-replaced", &["  signature   invalid"]),
        ("unknown-service", &["  unknown     1 more services"]),
        ("text-other", &["No Agora token: refused"]),
        ("apaas-other-room", &["roomUuid \"class-1\", userUuid \"alice\", role 2"]),
        ("privileges-beyond-token", &["would last longer, expires with the token"]),
    ] {
        let vector = vector(id);
        let mut run = command(&PROJECT);
        run.args(["inspect", "--at", &vector["now"].to_string(), "--", vector["token"].as_str().unwrap()]);
        let output = run.output().unwrap();
        let report = text(&output.stdout);
        for line in lines {
            assert!(report.contains(line), "{id}: {line}\n{report}");
        }
    }
    let permissions =
        r#"{"tokenType":"rtm","uid":"alice","expireTime":60,"permissions":{"users":{"read":["bob","eve"]}}}"#;
    let minted = command(&PROJECT).args(["mint", "--body", permissions]).output().unwrap();
    let token = text(&minted.stdout).trim_end();
    let output = command(&PROJECT).args(["inspect", token]).output().unwrap();
    assert!(text(&output.stdout).contains("permissions for 2 names"), "{}", text(&output.stdout));
}
