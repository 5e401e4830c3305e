//! The official vectors: what is built has the same bytes and signature, what is official parses,
//! verifies, and packs into the same bytes again.

use crate::common::{inflated, vectors};
use agora_token_server::time::{Ttl, UnixTime};
use agora_token_server::token::{
    Access, AccessToken, AccessToken2, Account, ChannelName, InvalidSignature, Permissions, PrivilegeTtl,
    Project, Resource, RtcPrivileges, Service, Text, Uid, UnverifiedAccessToken, UnverifiedAccessToken2,
    UserId,
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
        let token = build(&vector).build(&text(&vector, "app_certificate").parse().unwrap());
        assert_eq!(hex(&inflated(&token)), text(&vector, "inflated_hex"), "{id}");
    }
}

/// This crate's counterpart of the official builder that a vector names.
fn build(vector: &Value) -> AccessToken2 {
    let args = &vector["args"];
    let channel = || -> ChannelName { text(args, "channel").parse().unwrap() };
    let user = |name: &str| -> UserId { text(args, name).parse().unwrap() };
    // The official builders take an empty account for uid 0.
    let account = |name: &str| match text(args, name) {
        "" => Uid::Any,
        account => Uid::Account(account.parse::<Account>().unwrap()),
    };
    let uid = || Uid::from(number(args, "uid"));
    let privilege = |name: &str| PrivilegeTtl::from_secs(number(args, name)).unwrap();
    let ttl = PrivilegeTtl::from_secs(number(vector, "expire")).unwrap();
    let role = |name: &str, ttl| match number(args, name) {
        1 => RtcPrivileges::publisher(ttl),
        _ => RtcPrivileges::subscriber(ttl),
    };
    let each = || {
        RtcPrivileges::subscriber(privilege("join"))
            .with_publish_audio_stream(Some(privilege("audio")))
            .with_publish_video_stream(Some(privilege("video")))
            .with_publish_data_stream(Some(privilege("data")))
    };
    let services = match text(vector, "builder") {
        "rtc_uid" => vec![Service::rtc(&channel(), &uid(), role("role", privilege("privilege_expire")))],
        "rtc_account" => {
            vec![Service::rtc(&channel(), &account("account"), role("role", privilege("privilege_expire")))]
        }
        "rtc_uid_priv" => vec![Service::rtc(&channel(), &uid(), each())],
        "rtc_account_priv" => vec![Service::rtc(&channel(), &account("account"), each())],
        "rtc_rtm" => vec![
            Service::rtc(&channel(), &account("account"), role("role", privilege("privilege_expire"))),
            Service::rtm(&user("account"), ttl),
        ],
        "rtc_rtm2" => with_rtm2(args, &channel(), &account("rtc_account"), each(), None),
        "convoai" => with_rtm2(args, &channel(), &account("rtc_account"), each(), Some(Service::convo_ai())),
        "rtm" => vec![Service::rtm(&user("user_id"), ttl)],
        "rtm2" => vec![Service::rtm2(&user("user_id"), permissions(&args["permissions"]), ttl)],
        "chat_user" => vec![Service::chat_user(&user("user_id"), ttl)],
        "chat_app" => vec![Service::chat_app(ttl)],
        "apaas_room_user" | "education_room_user" => {
            let role = i16::try_from(number(args, "role")).unwrap();
            vec![
                Service::apaas_room_user(&user("room_uuid"), &user("user_uuid"), role, ttl),
                Service::rtm(&user("user_uuid"), ttl),
                Service::chat_user(&user("user_uuid").md5(), ttl),
            ]
        }
        "apaas_user" => vec![Service::apaas_user(&user("user_uuid"), ttl)],
        other => panic!("no such builder: {other}"),
    };
    let mut services = services.into_iter();
    let first = services.next().unwrap();
    let token = AccessToken2::new(
        text(vector, "app_id").parse().unwrap(),
        UnixTime::from_secs(number(vector, "issue_ts")),
        Ttl::from_secs(number(vector, "expire")).unwrap(),
        number(vector, "salt"),
        first,
    );
    services.fold(token, AccessToken2::with)
}

fn with_rtm2(
    args: &Value,
    channel: &ChannelName,
    account: &Uid,
    privileges: RtcPrivileges<PrivilegeTtl>,
    mark: Option<Service>,
) -> Vec<Service> {
    assert_eq!(number(args, "rtc_role"), 1, "the vectors have publishers only");
    let login = PrivilegeTtl::from_secs(number(args, "rtm_token_expire")).unwrap();
    let rtm = Service::rtm(&text(args, "rtm_user_id").parse().unwrap(), login);
    [Service::rtc(channel, account, privileges), rtm].into_iter().chain(mark).collect()
}

fn permissions(value: &Value) -> Permissions {
    let mut permissions = Permissions::new();
    for (resource, accesses) in value.as_object().unwrap() {
        for (access, names) in accesses.as_object().unwrap() {
            let names: Vec<Text> = names
                .as_array()
                .unwrap()
                .iter()
                .map(|name| name.as_str().unwrap().parse().unwrap())
                .collect();
            let resource = Resource::ALL[resource.parse::<usize>().unwrap()];
            let access = Access::ALL[access.parse::<usize>().unwrap()];
            permissions = permissions.allow(resource, access, &names).unwrap();
        }
    }
    permissions
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
