//! Properties of every token: a built token parses to the same value, a parsed token packs into the same
//! bytes, and no input takes more than linear time. Random bytes are those of the fuzz targets.

use crate::common::{dressed, inflated, payload};
use agora_token_server::inspect::{Client, Inspection};
use agora_token_server::time::{Ttl, UnixTime};
use agora_token_server::token::{
    Access, AccessToken, AccessToken2, InvalidSignature, ParseError, Payload, Permissions, PrivilegeTtl,
    Project, Resource, RtcPrivileges, Service, Text, UnverifiedAccessToken, UnverifiedAccessToken2,
};
use proptest::option;
use proptest::prelude::*;

fn name(most: usize) -> impl Strategy<Value = String> {
    // Agora's characters and the wildcard.
    proptest::collection::vec(proptest::sample::select(AGORA.chars().collect::<Vec<_>>()), 1..=most)
        .prop_map(String::from_iter)
}

const AGORA: &str = "abcXYZ0123456789 !#$%&()+-:;<=.>?@[]^_{}|~,*";

fn ttl() -> impl Strategy<Value = PrivilegeTtl> {
    (0..=86_400_u32).prop_map(|seconds| PrivilegeTtl::from_secs(seconds).unwrap())
}

fn rtc_privileges() -> impl Strategy<Value = RtcPrivileges<PrivilegeTtl>> {
    (ttl(), option::of(ttl()), option::of(ttl()), option::of(ttl())).prop_map(|(join, audio, video, data)| {
        RtcPrivileges::subscriber(join)
            .with_publish_audio_stream(audio)
            .with_publish_video_stream(video)
            .with_publish_data_stream(data)
    })
}

fn permissions() -> impl Strategy<Value = Permissions> {
    let names =
        proptest::collection::vec(any::<String>().prop_map(|name| name.parse::<Text>().unwrap()), 0..5);
    proptest::collection::vec((0..5_usize, 0..2_usize, names), 0..6).prop_map(|entries| {
        entries.into_iter().fold(Permissions::new(), |permissions, (resource, access, names)| {
            permissions.allow(Resource::ALL[resource], Access::ALL[access], &names).unwrap()
        })
    })
}

/// Every service, in every form that can be built.
fn service() -> impl Strategy<Value = Service> {
    let user = || {
        any::<String>()
            .prop_filter_map("1 to 64 bytes", |text| text.chars().take(16).collect::<String>().parse().ok())
    };
    let participant =
        || (name(64), name(255)).prop_map(|(channel, uid)| (channel.parse().unwrap(), uid.parse().unwrap()));
    prop_oneof![
        (participant(), rtc_privileges())
            .prop_map(|((channel, uid), privileges)| Service::rtc(&channel, &uid, privileges)),
        (user(), ttl()).prop_map(|(user, ttl)| Service::rtm(&user, ttl)),
        (user(), permissions(), ttl()).prop_map(|(user, permissions, ttl)| Service::rtm2(
            &user,
            permissions,
            ttl
        )),
        (participant(), option::of(ttl()), option::of(ttl()))
            .prop_map(|((channel, uid), mix, raw)| Service::streaming(&channel, &uid, mix, raw)),
        (participant(), option::of(ttl()), option::of(ttl()))
            .prop_map(|((channel, uid), publish, play)| Service::fcdn(&channel, &uid, publish, play)),
        ttl().prop_map(Service::fpa),
        (user(), ttl()).prop_map(|(user, ttl)| Service::chat_user(&user, ttl)),
        ttl().prop_map(Service::chat_app),
        (user(), user(), any::<i16>(), ttl())
            .prop_map(|(room, user, role, ttl)| Service::apaas_room_user(&room, &user, role, ttl)),
        (user(), ttl()).prop_map(|(user, ttl)| Service::apaas_user(&user, ttl)),
        ttl().prop_map(Service::apaas_app),
        Just(Service::convo_ai()),
        Just(Service::stt()),
    ]
}

fn token_007() -> impl Strategy<Value = AccessToken2> {
    (any::<u32>(), 1..=86_400_u32, any::<u32>(), proptest::collection::vec(service(), 1..6)).prop_map(
        |(issued_at, ttl, salt, services)| {
            let mut services = services.into_iter();
            let token = AccessToken2::new(
                Project::public_test().app_id(),
                UnixTime::from_secs(issued_at),
                Ttl::from_secs(ttl).unwrap(),
                salt,
                services.next().unwrap(),
            );
            services.fold(token, AccessToken2::with)
        },
    )
}

fn token_006() -> impl Strategy<Value = (AccessToken, String, String)> {
    let time = || any::<u32>().prop_map(UnixTime::from_secs);
    let ends = (time(), option::of(time()), option::of(time()), option::of(time()));
    (any::<u32>(), time(), name(64), option::of(name(255)), ends).prop_map(
        |(salt, end, channel, uid, (join, audio, video, data))| {
            let privileges = RtcPrivileges::subscriber(join)
                .with_publish_audio_stream(audio)
                .with_publish_video_stream(video)
                .with_publish_data_stream(data);
            let uid = uid.as_deref().unwrap_or("0").parse().unwrap();
            let text = Text::from(&uid).as_str().to_owned();
            let app_id = Project::public_test().app_id();
            let token = AccessToken::rtc(app_id, salt, end, &channel.parse().unwrap(), &uid, privileges);
            (token, channel, text)
        },
    )
}

