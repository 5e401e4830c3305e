//! The channel and the role.

use serde_json::json;

use crate::common::opened::services;
use crate::common::server::{Server, rtc, rtc_without};

/// Letters, digits, space, and the 26 others of Agora's 89.
const AGORA_89: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 \
                        !#$%&()+-:;<=.>?@[]^_{}|~,";

#[test]
fn channel_outside_1_to_64_bytes_is_rejected() {
    let server = Server::local();
    for channel in ["a", &"c".repeat(64)] {
        let response = server.token(&rtc(json!({ "channel": channel })));
        assert_eq!(response.ok()["channel"], channel);
        assert_eq!(services(&response.token())[0]["channel"], channel);
    }
    let response = server.token(&rtc(json!({ "channel": "c".repeat(65) })));
    assert_eq!(response.faults(), ["channel: expected at most 64 bytes, got 65"]);
}

#[test]
fn channel_with_other_characters_is_rejected() {
    assert_eq!(AGORA_89.chars().count(), 89);
    let server = Server::local();
    for character in AGORA_89.chars() {
        let channel = format!("room{character}");
        let response = server.token(&rtc(json!({ "channel": channel })));
        assert_eq!(services(&response.token())[0]["channel"], channel);
    }
    for character in (0..=0x17f).filter_map(char::from_u32).chain(['😀', '\u{feff}']) {
        if character == '*' || AGORA_89.contains(character) {
            continue;
        }
        assert_eq!(
            server.token(&rtc(json!({ "channel": format!("a{character}") }))).faults(),
            [format!(
                "channel: expected letters, digits, spaces and !#$%&()+,-.:;<=>?@[]^_{{|}}~, got {character:?} at \
                 position 1"
            )]
        );
    }
}

#[test]
fn channel_keeps_outer_spaces() {
    let response = Server::local().token(&rtc(json!({ "channel": " room " })));
    assert_eq!(services(&response.token())[0]["channel"], " room ");
}

#[test]
fn channel_missing_or_not_text_is_rejected() {
    let server = Server::local();
    let required = ["channel is required"];
    assert_eq!(server.token(&rtc_without("channel")).faults(), required);
    assert_eq!(server.token(&rtc(json!({ "channel": null }))).faults(), required);
    assert_eq!(server.token(&rtc(json!({ "channel": "" }))).faults(), required);
    for (channel, shown) in
        [(json!(1), "1"), (json!(true), "true"), (json!(["a"]), "a list"), (json!({}), "an object")]
    {
        let response = server.token(&rtc(json!({ "channel": channel })));
        assert_eq!(response.faults(), [format!("channel: expected text, got {shown}")]);
    }
}

#[test]
fn channel_with_star_is_denied_unless_allowed() {
    for channel in ["*", "room-*", "*-room", "r*m"] {
        let response = Server::local().token(&rtc(json!({ "channel": channel })));
        let (rule, detail) = response.forbidden();
        assert_eq!(rule, "wildcard");
        assert_eq!(detail, "channel: wildcards are not allowed");
        let response = Server::of_everything().token(&rtc(json!({ "channel": channel })));
        assert_eq!(services(&response.token())[0]["channel"], channel);
    }
}

#[test]
fn empty_channel_is_missing_unless_wildcards_are_allowed() {
    let response = Server::of_everything().token(&rtc(json!({ "channel": "" })));
    assert_eq!(response.ok()["channel"], "");
    assert_eq!(services(&response.token())[0]["channel"], "");
    for missing in [rtc_without("channel"), rtc(json!({ "channel": null }))] {
        assert_eq!(Server::of_everything().token(&missing).faults(), ["channel is required"]);
    }
}

#[test]
fn subscriber_only_joins() {
    let response = Server::local().token(&rtc(json!({ "role": "subscriber" })));
    assert_eq!(response.ok()["role"], "subscriber");
    assert_eq!(services(&response.token())[0]["privileges"], json!({ "joinChannel": 3600 }));
}

#[test]
fn unknown_role_is_rejected() {
    let server = Server::local();
    for (role, shown) in [
        (json!("boss"), "\"boss\""),
        (json!("Publisher"), "\"Publisher\""),
        (json!("publisher "), "\"publisher \""),
        (json!("host"), "\"host\""),
        (json!(""), "\"\""),
        (json!(1), "1"),
        (json!(null), "null"),
        (json!(["publisher"]), "a list"),
        (json!("x".repeat(1000)), "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"…"),
    ] {
        let response = server.token(&rtc(json!({ "role": role })));
        let expected = format!("role is incorrect: {shown}, expected publisher or subscriber");
        assert_eq!(response.faults(), [expected]);
    }
    let response = server.token(&rtc_without("role"));
    assert_eq!(response.faults(), ["role is incorrect, expected publisher or subscriber"]);
}
