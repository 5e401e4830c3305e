//! Accessors and text forms of the types in `token` that no vector covers.

use agora_token_server::time::{Ttl, UnixTime};
use agora_token_server::token::{
    Access, AccessToken, AccessToken2, Account, AppId, ChannelName, Field, InvalidSignature, ParseError,
    Payload, Permissions, PrivilegeTtl, Project, Resource, RtcPrivileges, Service, Text, Uid, UnknownName,
    UnverifiedAccessToken, UnverifiedAccessToken2, UserId,
};

use crate::common::payload;
use crate::common::server::{APP_ID, CERTIFICATE, NOW};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

fn ends() -> RtcPrivileges<PrivilegeTtl> {
    let end = |seconds| PrivilegeTtl::from_secs(seconds).unwrap();
    RtcPrivileges::subscriber(end(1))
        .with_publish_audio_stream(Some(end(2)))
        .with_publish_video_stream(Some(end(3)))
        .with_publish_data_stream(Some(end(4)))
}

/// A token of each format, as text.
fn tokens() -> (UnverifiedAccessToken, UnverifiedAccessToken2) {
    let project = Project::new(APP_ID.parse().unwrap(), CERTIFICATE.parse().unwrap());
    let (channel, uid) = ("room-1".parse().unwrap(), Uid::from(42));
    let end = UnixTime::from_secs(NOW + 60);
    let v006 = AccessToken::rtc(project.app_id(), 7, end, &channel, &uid, ends().map(|_| end));
    let ttl = Ttl::from_secs(60).unwrap();
    let v007 = AccessToken2::new(
        project.app_id(),
        UnixTime::from_secs(NOW),
        ttl,
        7,
        Service::rtc(&channel, &uid, ends()),
    );
    let v006 = v006.build(project.certificate()).parse().unwrap();
    (v006, v007.build(project.certificate()).parse().unwrap())
}

