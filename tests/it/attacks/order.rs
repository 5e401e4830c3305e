//! The order of refusals if several apply: 404 and 405, 413, `origin`, 429, 401, 415 and 400, 403.
//! A client without a credential cannot learn the rules, and a client above its limit cannot learn whether
//! a credential is valid.

use agora_token_server::api::Body;
use http::Request;
use serde_json::json;

use super::{Site, down, shop};
use crate::common::server::rtc;

/// All faults of a request, from the last to be reported to the first.
struct Wrong {
    path: &'static str,
    origin: &'static str,
    credential: &'static str,
    content_type: &'static str,
    too_large: bool,
    too_many: bool,
    body: String,
}

impl Wrong {
    /// Well-formed but not allowed; everything else is valid.
    fn rule() -> Self {
        Self {
            path: "/token",
            origin: "https://app.example",
            credential: "",
            content_type: "application/json",
            too_large: false,
            too_many: false,
            body: rtc(json!({ "channel": "foreign" })).to_string(),
        }
    }

    fn answer(&self) -> (u16, String) {
        let site =
            Site::with(&[("ALLOWED_CHANNELS", "room-*"), ("CORS_ALLOW_ORIGIN", "https://app.example")]);
        let credential = if self.credential.is_empty() { shop() } else { self.credential.to_owned() };
        let body = if self.too_large { Body::TooLarge } else { Body::Whole(self.body.clone().into()) };
        let request = Request::post(self.path)
            .header("origin", self.origin)
            .header("authorization", credential)
            .header("content-type", self.content_type)
            .body(body)
            .unwrap();
        let response = site.ask_counted(&request, |_| self.too_many.then_some(1));
        let problem = response.problem();
        (response.status, problem["rule"].as_str().or(problem["code"].as_str()).unwrap().to_owned())
    }

    #[track_caller]
    fn expect(&self, status: u16, code: &str) {
        assert_eq!(self.answer(), (status, code.to_owned()));
    }
}

#[test]
fn checks_keep_their_order() {
    let mut wrong = Wrong::rule();
    wrong.expect(403, "channel");
    wrong.body = "{}".to_owned();
    wrong.expect(400, "invalid_request");
    wrong.body = "{".to_owned();
    wrong.expect(400, "malformed_json");
    wrong.content_type = "text/plain";
    wrong.expect(415, "unsupported_media_type");
    wrong.credential = "Bearer guess";
    wrong.expect(401, "unauthorized");
    wrong.too_many = true;
    wrong.expect(429, "too_many_requests");
    wrong.origin = "https://attacker.example";
    wrong.expect(403, "origin");
    wrong.too_large = true;
    wrong.expect(413, "payload_too_large");
    wrong.path = "/token/other";
    wrong.expect(404, "not_found");
    wrong.path = "/healthz";
    wrong.expect(405, "method_not_allowed");
}

#[test]
fn limited_request_reveals_no_credential_check() {
    let site = Site::new();
    let mut bodies = Vec::new();
    for credential in [shop(), "Bearer guess".to_owned(), String::new()] {
        let request = super::post("/token", &credential, &rtc(json!({})));
        let response = site.ask_counted(&request, |_| Some(30));
        assert_eq!((response.status, response.header("www-authenticate")), (429, None));
        bodies.push(response.body);
    }
    assert!(bodies.iter().all(|body| *body == bodies[0]));
}

#[test]
fn unauthenticated_request_learns_no_other_fault() {
    let site = Site::new();
    site.issuer.set(down);
    for path in ["/token", "/inspect", "/getToken", "/rtctoken"] {
        for body in [json!({}), json!({ "token": "007" }), json!([])] {
            super::refused(&site.send(&super::post(path, "Bearer guess", &body)));
        }
    }
}

#[test]
fn unknown_field_names_stay_out_of_log() {
    let site = Site::new();
    let secret = "made-up-by-the-client-and-secret";
    let mut body = rtc(json!({ "expireTime": 0, "rtm": { secret: 1 }, "privileges": { secret: 1 } }));
    body[secret] = json!(1);
    body[format!("{secret}.uid")] = json!(1);
    let response = site.token(&shop(), &body);
    assert!(response.faults().iter().any(|fault| fault.contains(secret)), "the client is informed");
    assert!(!response.log.contains(secret), "{}", response.log);
    let cause = response.log()["cause"].as_str().unwrap().to_owned();
    assert!(cause.contains("expireTime") && cause.contains("unknown field"), "{cause}");
    // A name that occurs twice, in another object, in a query, not in UTF-8, or longer than the text that is shown.
    let long = secret.repeat(9);
    for body in [
        format!(r#"{{"{secret}":1,"{secret}":2,"uid":1,"uid":2}}"#),
        format!(r#"{{"permissions":{{"{secret}":1,"{secret}":{{"{secret}":1}}}},"tokenType":"rtm"}}"#),
        format!(r#"{{"tokenType":"{secret}","{secret}":1,"{long}":1,"{long}":1}}"#),
        format!(r#"{{"rtm":{{"userId":"a","userId":"b","rtm.userId":1,"{secret}":1,"{secret}":1}}}}"#),
        format!(r#"{{"{secret}":{{"{secret}":1}},"token":"007","at":"{secret}","for":"{secret}"}}"#),
        format!(r#"{{"{secret}": }}"#),
    ] {
        for path in [
            "/token",
            "/inspect",
            "/getToken",
            "/fetch_rtc_token",
            "/v2/token/generate",
            "/api/generate-agora-token",
        ] {
            let request = Request::post(path)
                .header("authorization", shop())
                .header("content-type", "application/json");
            let response = site.send(&request.body(Body::Whole(body.clone().into())).unwrap());
            assert!(!response.log.contains(secret), "{path} {body}: {}", response.log);
        }
    }
    for query in [
        format!("{secret}=%FF"),
        format!("{secret}=1&{secret}=2"),
        format!("{secret}%FF=1"),
        format!("expiry=1&expiry=2&{secret}"),
    ] {
        for path in ["/rtm/alice", "/access_token", "/get_config", "/token", "/api/generate-agora-token"] {
            let response = site.send(&super::get(&format!("{path}?{query}"), &shop()));
            assert!(!response.log.contains(secret), "{path}?{query}: {}", response.log);
        }
    }
    for path in ["/token/secret-in-a-path", "/rtm/secret-in-a-path?key=secret-in-a-query"] {
        let response = site.send(&super::get(path, &shop()));
        assert!(!response.log.contains("secret-in"), "{}", response.log);
    }
}
