//! Broken and unusual tokens, one file each, with the exact text of their report.

mod names;
mod packed;
mod reading;
mod times;

use crate::common::server::{APP_ID, CERTIFICATE, Server};
use crate::common::vectors;
use agora_token_server::inspect::{
    Client, Finding, Inspection, SeveralTokens, Signature, UnknownUse, Use, Verdict, token_hash, tokens_in,
};
use agora_token_server::time::{Ttl, UnixTime};
use agora_token_server::token::{
    AccessToken2, AppId, ChannelName, PrivilegeTtl, Project, RtcPrivileges, Service,
};
use serde_json::{Value, json};

const SECONDARY: &str = "aaaabbbbccccddddeeeeffff00001111";

/// Agora's public test project, with the secondary certificate of the vectors.
fn project() -> Project {
    let secondary = SECONDARY.parse().unwrap();
    Project::public_test().with_secondary(Some(secondary))
}

fn vector(id: &str) -> Value {
    vectors("inspect").into_iter().find(|vector| vector["id"] == id).expect(id)
}

/// The client of a vector. Numbers are used as their digits.
fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned).or_else(|| value.as_u64().map(|number| number.to_string()))
}

fn inspection(vector: &Value) -> Result<Inspection, SeveralTokens> {
    let now = UnixTime::from_secs(vector["now"].as_u64().unwrap().try_into().unwrap());
    let (channel, uid) = (text(&vector["channel"]), text(&vector["uid"]));
    let purpose = vector["for"].as_str().map(|purpose| purpose.parse().unwrap());
    let client = Client::new(channel.as_deref(), uid.as_deref()).with_use(purpose);
    Inspection::new(vector["token"].as_str().unwrap(), &project(), now, client)
}

fn found(inspection: &Result<Inspection, SeveralTokens>) -> Value {
    let inspection = match inspection {
        Ok(inspection) => inspection,
        Err(several) => return json!({ "several": several.to_string() }),
    };
    let explained = || inspection.findings.iter().map(|finding| finding.kind.explain());
    json!({
        "verdict": inspection.verdict().name(),
        "signature": match inspection.signature {
            Signature::Primary => "primary",
            Signature::Secondary => "secondary",
            Signature::Invalid => "invalid",
            Signature::Unchecked(_) => "unchecked",
        },
        "problems": explained().map(|explanation| explanation.code).collect::<Vec<_>>(),
        "words": explained().map(|explanation| explanation.what).collect::<Vec<_>>(),
        "fixes": explained().map(|explanation| explanation.fix).collect::<Vec<_>>(),
    })
}

#[test]
fn vector_yields_its_findings_word_for_word() {
    let vectors = vectors("inspect");
    assert!(vectors.len() >= 180);
    let mut differences = Vec::new();
    for vector in vectors {
        let found = found(&inspection(&vector));
        if found != vector["expect"] {
            differences.push(format!("{}: {found:#}\nexpected {:#}\n", vector["id"], vector["expect"]));
        }
    }
    assert!(differences.is_empty(), "{}", differences.concat());
}

/// The HTTP response is the same report, with `at` in either form.
#[test]
fn vector_of_each_verdict_is_reported_over_http() {
    let server = Server::with(&[
        ("AUTH", "none"),
        ("APP_ID", APP_ID),
        ("APP_CERTIFICATE", CERTIFICATE),
        ("APP_CERTIFICATE_SECONDARY", SECONDARY),
    ]);
    for vector in
        ["secondary", "certificate-replaced", "apaas-other-room", "006-unchecked", "text-other"].map(vector)
    {
        let (id, now) = (&vector["id"], u32::try_from(vector["now"].as_u64().unwrap()).unwrap());
        for at in [json!(now), json!(UnixTime::from_secs(now).to_string())] {
            let mut body = vector.clone();
            body.as_object_mut()
                .unwrap()
                .retain(|name, _| ["token", "channel", "uid", "for"].contains(&&**name));
            body["at"] = at;
            let report = server.post("/inspect", body.to_string()).ok();
            assert_eq!(
                (&report["at"], &report["usable"]),
                (&now.into(), &(report["verdict"] == "usable").into())
            );
            let problems = report["problems"].as_array().unwrap().iter();
            let all = |member: &str| problems.clone().map(|one| one[member].clone()).collect::<Vec<_>>();
            let found = json!({
                "verdict": report["verdict"], "signature": report["signature"], "problems": all("code"),
                "words": all("detail"), "fixes": all("fix"),
            });
            assert_eq!(found, vector["expect"], "{id}");
            assert_eq!(report.get("tokenHash").is_some(), report.get("version").is_some(), "{id}");
        }
    }
    let detail = |token: &Value| {
        server.post("/inspect", json!({ "token": token }).to_string()).problem()["detail"].clone()
    };
    let several = vector("around-two-versions");
    let expected = format!("token: {}", several["expect"]["several"].as_str().unwrap());
    assert_eq!(detail(&several["token"]), expected);
    assert_eq!(detail(&json!("")), "token is required");
}