#[test]
fn name_shows_its_text() {
    let channel: ChannelName = "room-1".parse().unwrap();
    let account: Account = "alice".parse().unwrap();
    let user: UserId = "bob".parse().unwrap();
    let app_id: AppId = APP_ID.parse().unwrap();
    let text: Text = "any\ntext".parse().unwrap();
    for (reference, displayed, text) in [
        (channel.as_ref(), channel.to_string(), "room-1"),
        (account.as_ref(), account.to_string(), "alice"),
        (user.as_ref(), user.to_string(), "bob"),
        (app_id.as_ref(), app_id.to_string(), APP_ID),
        (text.as_ref(), text.to_string(), "any\ntext"),
    ] {
        assert_eq!((reference, displayed.as_str()), (text, text));
    }
    assert!("a*".parse::<UserId>().unwrap().is_wildcard() && !user.is_wildcard());
    assert_eq!(format!("{text:?}"), r#""any\ntext""#);
    assert_eq!(Field::Channel.to_string(), "channel");
    assert_eq!(InvalidSignature.to_string(), "the signature does not match");
    for (error, text) in [
        (ParseError::Version, "expected the version at the start"),
        (ParseError::CutOff, "expected more bytes, got the end of the token"),
        (ParseError::NotUtf8, "expected text in UTF-8"),
    ] {
        assert_eq!(error.to_string(), text);
    }
}

#[test]
fn permission_parses_by_its_name() {
    for resource in Resource::ALL {
        assert_eq!(resource.to_string().parse(), Ok(resource));
    }
    for access in Access::ALL {
        assert_eq!(access.to_string().parse(), Ok(access));
    }
    assert_eq!("execute".parse::<Access>(), Err(UnknownName));
    assert_eq!("Users".parse::<Resource>().unwrap_err().to_string(), "unknown name");
}

#[test]
fn privilege_has_the_end_it_was_given() {
    let ends = ends();
    assert_eq!(ends.join_channel().as_secs(), 1);
    let others = [ends.publish_audio_stream(), ends.publish_video_stream(), ends.publish_data_stream()];
    assert_eq!(others.map(|end| end.map(PrivilegeTtl::as_secs)), [Some(2), Some(3), Some(4)]);
}

#[test]
fn unverified_token_shows_contents_without_signature() {
    let (v006, v007) = tokens();
    assert_eq!(v007.salt(), 7);
    let (v006_text, v007_text) = (format!("{v006:?}"), format!("{v007:?}"));
    assert!(v006_text.starts_with("UnverifiedAccessToken { message: "), "{v006_text}");
    assert!(v007_text.starts_with("UnverifiedAccessToken2 { token: AccessToken2 {"), "{v007_text}");
    for text in [v006_text, v007_text] {
        assert!(text.contains("1763770060") || text.contains("salt: 7"), "{text}");
        assert!(!text.contains("signature"), "{text}");
    }
}

#[test]
fn bytes_behind_compressed_token_are_rejected() {
    let mut compressed = miniz_oxide::deflate::compress_to_vec_zlib(&payload(&[]), 6);
    compressed.extend([0, 0, 0]);
    let text = format!("007{}", STANDARD.encode(compressed));
    assert_eq!(text.parse::<UnverifiedAccessToken2>().unwrap_err(), ParseError::TrailingBytes(3));
}

#[test]
fn checksum_of_006_must_match_though_unsigned() {
    let project = Project::new(APP_ID.parse().unwrap(), CERTIFICATE.parse().unwrap());
    let end = UnixTime::from_secs(NOW + 60);
    let channel = "room-1".parse().unwrap();
    let token = AccessToken::rtc(project.app_id(), 7, end, &channel, &Uid::from(42), ends().map(|_| end));
    let token = token.build(project.certificate());
    let (head, packed) = token.split_at(3 + 32);
    let packed = STANDARD.decode(packed).unwrap();
    // Two bytes of length and 32 of signature, then the checksums of channel and uid.
    for (changed, is_good) in [(None, true), (Some(34), false), (Some(38), false)] {
        let mut packed = packed.clone();
        if let Some(at) = changed {
            packed[at] ^= 1;
        }
        let text = format!("{head}{}", STANDARD.encode(packed));
        let token: UnverifiedAccessToken = text.parse().unwrap();
        assert_eq!(token.verify(project.certificate(), "room-1", "42").is_ok(), is_good, "{changed:?}");
        assert_eq!(token.matches_channel("room-1"), changed != Some(34));
        assert_eq!(token.matches_uid("42"), changed != Some(38));
    }
}

#[test]
fn permissions_have_at_most_60_kib() {
    // Four counts of two bytes, and the numbers of a resource and an access.
    const FRAME: usize = 10;
    let of_names = |names: &[Text]| Permissions::new().allow(Resource::Users, Access::Read, names);
    let one = |length: usize| -> Text { "x".repeat(length).parse().unwrap() };
    let most = Permissions::MAX_BYTES - FRAME - 2;
    assert!(of_names(&[one(most)]).is_ok());
    let too_many = "more than 61440 bytes of names";
    assert_eq!(of_names(&[one(most + 1)]).unwrap_err().to_string(), too_many);
    let empty: Vec<Text> = vec!["".parse().unwrap(); 70_000];
    // More than the count field can hold.
    assert_eq!(of_names(&empty).unwrap_err().to_string(), too_many);
}

#[test]
fn stream_privileges_are_numbered_in_order() {
    let end = |seconds| Some(PrivilegeTtl::from_secs(seconds).unwrap());
    let (channel, user) = (ChannelName::any(), Uid::Any);
    let numbered = |service: &Service| -> Vec<(u16, u32)> {
        service.privileges().iter().map(|(number, end)| (*number, end.as_secs())).collect()
    };
    for of in [Service::streaming, Service::fcdn] {
        assert_eq!(numbered(&of(&channel, &user, end(1), end(2))), [(1, 1), (2, 2)]);
        assert_eq!(numbered(&of(&channel, &user, None, end(2))), [(2, 2)]);
        assert_eq!(numbered(&of(&channel, &user, None, None)), []);
    }
    let of_class = Service::new(Payload::Fpa, &[(1, PrivilegeTtl::UNTIL_TOKEN_ENDS)]);
    assert_eq!(of_class, Service::fpa(PrivilegeTtl::UNTIL_TOKEN_ENDS));
}
