//! The uid: integers, accounts, and uid 0.

use serde_json::{Value, json};

use crate::common::opened::services;
use crate::common::server::{Server, rtc, rtc_without};

/// A uid in the response and in the token.
#[track_caller]
fn issued(uid: &Value) -> (Value, String) {
    let response = Server::local().token(&rtc(json!({ "uid": uid })));
    let signed = services(&response.token())[0]["uid"].as_str().unwrap().to_owned();
    (response.ok()["uid"].clone(), signed)
}

#[track_caller]
fn refused(uid: &Value) -> Vec<String> {
    Server::local().token(&rtc(json!({ "uid": uid }))).faults()
}

#[test]
fn integer_uid_is_signed_as_its_digits() {
    for uid in [1, 42, 2_882_341_273, u32::MAX] {
        assert_eq!(issued(&json!(uid)), (json!(uid), uid.to_string()));
    }
}

#[test]
fn uid_0_is_signed_as_empty_account() {
    assert_eq!(issued(&json!(0)), (json!(0), String::new()));
    assert_eq!(issued(&json!("0")), (json!(0), String::new()));
}

#[test]
fn canonical_integer_text_is_that_uid() {
    for text in ["1", "42", "4294967295"] {
        let number: u32 = text.parse().unwrap();
        assert_eq!(issued(&json!(text)), (json!(number), text.to_owned()));
    }
}

#[test]
fn other_text_is_user_account() {
    for text in ["alice", "007", "00", "+1", "-1", "1.5", "1e3", " 42", "42 ", "4294967296", "0x2a"] {
        assert_eq!(issued(&json!(text)), (json!(text), text.to_owned()));
    }
}

#[test]
fn account_outside_bounds_is_rejected() {
    let longest = "a".repeat(255);
    assert_eq!(issued(&json!(longest)).1, longest);
    let all = " !#$%&()+-:;<=.>?@[]^_{}|~,";
    assert_eq!(issued(&json!(all)).1, all);
    assert_eq!(refused(&json!("a".repeat(256))), ["uid: expected at most 255 bytes, got 256"]);
    let expected = "expected letters, digits, spaces and !#$%&()+,-.:;<=>?@[]^_{|}~";
    for (text, position, shown) in
        [("a/b", 1, "'/'"), ("Zoë", 2, "'ë'"), ("\u{0}", 0, "'\\0'"), ("a\nb", 1, "'\\n'"), ("\"", 0, "'\"'")]
    {
        assert_eq!(refused(&json!(text)), [format!("uid: {expected}, got {shown} at position {position}")]);
    }
}

#[test]
fn account_with_star_is_wildcard() {
    for text in ["*", "user-*"] {
        assert_eq!(issued(&json!(text)), (json!(text), text.to_owned()));
    }
}

#[test]
fn wildcard_uid_without_permission_is_denied() {
    let server = Server::with(&[("ALLOW_WILDCARD_UID", "false")]);
    for uid in [json!(0), json!("0"), json!("*"), json!("user-*")] {
        let (rule, detail) = server.token(&rtc(json!({ "uid": uid }))).forbidden();
        assert_eq!(rule, "wildcard", "{uid}");
        assert_eq!(detail, "uid: wildcards are not allowed");
    }
    server.token(&rtc(json!({ "uid": 1 }))).ok();
}

#[test]
fn missing_uid_is_rejected() {
    let server = Server::local();
    assert_eq!(server.token(&rtc_without("uid")).faults(), ["uid is required"]);
    assert_eq!(refused(&json!("")), ["uid is required"]);
    assert_eq!(refused(&json!(null)), ["uid is required"]);
}

#[test]
fn integer_uid_out_of_range_is_rejected() {
    for uid in ["-1", "4294967296", "4294967297", "-9223372036854775808", "18446744073709551615"] {
        let number: Value = serde_json::from_str(uid).unwrap();
        assert_eq!(refused(&number), [format!("uid: expected an integer from 0 to 4294967295, got {uid}")]);
    }
}

#[test]
fn uid_of_other_type_is_rejected() {
    for (uid, shown) in [
        ("1.5", "1.5"),
        ("1.0", "1.0"),
        ("-0", "-0.0"),
        ("1e3", "1000.0"),
        ("1e300", "a number beyond 64 bits"),
        ("18446744073709551616", "a number beyond 64 bits"),
        ("true", "true"),
        ("false", "false"),
        ("[]", "a list"),
        ("{}", "an object"),
    ] {
        let body = format!(r#"{{"channel":"room-1","role":"publisher","uid":{uid},"expireTime":3600}}"#);
        let response = Server::local().post("/token", body);
        assert_eq!(response.faults(), [format!("uid: expected an integer or text, got {shown}")]);
    }
}
