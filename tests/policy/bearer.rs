//! What a JWT lets its bearer have: never more than the configuration.

use std::num::NonZeroU32;

use agora_token_server::auth::{Bearer, Caller, Grants, Identity};
use agora_token_server::issue::{Ask, Beside, Role, TokenRequest, TokenType};
use agora_token_server::policy::{Denied, Policy};
use agora_token_server::time::{Ttl, UnixTime};
use agora_token_server::token::{Access, PrivilegeTtl, Resource};

use crate::{NOW, every_kind, old_rtc, only, permitted, room_user, rtc, rtm, user};

/// A bearer who may take any identity.
fn free(grants: Option<Grants>) -> Bearer {
    Bearer { subject: Some("alice".to_owned()), identity: Identity::Free, expires_at: NOW.plus(600), grants }
}

fn bound(identity: &str) -> Bearer {
    Bearer { identity: Identity::Bound(identity.to_owned()), ..free(None) }
}

fn grant(policy: &Policy, bearer: &Bearer, ask: Ask) -> Result<(), Denied> {
    let request = TokenRequest { ask, ttl: Ttl::HOUR };
    policy.grant(&Caller::Bearer(bearer.clone()), request, NOW).map(drop)
}

#[track_caller]
fn granted(grants: Grants, ask: Ask) -> Result<(), Denied> {
    grant(&Policy::unrestricted(), &free(Some(grants)), ask)
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.into()).collect()
}

const APP_LEVEL: [TokenType; 3] = [TokenType::ChatApp, TokenType::ApaasApp, TokenType::Fpa];

#[test]
fn without_grants_everything_but_the_app_level_types() {
    for (ask, carried) in every_kind() {
        let expected = match carried[0] {
            app if APP_LEVEL.contains(&app) => Err(Denied::TokenType(app)),
            _ => Ok(()),
        };
        assert_eq!(grant(&Policy::unrestricted(), &free(None), ask.clone()), expected, "{ask:?}");
        assert_eq!(granted(Grants::default(), ask.clone()), expected, "{ask:?}");
    }
}

#[test]
fn token_types_must_name_each_type_that_a_token_carries() {
    for (ask, carried) in every_kind() {
        let named = |token_types| Grants { token_types: Some(token_types), ..Grants::default() };
        assert_eq!(granted(named(carried.clone()), ask.clone()), Ok(()), "{ask:?}");
        for missing in carried {
            let others = TokenType::ALL.into_iter().filter(|kind| *kind != missing).collect();
            assert_eq!(granted(named(others), ask.clone()), Err(Denied::TokenType(missing)), "{ask:?}");
        }
    }
}

#[test]
fn grants_never_widen_the_configuration() {
    let everything = Grants {
        channels: Some(texts(&["*"])),
        roles: Some(Role::ALL.to_vec()),
        max_expire_time: NonZeroU32::new(86_400),
        token_types: Some(TokenType::ALL.to_vec()),
        wildcards: Some(true),
    };
    let bearer = free(Some(everything));
    let closed = Policy { token_types: Vec::new(), ..Policy::unrestricted() };
    for (ask, carried) in every_kind() {
        assert_eq!(grant(&closed, &bearer, ask), Err(Denied::TokenType(carried[0])));
    }
    let rtc = |channel, uid| rtc(channel, uid, Beside::Nothing);
    assert_eq!(grant(&only(&["a"]), &bearer, rtc("b", "1")), Err(Denied::Channel { field: "channel" }));
    let named = Policy { wildcard_uid: false, wildcard_channel: false, ..Policy::unrestricted() };
    assert_eq!(grant(&named, &bearer, rtc("a", "0")), Err(Denied::Wildcard { field: "uid" }));
    assert_eq!(grant(&named, &bearer, rtc("*", "1")), Err(Denied::Wildcard { field: "channel" }));
    let short = Policy { max_ttl: Ttl::from_secs(60).unwrap(), ..Policy::unrestricted() };
    let denied = Denied::ExpireTime { asked: Ttl::HOUR, longest: 60 };
    assert_eq!(grant(&short, &bearer, rtc("a", "1")), Err(denied));
}