#[test]
fn inspect_request_faults_name_what_is_expected() {
    let server = Server::local();
    for (members, detail) in [
        (
            json!({ "for": "video" }),
            "for: expected rtc, rtm, chat, streaming, fpa, fcdn, apaas, convoai or stt, got \"video\"",
        ),
        (
            json!({ "for": null }),
            "for: expected rtc, rtm, chat, streaming, fpa, fcdn, apaas, convoai or stt, got null",
        ),
        (
            json!({ "at": "now" }),
            "at: expected Unix seconds or RFC 3339, such as 2026-11-25T12:00:00Z, got \"now\"",
        ),
        (json!({ "at": -1 }), "at: expected Unix seconds or RFC 3339, such as 2026-11-25T12:00:00Z, got -1"),
        (
            json!({ "at": true }),
            "at: expected Unix seconds or RFC 3339, such as 2026-11-25T12:00:00Z, got true",
        ),
        (
            json!({ "at": 4_294_967_296_u64 }),
            "at: expected Unix seconds or RFC 3339, such as 2026-11-25T12:00:00Z, got 4294967296",
        ),
        (json!({ "uid": -1 }), "uid: expected an integer or text, got -1"),
        (json!({ "uid": 1.5 }), "uid: expected an integer or text, got 1.5"),
        (json!({ "channel": 1 }), "channel: expected text, got 1"),
        (json!({ "use": "rtc" }), "use is unknown"),
    ] {
        let mut body = members;
        body["token"] = json!("007");
        assert_eq!(server.post("/inspect", body.to_string()).problem()["detail"], detail);
    }
}

#[test]
fn inspect_request_takes_uid_as_integer_or_text() {
    let server = Server::local();
    let (token, _) = two_tokens();
    for uid in [0, 42, u64::from(u32::MAX) + 1] {
        let report =
            |uid: Value| server.post("/inspect", json!({ "token": token, "uid": uid }).to_string()).ok();
        assert_eq!(report(json!(uid)), report(json!(uid.to_string())));
    }
}

#[test]
fn unchecked_signature_states_reason() {
    for (id, reason) in [
        ("text-other", "there is no token to check"),
        ("old-003", "signatures of legacy versions are not checked"),
        ("other-app-id", "the token belongs to another project, whose certificate is not known here"),
        (
            "006-unchecked",
            "the signature of a 006 token covers channel and uid (RTM: the user ID), which were not given",
        ),
        ("006-other-channel", "the token is for another channel or uid than were given"),
    ] {
        let signature = inspection(&vector(id)).unwrap().signature;
        let Signature::Unchecked(found) = signature else { panic!("{id}: {signature:?}") };
        assert_eq!(found.to_string(), reason, "{id}");
    }
}

#[test]
fn legacy_token_is_recognized_and_named() {
    let vectors = vectors("legacy");
    assert_eq!(vectors.len(), 14);
    for vector in vectors {
        let now = UnixTime::from_secs(1_446_455_472);
        let token = vector["token"].as_str().unwrap();
        let inspection = Inspection::new(token, &project(), now, Client::default()).unwrap();
        let expected = match vector["version"].as_str().unwrap() {
            "DynamicKey" => "002",
            "1" => "signaling",
            version => version,
        };
        assert_eq!(inspection.version.unwrap().name(), expected, "{}", vector["id"]);
        assert_eq!(inspection.verdict(), Verdict::Refused, "{}", vector["id"]);
        // The signature of a 005 token is not checked.
        let app_id = vector["app_id"].as_str().filter(|_| expected != "005");
        assert_eq!(inspection.app_id.as_ref().map(AppId::as_str), app_id, "{}", vector["id"]);
        let codes: Vec<_> = inspection.findings.iter().map(Finding::code).collect();
        assert_eq!(codes, ["old_version"], "{}", vector["id"]);
    }
}

/// A token that contains `+`, `/` and `=`, and a 006 token.
fn two_tokens() -> (String, String) {
    let [quoted, v006] =
        ["damage-quotes", "006-ok"].map(|id| vector(id)["token"].as_str().unwrap().to_owned());
    (quoted.trim_matches('"').to_owned(), v006)
}

#[test]
fn text_around_token_is_stripped() {
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
        (format!("**{token}**, as sent"), 2),
        (format!("{token}\\n"), 0),
        (format!("<b>{}</b>", token.replace('/', "&#x2F;").replace('=', "&#61;").replace('+', "&plus;")), 3),
        (format!("&quot;{token}&quot;"), 6),
        (format!("<b>{}</b>", token.replace('/', "&sol;").replace('=', "&equals;").replace('+', "&#43;")), 3),
        (format!("&lt;b&gt;{}&lt;", token.replace('/', "&#47;").replace('=', "&#x3d;")), 9),
        (format!("&apos;{token}&apos;"), 6),
        (format!("a&NewLine;{token}&nbsp;b"), 10),
        (format!("a\\t{token}\\tb"), 3),
        (format!("007 is not one, {token} and {token} are one"), 16),
    ] {
        let found = tokens_in(&text);
        let found: Vec<_> = found.iter().map(|found| (found.token.as_str(), found.position)).collect();
        assert_eq!(found, [(token.as_str(), position)], "{text}");
    }
}

