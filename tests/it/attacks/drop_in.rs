//! The routes of existing token servers, none of which asked for a credential, are as closed as
//! `/token` is.

use std::collections::BTreeSet;

use agora_token_server::api::routes;
use http::{Method, Request};
use serde_json::json;

use super::{Site, alice, bare, down, drop_in, forbidden, refused, sent};

/// Every guarded path with its methods, and any text for its parameters.
fn guarded() -> Vec<(Method, String)> {
    let open = ["/", "/healthz", "/ping", "/openapi.json"];
    let guarded = routes().filter(|(path, _)| !open.contains(path));
    let each = guarded.flat_map(|(path, methods)| {
        let segments = path.split('/').map(|one| if one.starts_with(':') { "1" } else { one });
        let path = segments.collect::<Vec<_>>().join("/");
        let methods = methods.iter().filter(|method| **method != Method::OPTIONS);
        methods.map(move |method| (method.clone(), path.clone())).collect::<Vec<_>>()
    });
    each.collect()
}

#[test]
fn drop_in_routes_without_credential_are_rejected() {
    let site = Site::new();
    let routes = guarded();
    assert!(routes.len() >= 17, "{routes:?}");
    for (method, path) in &routes {
        for path in [path.clone(), format!("{path}/"), format!("{path}?expiry=60")] {
            assert_eq!(refused(&site.send(&bare(method, &path))), "no credential", "{method} {path}");
            let request =
                Request::builder().method(method).uri(&path).header("authorization", "Bearer guess");
            let cause = refused(&site.send(&sent(request, &json!({}))));
            assert_eq!(cause, "api key: not a configured one", "{method} {path}");
        }
    }
    assert_eq!(site.fetches.get(), 0);
}

#[test]
fn drop_in_cases_cover_every_route() {
    let asked: BTreeSet<String> = drop_in("", "room-1", "alice")
        .iter()
        .map(|(_, request)| request.uri().path().split('/').nth(1).unwrap().to_owned())
        .collect();
    for (path, _) in routes() {
        let first = path.split('/').nth(1).unwrap();
        let elsewhere = ["", "healthz", "ping", "openapi.json", "inspect"].contains(&first);
        assert!(elsewhere || asked.contains(first), "{path}");
    }
}

#[test]
fn foreign_channel_on_drop_in_routes_is_denied() {
    let site = Site::with(&[("ALLOWED_CHANNELS", "room-*,user-{sub}-*")]);
    for (_, request) in drop_in(&alice(&json!({})), "other", "alice") {
        let reply = site.send(&request);
        let body = match request.body() {
            agora_token_server::api::Body::Whole(body) => String::from_utf8_lossy(body).into_owned(),
            _ => String::new(),
        };
        if format!("{} {body}", request.uri()).contains("other") {
            assert_eq!(forbidden(&reply), ("channel".to_owned(), "channel".to_owned()));
        } else {
            assert_eq!(reply.status, 200);
        }
    }
    for (_, request) in drop_in(&alice(&json!({})), "user-alice-1", "alice") {
        assert_eq!(site.send(&request).status, 200);
    }
}

#[test]
fn chat_app_on_drop_in_routes_needs_backend() {
    let site = Site::new();
    let reply = site.send(&super::get("/chat/app", &alice(&json!({}))));
    assert_eq!(reply.forbidden().0, "tokenType");
    assert_eq!(site.send(&super::get("/chat/app", &super::shop())).status, 200);
    let reply = site.send(&super::post("/getToken", &alice(&json!({})), &json!({ "tokenType": "chat" })));
    assert_eq!(reply.status, 200, "of the bearer himself");
}

#[test]
fn issuer_down_rejects_jwts_on_drop_in_routes() {
    let site = Site::new();
    site.issuer.set(down);
    for (_, request) in drop_in(&alice(&json!({})), "room-1", "alice") {
        let reply = site.send(&request);
        assert_eq!((reply.status, reply.header("retry-after")), (503, Some("10")));
    }
}

#[test]
fn drop_in_default_lifetime_obeys_policy() {
    let claims = json!({ "agora": { "maxExpireTime": 50 } });
    for (credential, seconds) in [(alice(&claims), 50), (alice(&json!({})), 90)] {
        let site = Site::with(&[("MAX_EXPIRE_TIME", "90"), ("DEFAULT_EXPIRE_TIME", "3600")]);
        let body = json!({ "channel": "room-1" });
        let token = site.send(&super::post("/rtctoken", &credential, &body)).token();
        let project = agora_token_server::token::Project::public_test();
        assert_eq!(crate::common::opened::opened(&token, &project)["expire"], seconds);
        for path in ["/rtm/alice?expiry=91", "/rtc/room-1/1/userAccount/alice?expiry=91"] {
            assert_eq!(site.send(&super::get(path, &credential)).forbidden().0, "expireTime");
        }
    }
}