#[test]
fn channels_narrow_and_what_has_no_channel_must_be_named() {
    let channels = |list: &[&str]| Grants { channels: Some(texts(list)), ..Grants::default() };
    let denied = |field| Err(Denied::Channel { field });
    for channel in ["room-1", "lobby-2"] {
        assert_eq!(granted(channels(&["room-1", "lobby-*"]), rtc(channel, "1", Beside::Nothing)), Ok(()));
        assert_eq!(granted(channels(&["room-1", "lobby-*"]), old_rtc(channel, "1")), Ok(()));
    }
    for channel in ["room-2", "room-11", "lobby", "", "*", "room-*"] {
        let ask = rtc(channel, "1", Beside::Nothing);
        assert_eq!(granted(channels(&["room-1", "lobby-*"]), ask), denied("channel"), "{channel}");
        assert_eq!(granted(channels(&[]), rtc(channel, "1", Beside::Nothing)), denied("channel"));
    }
    for (ask, carried) in every_kind() {
        let none_of_a_channel = carried.iter().find(|kind| {
            use TokenType as T;
            !matches!(kind, T::Rtc | T::ConvoAi | T::Stt | T::ApaasRoomUser)
        });
        let expected = none_of_a_channel.map_or(Ok(()), |kind| Err(Denied::TokenType(*kind)));
        assert_eq!(granted(channels(&["*"]), ask.clone()), expected, "{ask:?}");
    }
    let named = Grants { token_types: Some(TokenType::ALL.to_vec()), ..channels(&["room-*"]) };
    assert_eq!(granted(named.clone(), rtm("alice")), Ok(()));
    assert_eq!(granted(named.clone(), room_user("other", "alice")), denied("roomUuid"));
    let ask = permitted(Resource::StreamChannels, Access::Write, "other");
    assert_eq!(granted(named, ask), denied("permissions.streamChannels"));
}

#[test]
fn roles_narrow_and_leave_no_numbered_role() {
    let roles = |roles: &[Role]| Grants { roles: Some(roles.to_vec()), ..Grants::default() };
    let publisher = || rtc("room", "1", Beside::Nothing);
    assert_eq!(granted(roles(&[Role::Publisher]), publisher()), Ok(()));
    for ask in [publisher(), rtc("room", "1", Beside::Stt(user("a"))), old_rtc("room", "1")] {
        let denied = Err(Denied::Role(Some(Role::Publisher)));
        assert_eq!(granted(roles(&[Role::Subscriber]), ask.clone()), denied);
        assert_eq!(granted(roles(&[]), ask), denied);
    }
    assert_eq!(granted(roles(&Role::ALL), room_user("room", "alice")), Err(Denied::Role(None)));
    assert_eq!(granted(roles(&[]), rtm("alice")), Ok(()), "Signaling has no roles");
}

#[test]
fn wildcards_can_be_taken_away() {
    let wildcards = |allowed| Grants { wildcards: Some(allowed), ..Grants::default() };
    for (ask, field) in [
        (rtc("room", "0", Beside::Nothing), "uid"),
        (rtc("room", "a*", Beside::Nothing), "uid"),
        (rtc("room", "1", Beside::Rtm(user("*"))), "rtm.userId"),
        (rtc("", "1", Beside::Nothing), "channel"),
        (old_rtc("room", "0"), "uid"),
        (room_user("r*", "alice"), "roomUuid"),
        (permitted(Resource::Users, Access::Read, "*"), "permissions.users"),
    ] {
        assert_eq!(granted(wildcards(true), ask.clone()), Ok(()), "{ask:?}");
        assert_eq!(granted(wildcards(false), ask.clone()), Err(Denied::Wildcard { field }), "{ask:?}");
    }
}

#[test]
fn a_lifetime_has_the_shortest_ceiling() {
    let ceiling = |policy: &Policy, max_expire_time, expires_at| {
        let grants = Some(Grants { max_expire_time, ..Grants::default() });
        policy.ceiling(&Caller::Bearer(Bearer { expires_at, ..free(grants) }), NOW)
    };
    let later = NOW.plus(600);
    let policy = Policy { max_ttl: Ttl::HOUR, ..Policy::unrestricted() };
    assert_eq!(ceiling(&policy, None, later), 3600);
    assert_eq!(ceiling(&policy, NonZeroU32::new(60), later), 60);
    assert_eq!(ceiling(&policy, NonZeroU32::new(u32::MAX), later), 3600);
    let policy = Policy { expire_with_jwt: true, ..policy };
    assert_eq!(ceiling(&policy, None, later), 600);
    assert_eq!(ceiling(&policy, NonZeroU32::new(60), later), 60);
    // Within the clock skew it may have ended.
    for ended in [NOW, UnixTime::from_secs(NOW.as_secs() - 30)] {
        assert_eq!(ceiling(&policy, None, ended), 0);
    }
    let bearer = Bearer { expires_at: NOW, ..free(None) };
    let denied = Denied::ExpireTime { asked: Ttl::HOUR, longest: 0 };
    assert_eq!(grant(&policy, &bearer, rtm("alice")), Err(denied));
}

