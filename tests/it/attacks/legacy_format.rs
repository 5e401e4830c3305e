//! 006 tokens, whose signature does not separate channel and uid.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::{Site, alice, assert_forbidden, shop};
use crate::common::opened::opened_006;
use crate::common::server::rtc;

#[test]
fn rewritable_006_needs_its_permission() {
    let bound =
        alice(&json!({ "sub": "42", "agora": { "channels": ["room-11"], "tokenTypes": ["rtc", "rtm"] } }));
    let body = rtc(json!({ "channel": "room-11", "uid": 42, "version": "006" }));
    let token = Site::new().token(&bound, &body).token();
    opened_006(&token, "room-11", "42");
    // The holder can turn it into a token for another channel and user, despite the policy.
    opened_006(&rewritten(&token, "room-1", "142"), "room-1", "142");

    let default = Site::with(&[("ALLOW_006", "")]);
    for site in [&default, &Site::with(&[("ALLOW_006", "false")])] {
        for credential in [&bound, &alice(&json!({ "sub": "42" })), &shop()] {
            assert_forbidden(&site.token(credential, &body), "version", "version");
            let rtm = json!({ "tokenType": "rtm", "uid": 42, "expireTime": 60, "version": "006" });
            assert_forbidden(&site.token(credential, &rtm), "version", "version");
        }
        let body = rtc(json!({ "channel": "room-11", "uid": 42, "version": "007" }));
        assert_eq!(site.token(&bound, &body).status, 200);
    }
}

/// A 006 token with other checksums, which its signature does not cover.
fn rewritten(token: &str, channel: &str, uid: &str) -> String {
    let (head, encoded) = token.split_at("006".len() + 32);
    let mut bytes = STANDARD.decode(encoded).unwrap();
    bytes[34..38].copy_from_slice(&crc32fast::hash(channel.as_bytes()).to_le_bytes());
    bytes[38..42].copy_from_slice(&crc32fast::hash(uid.as_bytes()).to_le_bytes());
    format!("{head}{}", STANDARD.encode(bytes))
}
