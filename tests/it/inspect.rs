//! Broken and surprising tokens, one file each: what is said of them, word for word.

use crate::common::vectors;
use agora_token_server::inspect::{Client, Inspection, Signature};
use agora_token_server::time::UnixTime;
use agora_token_server::token::Project;
use serde_json::{Value, json};

/// Agora's public test project, with the secondary certificate that the vectors were made with.
fn project() -> Project {
    let secondary = "aaaabbbbccccddddeeeeffff00001111".parse().unwrap();
    Project::public_test().with_secondary(Some(secondary))
}

fn inspection(vector: &Value) -> Inspection {
    let now = UnixTime::from_secs(vector["now"].as_u64().unwrap().try_into().unwrap());
    let client = Client::new(vector["channel"].as_str(), vector["uid"].as_str());
    Inspection::new(vector["token"].as_str().unwrap(), &project(), now, client)
}

#[test]
fn what_is_said_of_a_token_is_what_its_vector_expects() {
    let vectors = vectors("inspect");
    assert!(vectors.len() >= 25);
    let mut differences = Vec::new();
    for vector in vectors {
        let inspection = inspection(&vector);
        let problems = || inspection.findings.iter();
        let found = json!({
            "usable": inspection.usable(),
            "signature": match inspection.signature {
                Signature::Primary => "primary",
                Signature::Secondary => "secondary",
                Signature::Invalid => "invalid",
                Signature::Unchecked(_) => "unchecked",
            },
            "problems": problems().map(|problem| problem.kind.explain().code).collect::<Vec<_>>(),
            "words": problems().map(|problem| problem.kind.explain().what).collect::<Vec<_>>(),
        });
        if found != vector["expect"] {
            differences.push(format!("{}: {found:#}\nexpected {:#}\n", vector["id"], vector["expect"]));
        }
    }
    assert!(differences.is_empty(), "{}", differences.concat());
}

#[test]
fn every_older_form_is_recognised_and_named() {
    let vectors = vectors("legacy");
    assert_eq!(vectors.len(), 14);
    for vector in vectors {
        let now = UnixTime::from_secs(1_446_455_472);
        let inspection =
            Inspection::new(vector["token"].as_str().unwrap(), &project(), now, Client::default());
        let expected = match vector["version"].as_str().unwrap() {
            "DynamicKey" => "002",
            "1" => "signaling",
            version => version,
        };
        assert_eq!(inspection.version.unwrap().name(), expected, "{}", vector["id"]);
        assert!(!inspection.usable(), "{}", vector["id"]);
        let codes: Vec<_> = inspection.findings.iter().map(|problem| problem.kind.explain().code).collect();
        assert_eq!(codes, ["old_version"], "{}", vector["id"]);
    }
}