#[test]
fn every_identity_of_a_request_is_the_bearers() {
    let everything = Grants { token_types: Some(TokenType::ALL.to_vec()), ..Grants::default() };
    let bearer = |identity| Bearer { grants: Some(everything.clone()), ..bound(identity) };
    let ask_as = |id: &str| {
        let user = || user(id);
        [
            (rtc("room", id, Beside::Nothing), "uid"),
            (rtc("room", id, Beside::Rtm(user())), "uid"),
            (rtc("room", "alice", Beside::Rtm(user())), "rtm.userId"),
            (rtc("room", "alice", Beside::ConvoAi(user())), "rtm.userId"),
            (rtc("room", "alice", Beside::Stt(user())), "rtm.userId"),
            (old_rtc("room", id), "uid"),
            (rtm(id), "uid"),
            (Ask::OldRtm { user_id: user() }, "uid"),
            (Ask::ChatUser { user_id: user() }, "uid"),
            (Ask::ApaasUser { user_uuid: user() }, "userUuid"),
            (room_user("room", id), "userUuid"),
        ]
    };
    for (ask, _) in ask_as("alice") {
        assert_eq!(grant(&Policy::unrestricted(), &bearer("alice"), ask.clone()), Ok(()), "{ask:?}");
    }
    for other in ["bob", "Alice", "alice ", "alic", "0", "*", "a*", "1"] {
        for (ask, field) in ask_as(other) {
            let denied = Err(Denied::Uid { field });
            assert_eq!(grant(&Policy::unrestricted(), &bearer("alice"), ask.clone()), denied, "{ask:?}");
        }
    }
    // The uid 42 and the account "42" are the same user; "042" is another.
    assert_eq!(grant(&Policy::unrestricted(), &bound("42"), rtc("room", "42", Beside::Nothing)), Ok(()));
    let denied = Err(Denied::Uid { field: "uid" });
    assert_eq!(grant(&Policy::unrestricted(), &bound("42"), rtc("room", "042", Beside::Nothing)), denied);
    assert_eq!(grant(&Policy::unrestricted(), &bound("042"), rtc("room", "42", Beside::Nothing)), denied);
    for app in [Ask::ChatApp, Ask::ApaasApp, Ask::Fpa { login: PrivilegeTtl::UNTIL_TOKEN_ENDS }] {
        assert_eq!(grant(&Policy::unrestricted(), &bearer("alice"), app), Ok(()));
    }
}

#[test]
fn a_pattern_with_the_subject_in_it() {
    let policy = only(&["lobby", "user-{sub}", "user-{sub}-*"]);
    let ask = |subject: Option<&str>, channel: &str| {
        let bearer = Bearer { subject: subject.map(str::to_owned), ..free(None) };
        grant(&policy, &bearer, rtc(channel, "1", Beside::Nothing))
    };
    let denied = Err(Denied::Channel { field: "channel" });
    for channel in ["lobby", "user-alice", "user-alice-", "user-alice-1"] {
        assert_eq!(ask(Some("alice"), channel), Ok(()), "{channel}");
    }
    for channel in ["user-bob", "user-alicea", "user-", "user--1", "user-{sub}", "user-{sub}-1"] {
        assert_eq!(ask(Some("alice"), channel), denied, "{channel}");
    }
    for subject in [None, Some(""), Some("*"), Some("a*"), Some("alice*")] {
        for channel in ["user-", "user--1", "user-alice", "user-*", "user-*-1", "user-a*", "user-{sub}"] {
            assert_eq!(ask(subject, channel), denied, "{subject:?} {channel}");
        }
        assert_eq!(ask(subject, "lobby"), Ok(()));
    }
    // The subject is put in once, and as it is.
    assert_eq!(ask(Some("{sub}"), "user-{sub}"), Ok(()));
    // Nobody without a JWT has a subject.
    for caller in [Caller::Anyone, Caller::Key { name: "alice".to_owned() }] {
        let request = TokenRequest { ask: rtc("user-alice", "1", Beside::Nothing), ttl: Ttl::HOUR };
        assert_eq!(policy.grant(&caller, request, NOW).map(drop), denied);
    }
}
