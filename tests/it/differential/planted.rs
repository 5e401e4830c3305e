//! Tokens of the official libraries with one fault each: `inspect` names it, and finds no error in
//! a clean token.

use std::path::PathBuf;

use agora_token_server::inspect::{Client, Finding, Inspection, Severity};
use agora_token_server::time::UnixTime;
use agora_token_server::token::Project;
use serde_json::{Value, json};

#[test]
#[ignore = "needs Node; run by tests/differential/run.mjs"]
fn planted_fault_is_named() {
    let folder = PathBuf::from(std::env::var_os("DIFFERENTIAL").expect("run tests/differential/run.mjs"));
    let planted = std::fs::read_to_string(folder.join("planted.jsonl")).unwrap();
    let (mut passed, mut failed) = (0, 0);
    for line in planted.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let at = UnixTime::from_secs(case["at"].as_u64().unwrap().try_into().unwrap());
        let purpose = case["for"].as_str().map(|purpose| purpose.parse().unwrap());
        let client = Client::new(case["channel"].as_str(), case["uid"].as_str()).with_use(purpose);
        let token = case["token"].as_str().unwrap();
        let inspection = Inspection::new(token, &Project::public_test(), at, client).unwrap();
        let codes: Vec<_> = inspection.findings.iter().map(Finding::code).collect();
        let is_clean = inspection.findings.iter().all(|finding| finding.severity != Severity::Error);
        if case["fault"].as_str().map_or(is_clean, |fault| codes.contains(&fault)) {
            passed += 1;
        } else {
            failed += 1;
            if failed <= 5 {
                println!("{codes:?} for {line}");
            }
        }
    }
    let result = json!({ "passed": passed, "failed": failed });
    std::fs::write(folder.join("planted.json"), result.to_string()).unwrap();
    assert_eq!(failed, 0);
}
