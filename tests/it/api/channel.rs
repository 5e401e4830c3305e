//! The channel and the role.

use serde_json::json;

use crate::common::opened::services;
use crate::common::server::{Server, rtc, rtc_without};

/// Letters, digits, space, and the 26 others of Agora's 89.
const AGORA_89: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 \
                        !#$%&()+-:;<=.>?@[]^_{}|~,";

#[test]
fn a_channel_is_1_to_64_bytes() {
    let server = Server::local();
    for channel in ["a", &"c".repeat(64)] {
        let reply = server.token(&rtc(json!({ "channel": channel })));
        assert_eq!(reply.ok()["channel"], channel);
        assert_eq!(services(&reply.token())[0]["channel"], channel);
    }
    let reply = server.token(&rtc(json!({ "channel": "c".repeat(65) })));
    assert_eq!(reply.faults(), ["channel: 65 bytes, expected at most 64"]);
}

#[test]
fn a_channel_has_agoras_89_characters() {
    assert_eq!(AGORA_89.chars().count(), 89);
    let server = Server::local();
    for character in AGORA_89.chars() {
        let channel = format!("room{character}");
        let reply = server.token(&rtc(json!({ "channel": channel })));
        assert_eq!(services(&reply.token())[0]["channel"], channel);
    }
    for character in (0..=0x17f).filter_map(char::from_u32).chain(['😀', '\u{feff}']) {
        if character == '*' || AGORA_89.contains(character) {
            continue;
        }
        assert_eq!(
            server.token(&rtc(json!({ "channel": format!("a{character}") }))).faults(),
            [format!(
                "channel: character 2 is {character:?}, expected letters, digits, space or one of \
                 !#$%&()+-:;<=.>?@[]^_{{}}|~,"
            )]
        );
    }
}

#[test]
fn spaces_at_the_ends_are_kept() {
    let reply = Server::local().token(&rtc(json!({ "channel": " room " })));
    assert_eq!(services(&reply.token())[0]["channel"], " room ");
}

#[test]
fn a_channel_is_required_and_is_text() {
    let server = Server::local();
    let required = ["channel is required"];
    assert_eq!(server.token(&rtc_without("channel")).faults(), required);
    assert_eq!(server.token(&rtc(json!({ "channel": null }))).faults(), required);
    assert_eq!(server.token(&rtc(json!({ "channel": "" }))).faults(), required);
    for (channel, shown) in
        [(json!(1), "1"), (json!(true), "true"), (json!(["a"]), "a list"), (json!({}), "an object")]
    {
        let reply = server.token(&rtc(json!({ "channel": channel })));
        assert_eq!(reply.faults(), [format!("channel: {shown}, expected text")]);
    }
}

#[test]
fn a_star_makes_a_wildcard_which_is_refused_unless_allowed() {
    for channel in ["*", "room-*", "*-room", "r*m"] {
        let reply = Server::local().token(&rtc(json!({ "channel": channel })));
        let (rule, detail) = reply.forbidden();
        assert_eq!(rule, "wildcard");
        assert_eq!(detail, "channel: a wildcard, which is not allowed here; name one");
        let reply = Server::of_everything().token(&rtc(json!({ "channel": channel })));
        assert_eq!(services(&reply.token())[0]["channel"], channel);
    }
}

#[test]
fn an_empty_channel_is_a_wildcard_where_those_are_allowed_and_a_missing_one_elsewhere() {
    let reply = Server::of_everything().token(&rtc(json!({ "channel": "" })));
    assert_eq!(reply.ok()["channel"], "");
    assert_eq!(services(&reply.token())[0]["channel"], "");
    for missing in [rtc_without("channel"), rtc(json!({ "channel": null }))] {
        assert_eq!(Server::of_everything().token(&missing).faults(), ["channel is required"]);
    }
}

#[test]
fn a_subscriber_joins_and_publishes_nothing() {
    let reply = Server::local().token(&rtc(json!({ "role": "subscriber" })));
    assert_eq!(reply.ok()["role"], "subscriber");
    assert_eq!(services(&reply.token())[0]["privileges"], json!({ "joinChannel": 3600 }));
}

#[test]
fn any_other_role_is_an_error() {
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
        let reply = server.token(&rtc(json!({ "role": role })));
        let expected = format!("role is incorrect: {shown}, expected publisher or subscriber");
        assert_eq!(reply.faults(), [expected]);
    }
    let reply = server.token(&rtc_without("role"));
    assert_eq!(reply.faults(), ["role is incorrect, expected publisher or subscriber"]);
}
