//! The official vectors: built tokens have the same bytes and signature; official tokens parse, verify and
//! pack into the same bytes.

use crate::common::{inflated, vectors};
use crate::differential::Case;
use agora_token_server::time::UnixTime;
use agora_token_server::token::{
    AccessToken, InvalidSignature, Project, RtcPrivileges, Uid, UnverifiedAccessToken, UnverifiedAccessToken2,
};
use serde_json::Value;

#[test]
fn official_007_token_parses_verifies_and_repacks() {
    for vector in vectors("007").into_iter().chain(vectors("007-builders")) {
        let id = text(&vector, "id");
        let parsed: UnverifiedAccessToken2 =
            text(&vector, "token").parse().unwrap_or_else(|error| panic!("{id}: {error}"));
        assert_eq!(hex(&parsed.repack()), text(&vector, "inflated_hex"), "{id}");
        assert_eq!(hex(parsed.signature()), text(&vector, "signature_hex"), "{id}");
        assert_eq!(parsed.verify(&"0".repeat(32).parse().unwrap()), Err(InvalidSignature), "{id}");

        let certificate = text(&vector, "app_certificate").parse().unwrap();
        let token = parsed.verify(&certificate).unwrap_or_else(|error| panic!("{id}: {error}"));
        assert_eq!(token.app_id().as_str(), text(&vector, "app_id"), "{id}");
        assert_eq!(token.issued_at(), UnixTime::from_secs(number(&vector, "issue_ts")), "{id}");
        assert_eq!(token.expire(), number(&vector, "expire"), "{id}");
        assert_eq!(token.salt(), number(&vector, "salt"), "{id}");
        assert_eq!(token.unknown_services(), 0, "{id}");
        let services = vector["services"].as_array().unwrap();
        assert_eq!(token.services().len(), services.len(), "{id}");
        for (service, expected) in token.services().iter().zip(services) {
            assert_eq!(u32::from(service.type_number()), number(expected, "type"), "{id}");
            assert_eq!(service.name(), text(expected, "name"), "{id}");
            let privileges: Value = service
                .privileges()
                .iter()
                .map(|(privilege, ttl)| (privilege.to_string(), Value::from(ttl.as_secs())))
                .collect();
            assert_eq!(privileges, expected["privileges"], "{id}");
        }
    }
}

#[test]
fn built_007_token_equals_official_bytes() {
    let vectors = vectors("007-builders");
    assert!(vectors.len() >= 22);
    for vector in vectors {
        let id = text(&vector, "id");
        assert_eq!(hex(&inflated(&Case(&vector).build())), text(&vector, "inflated_hex"), "{id}");
    }
}

#[test]
fn official_006_token_parses_verifies_and_repacks() {
    for vector in vectors("006") {
        let id = text(&vector, "id");
        let token = text(&vector, "token");
        let parsed: UnverifiedAccessToken = token.parse().unwrap_or_else(|error| panic!("{id}: {error}"));
        assert_eq!(parsed.repack(), token, "{id}");
        let certificate = text(&vector, "app_certificate").parse().unwrap();
        let (channel, uid) = (text(&vector, "channel_name"), text(&vector, "uid_string"));
        assert_eq!(parsed.verify(&certificate, channel, "1"), Err(InvalidSignature), "{id}");
        assert_eq!(parsed.verify(&certificate, "other", uid), Err(InvalidSignature), "{id}");
        let other = "0".repeat(32).parse().unwrap();
        assert_eq!(parsed.verify(&other, channel, uid), Err(InvalidSignature), "{id}");
        let signed =
            parsed.verify(&certificate, channel, uid).unwrap_or_else(|error| panic!("{id}: {error}"));
        assert_eq!((signed.channel(), signed.uid()), (channel, uid), "{id}");
        assert_eq!(signed.app_id().as_str(), text(&vector, "app_id"), "{id}");
        assert_eq!(signed.salt(), number(&vector, "salt"), "{id}");
        assert_eq!(signed.expires_at(), UnixTime::from_secs(number(&vector, "ts")), "{id}");
        assert_eq!(signed.build(&certificate), token, "{id}");
        let privileges: Value = signed
            .privileges()
            .iter()
            .map(|(privilege, end)| (privilege.to_string(), Value::from(end.as_secs())))
            .collect();
        assert_eq!(privileges, vector["privileges"], "{id}");
    }
}

#[test]
fn built_006_token_equals_official_text() {
    for vector in vectors("006") {
        let id = text(&vector, "id");
        let app_id = text(&vector, "app_id").parse().unwrap();
        let salt = number(&vector, "salt");
        let ts = UnixTime::from_secs(number(&vector, "ts"));
        let end = |privilege: &str| {
            vector["privileges"][privilege]
                .as_u64()
                .map(|end| UnixTime::from_secs(u32::try_from(end).unwrap()))
        };
        let channel = text(&vector, "channel_name");
        let token = if let Some(login) = end("1000") {
            AccessToken::rtm(app_id, salt, ts, &channel.parse().unwrap(), login)
        } else {
            let uid = match text(&vector, "uid_string") {
                "" => Uid::Any,
                uid => Uid::Account(uid.parse().unwrap()),
            };
            let privileges = RtcPrivileges::subscriber(end("1").unwrap())
                .with_publish_audio_stream(end("2"))
                .with_publish_video_stream(end("3"))
                .with_publish_data_stream(end("4"));
            AccessToken::rtc(app_id, salt, ts, &channel.parse().unwrap(), &uid, privileges)
        };
        let certificate = text(&vector, "app_certificate").parse().unwrap();
        assert_eq!(token.build(&certificate), text(&vector, "token"), "{id}");
    }
}

#[test]
fn project_debug_redacts_certificates() {
    let project = Project::public_test().with_secondary(Some("ab".repeat(16).parse().unwrap()));
    assert_eq!(
        format!("{project:?}"),
        "Project { app_id: AppId(970CA35de60c44645bbae8a215061b33), \
         certificate: AppCertificate([redacted]), secondary: Some(AppCertificate([redacted])) }"
    );
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} is missing"))
}

fn number(value: &Value, name: &str) -> u32 {
    value[name].as_u64().unwrap_or_else(|| panic!("{name} is missing")).try_into().unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}
