//! Requests beyond what the JWT or the configuration allows.

use serde_json::{Value, json};

use super::{Site, alice, assert_forbidden, drop_in, shop};
use crate::common::server::rtc;

fn mine(more: Value) -> Value {
    let mut body = rtc(json!({ "uid": "alice" }));
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

fn rtm(more: Value) -> Value {
    let mut body = json!({ "tokenType": "rtm", "uid": "alice", "expireTime": 60 });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

fn room(room: &str) -> Value {
    json!({ "tokenType": "apaas-room-user", "roomUuid": room, "userUuid": "alice", "role": 1, "expireTime": 60 })
}

fn granted(grants: Value) -> String {
    alice(&json!({ "agora": grants }))
}

#[test]
fn foreign_channel_in_any_field_is_denied() {
    let configured = Site::with(&[("ALLOWED_CHANNELS", "room-1")]);
    let open = Site::new();
    let types = json!(["rtc", "rtm", "convoai", "stt", "apaas-room-user", "chat-user"]);
    let narrow = granted(json!({ "channels": ["room-1"], "tokenTypes": types }));
    let sites = [(&configured, alice(&json!({}))), (&configured, shop()), (&open, narrow)];
    for (site, credential) in &sites {
        for channel in ["room-2", "room-11", "room", "Room-1", " room-1", "room-1 "] {
            for more in [json!({}), json!({ "version": "006" }), json!({ "rtm": true })] {
                let mut body = mine(more);
                body["channel"] = channel.into();
                assert_forbidden(&site.token(credential, &body), "channel", "channel");
            }
            for kind in ["convoai", "stt"] {
                let body = mine(json!({ "tokenType": kind, "channel": channel }));
                assert_forbidden(&site.token(credential, &body), "channel", "channel");
            }
            assert_forbidden(&site.token(credential, &room(channel)), "channel", "roomUuid");
            for list in ["messageChannels", "streamChannels", "groupChannels", "serverGroups"] {
                for access in ["read", "write"] {
                    let body = rtm(json!({ "permissions": { list: { access: ["room-1", channel] } } }));
                    let field = format!("permissions.{list}");
                    assert_forbidden(&site.token(credential, &body), "channel", &field);
                }
            }
        }
        assert_eq!(site.token(credential, &mine(json!({}))).status, 200);
        assert_eq!(site.token(credential, &room("room-1")).status, 200);
    }
}

#[test]
fn role_without_grant_is_denied() {
    let site = Site::new();
    let listener = granted(json!({ "roles": ["subscriber"] }));
    for more in
        [json!({}), json!({ "rtm": true }), json!({ "tokenType": "stt" }), json!({ "version": "006" })]
    {
        assert_forbidden(&site.token(&listener, &mine(more)), "role", "role");
    }
    assert_forbidden(&site.token(&listener, &room("room-1")), "role", "role");
    assert_eq!(site.token(&listener, &mine(json!({ "role": "subscriber" }))).status, 200);
    let smuggled = json!({ "role": "subscriber", "privileges": { "publishAudioStream": 60 } });
    assert_eq!(site.token(&listener, &mine(smuggled)).status, 400);
    for path in
        ["publisher", "host", "broadcaster", "1"].map(|role| format!("/rtc/r/{role}/userAccount/alice"))
    {
        assert_forbidden(&site.send(&super::get(&path, &listener)), "role", "role");
    }
    // Requests that publish by default.
    for path in ["/access_token?channel=r", "/fetch_rtc_token?channelname=r"] {
        assert_forbidden(&site.send(&super::get(path, &listener)), "role", "role");
    }
}

/// `getToken` accepts a channel for an RTM token and ignores it.
#[test]
fn channel_of_rtm_token_does_not_make_it_rtc() {
    let site = Site::with(&[("ALLOWED_TOKEN_TYPES", "rtc")]);
    let body = json!({ "tokenType": "rtm", "channel": "room-1", "role": "publisher", "uid": "alice" });
    assert_forbidden(&site.send(&super::post("/getToken", &shop(), &body)), "tokenType", "tokenType");
    let in_channels = granted(json!({ "channels": ["room-1"] }));
    assert_forbidden(
        &Site::new().send(&super::post("/getToken", &in_channels, &body)),
        "tokenType",
        "tokenType",
    );
}

#[test]
fn wildcard_in_any_spelling_is_denied() {
    let site = Site::with(&[("ALLOW_WILDCARD_UID", "false"), ("ALLOW_WILDCARD_CHANNEL", "false")]);
    let free = Site::with(&[("JWT_UID_CLAIM", "none")]);
    let careful = granted(json!({ "wildcards": false }));
    for (site, credential) in [(&site, shop()), (&site, alice(&json!({}))), (&free, careful)] {
        for uid in [json!(0), json!("0"), json!("*"), json!("a*"), json!("*a"), json!("alice*")] {
            assert_forbidden(&site.token(&credential, &rtc(json!({ "uid": uid }))), "wildcard", "uid");
        }
        for escaped in [r#""\u0030""#, r#""\u002a""#, r#""al\u002Aice""#] {
            let body = format!(r#"{{"channel":"r","role":"publisher","uid":{escaped},"expireTime":60}}"#);
            let request = super::post("/token", &credential, &json!({}));
            let request = request.map(|_| agora_token_server::api::Body::Whole(body.into()));
            assert_forbidden(&site.send(&request), "wildcard", "uid");
        }
        for uid in [json!(-0.0), json!(0.0), json!("-0"), json!("00"), json!("")] {
            let response = site.token(&credential, &rtc(json!({ "uid": uid })));
            assert!(response.status != 200 || uid != json!(0.0), "{uid}");
            if response.status == 200 {
                assert!(["-0", "00", ""].contains(&uid.as_str().unwrap_or("?")), "{uid}");
                assert!(
                    !crate::common::opened::services(&response.token())[0]["uid"]
                        .as_str()
                        .unwrap()
                        .is_empty()
                );
            }
        }
        for channel in ["*", "room-*", "*-1", "r*m"] {
            assert_forbidden(
                &site.token(&credential, &mine(json!({ "channel": channel }))),
                "wildcard",
                "channel",
            );
        }
        for wildcard in ["*", "al*", ""] {
            // RTM and Chat have no wildcards. A missing identity is that of the caller.
            let body = mine(json!({ "rtm": { "userId": wildcard } }));
            let response = site.token(&credential, &body);
            assert!(response.status == 400 || wildcard.is_empty(), "{wildcard}");
        }
        for field in ["messageChannels", "streamChannels", "groupChannels", "serverGroups", "users"] {
            let body = rtm(json!({ "permissions": { field: { "write": ["a*"] } } }));
            assert_forbidden(&site.token(&credential, &body), "wildcard", &format!("permissions.{field}"));
        }
        assert_forbidden(&site.token(&credential, &room("*")), "wildcard", "roomUuid");
        for (_, request) in drop_in(&credential, "room-1", "*") {
            // The server draws a uid for a caller without an identity, whatever the body contains.
            if request.uri() == "/rtctoken" && site.send(&request).status == 200 {
                assert_eq!(site.send(&request).ok()["uid"], crate::common::server::DRAWN_UID.get());
                continue;
            }
            // 006 has no such wildcard.
            if request.uri().path().contains("token006") {
                assert_eq!(site.send(&request).status, 400);
                continue;
            }
            let response = site.send(&request);
            if response.status == 400 {
                assert!(response.faults()[0].contains("got '*' at position 0"), "{}", request.uri());
            } else {
                assert_eq!(response.forbidden().0, "wildcard", "{}", request.uri());
            }
        }
        let named = [
            "/rtc/r/1/uid/0",
            "/rtc/r/1/userAccount/%30",
            "/rte/r/1/uid/0/alice",
            "/access_token?channel=r&uid=0",
        ];
        for path in named.map(str::to_owned) {
            assert_forbidden(&site.send(&super::get(&path, &credential)), "wildcard", "uid");
        }
        for path in ["/rtc/*/1/userAccount/alice", "/access_token?channel=%2a&uid=alice"] {
            assert_forbidden(&site.send(&super::get(path, &credential)), "wildcard", "channel");
        }
    }
    // The default uid of the older guide is a wildcard too.
    let response = site.send(&super::get("/access_token?channel=r", &shop()));
    assert_forbidden(&response, "wildcard", "uid");
    assert_eq!(site.token(&shop(), &mine(json!({ "channel": "" }))).faults(), ["channel is required"]);
}