fn parsed_007(text: &str) -> Result<UnverifiedAccessToken2, ParseError> {
    text.parse()
}

fn parsed_006(text: &str) -> Result<UnverifiedAccessToken, ParseError> {
    text.parse()
}

/// Every text has an explanation.
fn explain(text: &str, channel: &str) {
    let client = Client::new(Some(channel), Some(channel));
    for client in [client, Client::default()] {
        let now = UnixTime::from_secs(1_700_000_000);
        let Ok(inspection) = Inspection::new(text, &Project::public_test(), now, client) else { continue };
        for finding in &inspection.findings {
            assert!(finding.kind.explain().what.len() < 8 * 1024);
        }
    }
}

proptest! {
    #[test]
    fn built_007_token_parses_back(token in token_007()) {
        let project = Project::public_test();
        let certificate = project.certificate();
        let text = token.build(certificate);
        let parsed: UnverifiedAccessToken2 = text.parse().unwrap();
        prop_assert_eq!(parsed.verify(certificate), Ok(token));
        prop_assert_eq!(parsed.repack(), inflated(&text));
    }

    #[test]
    fn built_006_token_parses_back((token, channel, uid) in token_006()) {
        let project = Project::public_test();
        let certificate = project.certificate();
        let text = token.build(certificate);
        let parsed: UnverifiedAccessToken = text.parse().unwrap();
        prop_assert_eq!(parsed.repack(), text);
        prop_assert_eq!(parsed.verify(certificate, &channel, &uid), Ok(token));
    }

    #[test]
    fn changed_signed_byte_breaks_signature(
        token in token_007(), index in any::<prop::sample::Index>(), change in 1..=255_u8,
    ) {
        let project = Project::public_test();
        let certificate = project.certificate();
        let mut bytes = inflated(&token.build(certificate));
        // Except for the length of the signature, which changes the signed text.
        let index = 2 + index.index(bytes.len() - 2);
        bytes[index] ^= change;
        if let Ok(parsed) = dressed(&bytes).parse::<UnverifiedAccessToken2>() {
            prop_assert_eq!(parsed.verify(certificate), Err(InvalidSignature));
            prop_assert_eq!(parsed.repack(), bytes);
        }
    }
}

#[test]
fn inflated_size_above_64_kib_is_rejected() {
    let head = payload(&[]).len();
    let filled = |length: usize| dressed(&payload(&vec![7; length - head]));
    // Read completely: it is refused for its content.
    assert_eq!(parsed_007(&filled(64 * 1024)), Err(ParseError::TrailingBytes(64 * 1024 - head)));
    assert_eq!(parsed_007(&filled(64 * 1024 + 1)), Err(ParseError::TooLarge));
}

#[test]
fn zip_bomb_is_rejected() {
    // 64 MiB of zeros in 64 KiB of text.
    let bomb = dressed(&vec![0; 64 << 20]);
    assert_eq!(parsed_007(&bomb), Err(ParseError::TooLarge));
    explain(&bomb, "room");
}

/// Tokens with the largest counts of the formats, true or not.
#[test]
fn largest_007_counts_cost_their_bytes_only() {
    let full = u16::MAX.to_le_bytes();
    let services = |count: [u8; 2], rest: Vec<u8>| {
        let mut bytes = payload(&rest);
        let at = bytes.len() - rest.len() - 2;
        bytes[at..at + 2].copy_from_slice(&count);
        dressed(&bytes)
    };
    // A count of 65,535 services without any service.
    assert_eq!(parsed_007(&services(full, vec![])), Err(ParseError::CutOff));
    // 16,000 services without a privilege.
    let many = services(16_000_u16.to_le_bytes(), [4, 0, 0, 0].repeat(16_000));
    assert_eq!(parsed_007(&many).unwrap().services().len(), 16_000);
    explain(&many, "room");
    // One service with a count of 65,535 privileges but 10,000 privileges, and with the right count.
    let privileges = |count: u16| {
        let mut service = vec![4, 0];
        service.extend(count.to_le_bytes());
        service.extend([9, 0, 1, 0, 0, 0].repeat(10_000));
        services([1, 0], service)
    };
    assert_eq!(parsed_007(&privileges(u16::MAX)), Err(ParseError::CutOff));
    let token = parsed_007(&privileges(10_000)).unwrap();
    assert_eq!(token.services()[0].privileges().len(), 10_000);
    explain(&privileges(10_000), "room");
    // Signaling permissions for 30,000 empty names, and the same with a count of 65,535.
    let names = |count: u16| {
        let mut service = vec![8, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0];
        service.extend(count.to_le_bytes());
        service.extend([0, 0].repeat(30_000));
        services([1, 0], service)
    };
    assert_eq!(parsed_007(&names(u16::MAX)), Err(ParseError::CutOff));
    let token = parsed_007(&names(30_000)).unwrap();
    assert!(matches!(token.services()[0].payload(), Payload::Rtm2 { .. }));
    // A wildcard of 30,000 parts against a channel of as many bytes.
    let mut service = vec![1, 0, 1, 0, 1, 0, 0, 0, 0, 0];
    service.extend(60_000_u16.to_le_bytes());
    service.extend(b"*a".repeat(30_000));
    service.extend([0, 0]);
    explain(&services([1, 0], service), &"ab".repeat(30_000));
}