#[test]
fn different_tokens_are_all_found() {
    let (token, v006) = two_tokens();
    let text = format!("{{\"rtcToken\": \"{token}\", \"rtmToken\": \"{v006}\", \"again\": \"{token}\"}}");
    let found = tokens_in(&text);
    assert_eq!(found.iter().map(|found| found.token.as_str()).collect::<Vec<_>>(), [&token, &v006]);
    assert_eq!((found[0].name(), found[0].position), (&token[..10], 14));
    assert_eq!((found[1].name(), found[1].position), (&v006[..10], token.len() + 30));
}

#[test]
fn text_without_token_has_none() {
    let (token, v006) = two_tokens();
    for text in [
        "",
        "007",
        "007eJx",
        "https://example.com/007/006",
        "0071234567890",
        &format!("x{token}"),
        &format!("+{v006}"),
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
    assert_eq!(
        UnknownUse.to_string(),
        "expected rtc, rtm, chat, streaming, fpa, fcdn, apaas, convoai or stt"
    );
}

/// Less than 10 ms each in a release build; a quadratic search takes ten seconds.
#[test]
#[expect(clippy::disallowed_methods, reason = "measures time, with a bound that a busy machine keeps")]
fn hostile_text_takes_linear_time() {
    let fill = |part: &str| part.repeat(65_536 / part.len());
    let texts = [
        fill("007 "),
        fill("/007eJx"),
        fill(" 007eJx"),
        format!("\"{}", fill("007eJx/")),
        format!("007eJx{}", fill("ab ")),
        fill(&format!("007eJx{} x x! ", "A".repeat(40))),
        fill(&format!("006{APP_ID}{} ", "A".repeat(80))),
        fill("\\"),
        fill("&amp;"),
        fill("%25"),
        fill("\\u005c"),
    ];
    for text in texts {
        let start = std::time::Instant::now();
        let now = UnixTime::from_secs(1_700_000_600);
        let inspection = Inspection::new(&text, &project(), now, Client::default()).unwrap();
        assert_eq!(inspection.verdict(), Verdict::Refused);
        assert!(start.elapsed().as_secs() < 5, "{}", &text[..40]);
    }
}

/// A token of the test project that expires after an hour.
fn token(service: Service) -> String {
    let (project, now) = (project(), UnixTime::from_secs(1_700_000_000));
    AccessToken2::new(project.app_id(), now, Ttl::HOUR, 1, service).build(project.certificate())
}

#[test]
fn wildcard_channel_matches_as_agora_documents() {
    for (pattern, name, good) in [
        ("", "room", true),
        ("*", "room", true),
        ("*", "", true),
        ("room", "room", true),
        ("room", "rooms", false),
        ("room-*", "room-1", true),
        ("room-*", "hall-1", false),
        ("*-1", "room-1", true),
        ("1*a*2", "1xxaxx2", true),
        ("1*a*2", "1a2", true),
        ("1*a*2", "1xx2", false),
        ("1*a*b*2", "1ba2", false),
        ("ab*ba", "aba", false),
        ("a**b", "ab", true),
        ("1*a*a*2", "1a2", false),
        ("1*ab*ab*2", "1xabxab2", true),
    ] {
        let channel = if pattern.is_empty() { ChannelName::any() } else { pattern.parse().unwrap() };
        let join = RtcPrivileges::subscriber(PrivilegeTtl::UNTIL_TOKEN_ENDS);
        let token = token(Service::rtc(&channel, &42.into(), join));
        let now = UnixTime::from_secs(1_700_000_600);
        let inspection = Inspection::new(&token, &project(), now, Client::new(Some(name), None)).unwrap();
        let differs = inspection.findings.iter().any(|finding| finding.code() == "channel_differs");
        assert_eq!(differs, !good, "{pattern} {name}");
    }
}

#[test]
fn length_of_time_has_at_most_two_units() {
    let token = token(Service::rtm(&"alice".parse().unwrap(), Ttl::HOUR.into()));
    for (seconds, text) in [
        (0, "0 seconds"),
        (1, "1 second"),
        (60, "1 minute"),
        (61, "1 minute 1 second"),
        (3_601, "1 hour"),
        (7_500, "2 hours 5 minutes"),
        (90_000, "1 day 1 hour"),
        (1_763_773_600, "55 years 339 days"),
    ] {
        let now = UnixTime::from_secs(1_700_003_600 + seconds);
        let inspection = Inspection::new(&token, &project(), now, Client::default()).unwrap();
        let expired = format!("the token expired at 2023-11-14T23:13:20Z, {text} ago");
        assert_eq!(inspection.findings[0].kind.explain().what, expired);
    }
}
