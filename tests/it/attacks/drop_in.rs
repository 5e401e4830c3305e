//! The drop-in routes, which need no credential on the servers that they replace, need the same
//! credential as `/token`.

use agora_token_server::api::routes;
use http::{Method, Request};
use serde_json::json;

use super::{Site, alice, bare, down, drop_in, drop_in_of_integers, forbidden, refused, sent};

/// Every guarded path with its methods, and any text for its parameters.
fn guarded() -> Vec<(Method, String)> {
    let open = ["/", "/healthz", "/readyz", "/ping", "/openapi.json"];
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
            assert_eq!(refused(&site.send(&bare(method, &path))), "credential is missing", "{method} {path}");
            let request =
                Request::builder().method(method).uri(&path).header("authorization", "Bearer guess");
            let cause = refused(&site.send(&sent(request, &json!({}))));
            assert_eq!(cause, "api key: expected a key of API_KEYS", "{method} {path}");
        }
    }
    assert_eq!(site.fetches.get(), 0);
}

#[test]
fn every_drop_in_route_is_attacked() {
    let mut asked = drop_in("", "room-1", "alice");
    asked.extend(drop_in_of_integers("", "room-1", 42).into_iter().map(|request| ("uid", request)));
    asked.push(("", super::get("/chat/app", "")));
    let fits = |pattern: &str, path: &str| {
        let expected: Vec<_> = pattern.split('/').collect();
        let segments: Vec<_> = path.split('/').collect();
        expected.len() == segments.len()
            && expected.iter().zip(&segments).all(|(one, other)| one.starts_with(':') || one == other)
    };
    let own = ["/", "/healthz", "/readyz", "/ping", "/openapi.json", "/inspect"];
    for (pattern, methods) in routes().filter(|(pattern, _)| !own.contains(pattern)) {
        for method in methods.iter().filter(|method| **method != Method::OPTIONS) {
            let is_asked = asked
                .iter()
                .any(|(_, request)| request.method() == method && fits(pattern, request.uri().path()));
            assert!(is_asked || (pattern, method) == ("/token", &Method::POST), "{method} {pattern}");
        }
    }
}

#[test]
fn integer_routes_keep_identity_channel_and_credential() {
    let site = Site::with(&[("ALLOWED_CHANNELS", "room-*")]);
    let credential = alice(&json!({ "sub": 42 }));
    for request in drop_in_of_integers(&credential, "room-1", 42) {
        assert_eq!(site.send(&request).status, 200, "{}", request.uri());
    }
    for request in drop_in_of_integers(&credential, "room-1", 43) {
        assert_eq!(forbidden(&site.send(&request)).0, "uid", "{}", request.uri());
    }
    for request in drop_in_of_integers(&credential, "other", 42) {
        assert_eq!(forbidden(&site.send(&request)).0, "channel", "{}", request.uri());
    }
    for request in drop_in_of_integers("Bearer guess", "room-1", 42) {
        assert_eq!(site.send(&request).status, 401, "{}", request.uri());
    }
}

#[test]
fn caller_without_integer_gets_no_drawn_uid() {
    let site = Site::new();
    for path in ["/get_config", "/api/get_config", "/api/generate-agora-token"] {
        for query in ["", "?uid=0", "?uid=-7", "?uid="] {
            let request = super::get(&format!("{path}{query}"), &alice(&json!({})));
            let refused = forbidden(&site.send(&request));
            assert_eq!(refused, ("uid".to_owned(), "uid".to_owned()), "{path}{query}");
            let own = super::get(&format!("{path}{query}"), &alice(&json!({ "sub": 42 })));
            let answer = site.send(&own).ok();
            let uid = answer.pointer("/uid").or(answer.pointer("/data/uid"));
            assert_eq!(uid, Some(&json!("42")), "{path}{query}");
        }
    }
    let response = site.send(&super::get("/token", &alice(&json!({}))));
    assert_eq!(response.ok()["uid"], "alice");
}

#[test]
fn drawn_channel_needs_permission() {
    let own = |path: &str| super::get(path, &alice(&json!({ "sub": 42 })));
    let site = Site::with(&[("ALLOWED_CHANNELS", "room-*")]);
    for path in ["/get_config", "/api/generate-agora-token", "/token"] {
        assert_eq!(site.send(&own(path)).forbidden().0, "channel", "{path}");
    }
    let site = Site::with(&[("ALLOWED_CHANNELS", "ai-conversation-*"), ("ALLOWED_TOKEN_TYPES", "rtc,rtm")]);
    for path in ["/get_config", "/api/generate-agora-token", "/token"] {
        assert_eq!(site.send(&own(path)).status, 200, "{path}");
    }
    let site = Site::with(&[("ALLOWED_TOKEN_TYPES", "rtc")]);
    for path in ["/get_config", "/api/generate-agora-token"] {
        assert_eq!(site.send(&own(path)).forbidden().0, "tokenType", "{path}");
    }
}

#[test]
fn foreign_channel_on_drop_in_routes_is_denied() {
    let site = Site::with(&[("ALLOWED_CHANNELS", "room-*,user-{sub}-*")]);
    for (_, request) in drop_in(&alice(&json!({})), "other", "alice") {
        let response = site.send(&request);
        let body = match request.body() {
            agora_token_server::api::Body::Whole(body) => String::from_utf8_lossy(body).into_owned(),
            _ => String::new(),
        };
        if format!("{} {body}", request.uri()).contains("other") {
            assert_eq!(forbidden(&response), ("channel".to_owned(), "channel".to_owned()));
        } else {
            assert_eq!(response.status, 200);
        }
    }
    for (_, request) in drop_in(&alice(&json!({})), "user-alice-1", "alice") {
        assert_eq!(site.send(&request).status, 200);
    }
}

#[test]
fn chat_app_on_drop_in_routes_needs_backend() {
    let site = Site::new();
    let response = site.send(&super::get("/chat/app", &alice(&json!({}))));
    assert_eq!(response.forbidden().0, "tokenType");
    assert_eq!(site.send(&super::get("/chat/app", &super::shop())).status, 200);
    let response = site.send(&super::post("/getToken", &alice(&json!({})), &json!({ "tokenType": "chat" })));
    assert_eq!(response.status, 200, "of the caller");
}

#[test]
fn issuer_down_rejects_jwts_on_drop_in_routes() {
    let site = Site::new();
    site.issuer.set(down);
    for (_, request) in drop_in(&alice(&json!({})), "room-1", "alice") {
        let response = site.send(&request);
        assert_eq!((response.status, response.header("retry-after")), (503, Some("10")));
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
