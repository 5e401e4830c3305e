//! Broken and surprising tokens, one file each: what is said of them, word for word.

use crate::common::vectors;
use agora_token_server::inspect::{Client, Inspection, Signature, UnknownUse, Use, token_hash, tokens_in};
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

/// A token with `+`, `/` and `=` in it, and a 006 token.
fn two_tokens() -> (String, String) {
    let text =
        |id: &str| vectors("inspect").iter().find(|vector| vector["id"] == id).unwrap()["token"].clone();
    let quoted = text("accident-quotes");
    (quoted.as_str().unwrap().trim_matches('"').to_owned(), text("006-ok").as_str().unwrap().to_owned())
}

#[test]
fn text_around_a_token_is_stripped() {
    let (token, _) = two_tokens();
    let url = token.replace('+', "%2B").replace('/', "%2F").replace('=', "%3d");
    for (text, position) in [
        (token.clone(), 0),
        (format!("{{\"token\":\"{token}\"}}"), 10),
        (format!("{{\"rtcToken\":\"{}\"}}", token.replace('/', "\\/")), 13),
        (format!("ü {}", token.replace('+', "\\u002b").replace('/', "\\u002F").replace('=', "\\u003d")), 2),
        (format!(r#""{{\"token\":\"{}\"}}""#, token.replace('/', r"\\\/")), 14),
        (format!("const token = '{token}';"), 15),
        (format!("https://example.com/call?channel=lobby&token={url}&uid=77"), 45),
        (format!("token={}&uid=77", url.replace('%', "%25")), 6),
        (format!("I/flutter: rtc token : {token}."), 23),
        (format!("**{token}**, she said"), 2),
        (format!("{token}\\n"), 0),
        (format!("<b>{}</b>", token.replace('/', "&#x2F;").replace('=', "&#61;").replace('+', "&plus;")), 3),
        (format!("&quot;{token}&quot;"), 6),
        (format!("007 is not one, {token} and {token} are one"), 16),
    ] {
        let found = tokens_in(&text);
        let found: Vec<_> = found.iter().map(|found| (found.token.as_str(), found.position)).collect();
        assert_eq!(found, [(token.as_str(), position)], "{text}");
    }
}

#[test]
fn different_tokens_are_all_found() {
    let (token, old) = two_tokens();
    let text = format!("{{\"rtcToken\": \"{token}\", \"rtmToken\": \"{old}\", \"again\": \"{token}\"}}");
    let found = tokens_in(&text);
    assert_eq!(found.iter().map(|found| found.token.as_str()).collect::<Vec<_>>(), [&token, &old]);
    assert_eq!((found[0].name(), found[0].position), (&token[..10], 14));
    assert_eq!((found[1].name(), found[1].position), (&old[..10], token.len() + 30));
}

#[test]
fn text_without_a_token_has_none() {
    let (token, old) = two_tokens();
    for text in [
        "",
        "007",
        "007eJx",
        "https://example.com/007/006",
        "0071234567890",
        &format!("x{token}"),
        &format!("+{old}"),
    ] {
        assert_eq!(tokens_in(text), [], "{text}");
    }
}

#[test]
fn token_hash_is_half_of_sha_256() {
    assert_eq!(token_hash("abc"), "ba7816bf8f01cfea");
}

#[test]
fn use_parses_by_its_name() {
    for purpose in Use::ALL {
        assert_eq!(purpose.to_string().parse(), Ok(purpose));
    }
    assert_eq!("RTC".parse::<Use>(), Err(UnknownUse));
    assert_eq!(UnknownUse.to_string(), "expected rtc, rtm, chat, streaming, fpa, fcdn, apaas, convoai, stt");
}
