//! Findings about the names in a token.

use super::{packed, project, token};
use agora_token_server::inspect::{Client, Inspection, Use};
use agora_token_server::time::{Ttl, UnixTime};
use agora_token_server::token::{AccessToken2, PrivilegeTtl, RtcPrivileges, Service};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_600);

fn inspected(token: &str, client: Client<'_>) -> Inspection {
    Inspection::new(token, &project(), NOW, client).unwrap()
}

/// The detail of the finding with this code, if there is one.
fn said(inspection: &Inspection, code: &str) -> Option<String> {
    let finding = inspection.findings.iter().find(|finding| finding.code() == code)?;
    Some(finding.kind.explain().what.into_owned())
}

fn rtc(channel: &str, uid: &str) -> Service {
    let join = RtcPrivileges::subscriber(PrivilegeTtl::UNTIL_TOKEN_ENDS);
    Service::rtc(&channel.parse().unwrap(), &uid.parse().unwrap(), join)
}

#[test]
fn uid_that_looks_like_number_is_explained() {
    let (negative, zeros) = (Some("is negative"), Some("has leading zeros"));
    let (large, fraction) = (Some("is more than 4294967295"), Some("is not a whole number"));
    for (uid, what) in [
        ("42", None),
        ("-1", negative),
        ("-0", negative),
        ("007", zeros),
        ("+07", zeros),
        ("4294967296", large),
        ("1.5", fraction),
        ("1.", fraction),
        ("1e3", fraction),
        ("1.5e-3", fraction),
        ("1E+3", fraction),
        // Accounts that do not look like numbers.
        ("+0", None),
        ("+7", None),
        ("-", None),
        ("0x1f", None),
        (".5", None),
        ("1.x", None),
        ("x.1", None),
        ("1e", None),
        ("e3", None),
        ("1e3x", None),
        ("alice", None),
    ] {
        let said = said(&inspected(&token(rtc("room-1", uid)), Client::default()), "odd_uid");
        let expected = what.map(|what| {
            format!("the uid \"{uid}\" {what}, so it is a user account, which a client that joins with an integer cannot use")
        });
        assert_eq!(said, expected, "{uid}");
    }
}

/// An RTM user ID has the characters of an account. For a Chat user ID, Agora documents only the length.
#[test]
fn user_id_has_at_most_64_bytes() {
    for (number, name) in [(2, "rtm"), (5, "chat"), (8, "rtm2")] {
        for (length, said_of) in [(63, None), (64, None), (65, Some("65")), (66, Some("66"))] {
            let user = "a".repeat(length);
            let mut service = packed::with_privileges(number, 1, &[&user]);
            service.extend(if number == 8 { &[0, 0][..] } else { &[] });
            let inspection = inspected(&packed::token(&[service]), Client::default());
            let expected = said_of.map(|bytes| {
                format!(
                    "the userId of the {name} service is not allowed: expected at most 64 bytes, got {bytes}"
                )
            });
            assert_eq!(said(&inspection, "name_not_allowed"), expected, "{name} {length}");
        }
    }
    let umlaut = |service: Service| said(&inspected(&token(service), Client::default()), "name_not_allowed");
    assert!(umlaut(Service::rtm(&"jürgen".parse().unwrap(), Ttl::HOUR.into())).is_some());
    assert_eq!(umlaut(Service::chat_user(&"jürgen".parse().unwrap(), Ttl::HOUR.into())), None);
}

#[test]
fn difference_in_spaces_is_named() {
    let differs = |channel| {
        said(&inspected(&token(rtc(channel, "42")), Client::new(Some("room-1"), None)), "channel_differs")
    };
    let text = |channel, how| {
        Some(format!("the token is for the channel \"{channel}\", but the client uses \"room-1\"{how}"))
    };
    assert_eq!(differs("room-1"), None);
    assert_eq!(differs("room-1 "), text("room-1 ", ", which differs in spaces"));
    assert_eq!(differs("ROOM-1"), text("ROOM-1", ", which differs in upper and lower case"));
    assert_eq!(differs("room-2"), text("room-2", ""));
}

/// The names are swapped even if the channel is a wildcard that matches the client's.
#[test]
fn swapped_names_are_found_beside_wildcard() {
    let token = token(rtc("room-*", "room-1"));
    let inspection = inspected(&token, Client::new(Some("room-1"), Some("room-*")));
    let swapped = "channel and uid are swapped: the token is for channel \"room-*\" and uid \"room-1\"";
    assert_eq!(said(&inspection, "names_swapped").as_deref(), Some(swapped));
}

/// For RTC, uid 7; for RTM and Chat, alice.
fn token_of_three_services() -> String {
    let project = project();
    let issued_at = UnixTime::from_secs(1_700_000_000);
    AccessToken2::new(project.app_id(), issued_at, Ttl::HOUR, 1, rtc("room-1", "7"))
        .with(Service::rtm(&"alice".parse().unwrap(), Ttl::HOUR.into()))
        .with(Service::chat_user(&"alice".parse().unwrap(), Ttl::HOUR.into()))
        .build(project.certificate())
}