#[test]
fn largest_006_counts_cost_their_bytes_only() {
    let message = |count: u16| {
        let mut message = vec![0; 8];
        message.extend(count.to_le_bytes());
        message.extend([9, 0, 1, 0, 0, 0].repeat(10_000));
        crate::common::dressed_006(&message)
    };
    assert_eq!(parsed_006(&message(u16::MAX)), Err(ParseError::CutOff));
    assert_eq!(parsed_006(&message(9_999)), Err(ParseError::TrailingBytes(6)));
    assert_eq!(parsed_006(&message(10_000)).unwrap().privileges().len(), 10_000);
    explain(&message(10_000), "room");
}

#[test]
fn text_of_megabyte_is_rejected_in_time() {
    for text in ["0", " ", "+", "%25", "*", "007", "-", "\u{200b}", "\""] {
        explain(&text.repeat(1 << 17), "room");
        explain(&format!("007{}", text.repeat(1 << 17)), "room");
    }
}

/// Repetitions at every distance up to 60 KiB, inside and outside of the compression window.
#[test]
fn largest_tokens_parse_back() {
    let project = Project::public_test();
    let (app_id, certificate) = (project.app_id(), project.certificate());
    for (distinct, length) in [(1, 29_000), (2, 19_000), (300, 180), (3_000, 18), (7_000, 6)] {
        let letter = |index: u32, at: u32| {
            char::from(b'a' + u8::try_from((index * 7919 + at * (index + 3)) % 26).unwrap())
        };
        let name = |index| (0..length).map(|at| letter(index, at)).collect::<String>();
        // The last one repeats the first.
        let names: Vec<Text> = (0..distinct).chain([0]).map(|index| name(index).parse().unwrap()).collect();
        let permissions = Permissions::new().allow(Resource::Users, Access::Read, &names).unwrap();
        let service = Service::rtm2(&"alice".parse().unwrap(), permissions, Ttl::HOUR.into());
        let token = AccessToken2::new(app_id, UnixTime::from_secs(1), Ttl::HOUR, 1, service);
        let text = token.build(certificate);
        let parsed = parsed_007(&text).unwrap();
        assert_eq!(parsed.verify(certificate), Ok(token));
        assert_eq!(parsed.repack(), inflated(&text));
    }
}

/// The window of deflate is 32 KiB. The bytes between have one hash, so the first text is still in the table.
#[test]
fn repetition_within_window_is_compressed() {
    let text = "The quick brown fox jumps over 13 lazy dogs; 27 sphinxes of black quartz judge 84 vows.";
    let length = |distance: usize, last: &str| {
        let name = [text, &"a".repeat(distance - text.len()), last].concat();
        let permissions =
            Permissions::new().allow(Resource::Users, Access::Read, &[name.parse().unwrap()]).unwrap();
        let service = Service::rtm2(&"alice".parse().unwrap(), permissions, Ttl::HOUR.into());
        let (app_id, certificate) =
            (Project::public_test().app_id(), Project::public_test().certificate().clone());
        AccessToken2::new(app_id, UnixTime::from_secs(1), Ttl::HOUR, 1, service).build(&certificate).len()
    };
    for (distance, is_compressed) in
        [(1_000, true), (2_000, true), (32_768, true), (32_769, false), (50_000, false)]
    {
        let cost = length(distance, text) - length(distance, "");
        assert_eq!(cost < 30, is_compressed, "{distance}: {cost}");
    }
}

#[test]
fn services_of_same_type_keep_their_order() {
    let users = ["b", "a", "c"];
    let service = |user: &str| Service::rtm(&user.parse().unwrap(), PrivilegeTtl::UNTIL_TOKEN_ENDS);
    let app_id = Project::public_test().app_id();
    let first = AccessToken2::new(app_id, UnixTime::from_secs(1), Ttl::HOUR, 1, Service::stt());
    let token = users.iter().fold(first, |token, user| token.with(service(user)));
    let order: Vec<_> = token.services().iter().map(|service| service.payload().texts()).collect();
    let names: Vec<_> = order.iter().flatten().map(|(_, text)| text.as_str()).collect();
    assert_eq!(names, users);
    assert_eq!(token.services().last(), Some(&Service::stt()));
}
