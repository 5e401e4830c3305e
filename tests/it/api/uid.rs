//! Who: integers, accounts, and uid 0.

use serde_json::{Value, json};

use crate::common::opened::services;
use crate::common::server::{Server, rtc, rtc_without};

/// What the answer and the token make of a uid.
#[track_caller]
fn issued(uid: &Value) -> (Value, String) {
    let reply = Server::local().token(&rtc(json!({ "uid": uid })));
    let signed = services(&reply.token())[0]["uid"].as_str().unwrap().to_owned();
    (reply.ok()["uid"].clone(), signed)
}

#[track_caller]
fn refused(uid: &Value) -> Vec<String> {
    Server::local().token(&rtc(json!({ "uid": uid }))).faults()
}

#[test]
fn an_integer() {
    for uid in [1, 42, 2_882_341_273, u32::MAX] {
        assert_eq!(issued(&json!(uid)), (json!(uid), uid.to_string()));
    }
}

#[test]
fn uid_0_is_any_uid_which_the_token_writes_as_the_empty_account() {
    assert_eq!(issued(&json!(0)), (json!(0), String::new()));
    assert_eq!(issued(&json!("0")), (json!(0), String::new()));
}

#[test]
fn text_that_spells_an_integer_canonically_is_that_uid() {
    for text in ["1", "42", "4294967295"] {
        let number: u32 = text.parse().unwrap();
        assert_eq!(issued(&json!(text)), (json!(number), text.to_owned()));
    }
}

#[test]
fn any_other_text_is_an_account() {
    for text in ["alice", "007", "00", "+1", "-1", "1.5", "1e3", " 42", "42 ", "4294967296", "0x2a"] {
        assert_eq!(issued(&json!(text)), (json!(text), text.to_owned()));
    }
}

#[test]
fn an_account_is_1_to_255_bytes_of_agoras_characters() {
    let longest = "a".repeat(255);
    assert_eq!(issued(&json!(longest)).1, longest);
    let all = " !#$%&()+-:;<=.>?@[]^_{}|~,";
    assert_eq!(issued(&json!(all)).1, all);
    assert_eq!(refused(&json!("a".repeat(256))), ["uid: 256 bytes, expected at most 255"]);
    let expected = "expected letters, digits, space or one of !#$%&()+-:;<=.>?@[]^_{}|~,";
    for (text, position, shown) in
        [("a/b", 2, "'/'"), ("Zoë", 3, "'ë'"), ("\u{0}", 1, "'\\0'"), ("a\nb", 2, "'\\n'"), ("\"", 1, "'\"'")]
    {
        assert_eq!(refused(&json!(text)), [format!("uid: character {position} is {shown}, {expected}")]);
    }
}

#[test]
fn a_star_makes_an_account_a_wildcard() {
    for text in ["*", "user-*"] {
        assert_eq!(issued(&json!(text)), (json!(text), text.to_owned()));
    }
}

#[test]
fn wildcards_are_refused_where_the_configuration_says_so() {
    let server = Server::with(&[("ALLOW_WILDCARD_UID", "false")]);
    for uid in [json!(0), json!("0"), json!("*"), json!("user-*")] {
        let (rule, detail) = server.token(&rtc(json!({ "uid": uid }))).forbidden();
        assert_eq!(rule, "wildcard", "{uid}");
        assert_eq!(detail, "uid: a wildcard, which is not allowed here; name one");
    }
    server.token(&rtc(json!({ "uid": 1 }))).ok();
}

#[test]
fn a_uid_is_required() {
    let server = Server::local();
    assert_eq!(server.token(&rtc_without("uid")).faults(), ["uid is required"]);
    assert_eq!(refused(&json!("")), ["uid is required"]);
    assert_eq!(refused(&json!(null)), ["uid is required"]);
}

#[test]
fn an_integer_out_of_range_is_never_another_uid() {
    for uid in ["-1", "4294967296", "4294967297", "-9223372036854775808", "18446744073709551615"] {
        let number: Value = serde_json::from_str(uid).unwrap();
        assert_eq!(refused(&number), [format!("uid: {uid}, expected an integer from 0 to 4294967295")]);
    }
}

#[test]
fn nothing_else_is_a_uid() {
    for (uid, shown) in [
        ("1.5", "1.5"),
        ("1.0", "1.0"),
        ("-0", "-0.0"),
        ("1e3", "1000.0"),
        ("1e300", "1e300"),
        ("18446744073709551616", "1.8446744073709552e19"),
        ("true", "true"),
        ("false", "false"),
        ("[]", "a list"),
        ("{}", "an object"),
    ] {
        let body = format!(r#"{{"channel":"room-1","role":"publisher","uid":{uid},"expireTime":3600}}"#);
        let reply = Server::local().post("/token", body);
        assert_eq!(reply.faults(), [format!("uid: {shown}, expected an integer or text")]);
    }
}