#[test]
fn token_is_usable_for_services_that_name_client() {
    let token = token_of_three_services();
    for (client, uses) in [
        (Client::default(), &[Use::Rtc, Use::Rtm, Use::Chat][..]),
        (Client::new(None, Some("7")), &[Use::Rtc]),
        (Client::new(None, Some("alice")), &[Use::Rtm, Use::Chat]),
        (Client::new(None, Some("bob")), &[]),
        (Client::new(Some("room-1"), Some("7")), &[Use::Rtc]),
        (Client::new(Some("room-2"), Some("7")), &[]),
        (Client::new(None, Some("alice")).with_use(Some(Use::Chat)), &[Use::Chat]),
        (Client::new(None, Some("bob")).with_use(Some(Use::Chat)), &[]),
        (Client::new(None, Some("alice")).with_use(Some(Use::Fpa)), &[]),
    ] {
        assert_eq!(inspected(&token, client).usable_for, uses, "{client:?}");
    }
}

#[test]
fn missing_service_is_requested_by_its_name() {
    let token = token(Service::rtm(&"alice".parse().unwrap(), Ttl::HOUR.into()));
    for purpose in Use::ALL {
        let client = Client::new(None, Some("alice")).with_use(Some(purpose));
        let inspection = inspected(&token, client);
        let finding = inspection.findings.first().map(|finding| finding.kind.explain().fix);
        let names = match purpose {
            Use::Rtm => continue,
            Use::Streaming => "the Streaming service",
            Use::Fcdn => "the FCDN service",
            Use::Apaas => "apaas-room-user or apaas-user",
            _ => purpose.name(),
        };
        let fix = finding.unwrap_or_default();
        assert!(fix.contains(names), "{purpose}: {fix}");
    }
}

/// The SDK of another service reports no error.
#[test]
fn sdk_error_is_that_of_service_of_finding() {
    let token = token_of_three_services();
    let errors = |token: &str, client, code| {
        let inspection = inspected(token, client);
        let of = |finding| inspection.sdk_error(finding);
        let of_code = inspection.findings.iter().filter(|finding| finding.code() == code);
        of_code
            .map(of)
            .map(|error| (error.rtc, error.web, error.rtm, error.rtm1, error.chat))
            .collect::<Vec<_>>()
    };
    let bob = Client::new(None, Some("bob"));
    let by_rtc = (Some(110), Some("invalid token, authorized failed"), None, None, None);
    let by_signaling = (None, None, Some(-10005), Some(5), None);
    assert_eq!(errors(&token, bob, "uid_kind_differs"), [by_rtc]);
    assert_eq!(errors(&token, bob, "user_differs"), [by_signaling, (None, None, None, None, Some(104))]);

    // A fault of the RTM service, although the client uses RTC.
    let vector = |id: &str| super::vector(id)["token"].as_str().unwrap().to_owned();
    let wants_rtc = Client::new(Some("room-1"), Some("alice"));
    assert_eq!(errors(&vector("006-rtm-uid-slot"), wants_rtc, "rtm_wrong_slot"), [by_signaling]);

    // A fault in one service is reported by its SDK alone.
    for (id, code, expected) in [
        ("no-join-privilege", "privilege_missing", by_rtc),
        ("uid-undefined", "name_is_placeholder", by_rtc),
        (
            "006-seconds-from-now",
            "privilege_is_seconds",
            (Some(109), Some("dynamic key expired"), None, None, None),
        ),
        ("rtm-no-user", "no_user", by_signaling),
        ("chat-app-with-user", "chat_app_token", (None, None, None, None, Some(104))),
    ] {
        assert_eq!(errors(&vector(id), Client::default(), code), [expected], "{id}");
    }

    // A channel and a user that Agora rejects have separate errors.
    let channel = (Some(102), Some("invalid channel name"), None, None, None);
    assert_eq!(errors(&vector("channel-slash"), Client::default(), "name_not_allowed"), [channel]);
    let user = (Some(134), None, None, None, None);
    assert_eq!(errors(&vector("account-not-allowed"), Client::default(), "name_not_allowed"), [user]);
    let user = (None, None, Some(-10006), Some(3), None);
    assert_eq!(errors(&vector("rtm-user-not-allowed"), Client::default(), "name_not_allowed"), [user]);

    // Faults of the whole token have the errors of each of its services.
    let missing = (Some(110), Some("dynamic use static key"), Some(-10005), Some(5), Some(104));
    assert_eq!(errors("", Client::default(), "empty"), [missing]);
    let (issued_at, day) = (UnixTime::from_secs(1_600_000_000), Ttl::MAX);
    let foreign = AccessToken2::new("ab".repeat(16).parse().unwrap(), issued_at, day, 1, rtc("room-1", "7"))
        .with(Service::rtm(&"alice".parse().unwrap(), Ttl::HOUR.into()))
        .build(project().certificate());
    let app_id = (Some(110), Some("invalid token, authorized failed"), Some(-10016), Some(5), None);
    assert_eq!(errors(&foreign, Client::default(), "other_app_id"), [app_id]);
    let expired = (Some(109), Some("dynamic key expired"), Some(-10009), Some(6), None);
    assert_eq!(errors(&foreign, Client::default(), "expired"), [expired]);
}
