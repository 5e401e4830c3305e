//! The effect of a JWT's grants: they never allow more than the configuration.

use std::num::NonZeroU32;

use agora_token_server::auth::{AppLevel, Caller, Grants, Identity};
use agora_token_server::policy::{Denied, Policy};
use agora_token_server::request::{Role, RtmUserId, TokenKind, TokenRequest, TokenSpec};
use agora_token_server::time::{Ttl, UnixTime};
use agora_token_server::token::{Access, PrivilegeTtl, Resource};

use super::{
    NOW, convo_ai, every_kind, only, permitted, room_user, rtc, rtc_006, rtc_and_chat, rtc_and_rtm, rtm,
    rtm_006, stt,
};

/// A bearer that may use any identity.
fn free(grants: Option<Grants>) -> Caller {
    Caller {
        name: Some("jwt:alice".to_owned()),
        issuer: None,
        subject: Some("alice".to_owned()),
        identity: Identity::Free,
        grants,
        expires_at: Some(NOW.plus(600)),
        app_level: AppLevel::Granted,
    }
}

fn bound(identity: &str) -> Caller {
    Caller { identity: Identity::Bound(identity.to_owned()), ..free(None) }
}

fn grant(policy: &Policy, bearer: &Caller, spec: TokenSpec) -> Result<(), Denied> {
    let request = TokenRequest { spec, ttl: Ttl::HOUR };
    policy.grant(bearer, request, NOW).map(drop)
}

#[track_caller]
fn granted(grants: Grants, spec: TokenSpec) -> Result<(), Denied> {
    grant(&Policy::unrestricted(), &free(Some(grants)), spec)
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.into()).collect()
}

const APP_LEVEL: [TokenKind; 3] = [TokenKind::ChatApp, TokenKind::ApaasApp, TokenKind::Fpa];

#[test]
fn caller_without_grants_is_denied_app_level() {
    for (spec, carried) in every_kind() {
        let expected = match carried[0] {
            app if APP_LEVEL.contains(&app) => Err(Denied::TokenType(app)),
            _ => Ok(()),
        };
        assert_eq!(grant(&Policy::unrestricted(), &free(None), spec.clone()), expected, "{spec:?}");
        assert_eq!(granted(Grants::default(), spec.clone()), expected, "{spec:?}");
    }
}

#[test]
fn grants_must_name_every_kind_token_carries() {
    for (spec, carried) in every_kind() {
        let named = |token_types| Grants { token_types: Some(token_types), ..Grants::default() };
        assert_eq!(granted(named(carried.clone()), spec.clone()), Ok(()), "{spec:?}");
        for missing in carried {
            let others = TokenKind::ALL.into_iter().filter(|kind| *kind != missing).collect();
            assert_eq!(granted(named(others), spec.clone()), Err(Denied::TokenType(missing)), "{spec:?}");
        }
    }
}

#[test]
fn grants_never_widen_policy() {
    let everything = Grants {
        channels: Some(texts(&["*"])),
        roles: Some(Role::ALL.to_vec()),
        max_expire_time: NonZeroU32::new(86_400),
        token_types: Some(TokenKind::ALL.to_vec()),
        wildcards: Some(true),
    };
    let bearer = free(Some(everything));
    let closed = Policy { token_types: Some(Vec::new()), ..Policy::unrestricted() };
    for (spec, carried) in every_kind() {
        assert_eq!(grant(&closed, &bearer, spec), Err(Denied::TokenType(carried[0])));
    }
    assert_eq!(grant(&only(&["a"]), &bearer, rtc("b", "1")), Err(Denied::Channel { field: "channel" }));
    let named = Policy { wildcard_uid: false, wildcard_channel: false, ..Policy::unrestricted() };
    assert_eq!(grant(&named, &bearer, rtc("a", "0")), Err(Denied::Wildcard { field: "uid" }));
    assert_eq!(grant(&named, &bearer, rtc("*", "1")), Err(Denied::Wildcard { field: "channel" }));
    let short = Policy { max_ttl: Ttl::from_secs(60).unwrap(), ..Policy::unrestricted() };
    let denied = Denied::ExpireTime { requested: Ttl::HOUR, max: 60 };
    assert_eq!(grant(&short, &bearer, rtc("a", "1")), Err(denied));
}

#[test]
fn granted_channels_deny_kinds_without_channel() {
    let channels = |list: &[&str]| Grants { channels: Some(texts(list)), ..Grants::default() };
    let denied = |field| Err(Denied::Channel { field });
    for channel in ["room-1", "lobby-2"] {
        assert_eq!(granted(channels(&["room-1", "lobby-*"]), rtc(channel, "1")), Ok(()));
        assert_eq!(granted(channels(&["room-1", "lobby-*"]), rtc_006(channel, "1")), Ok(()));
    }
    for channel in ["room-2", "room-11", "lobby", "", "*", "room-*"] {
        let spec = rtc(channel, "1");
        assert_eq!(granted(channels(&["room-1", "lobby-*"]), spec), denied("channel"), "{channel}");
        assert_eq!(granted(channels(&[]), rtc(channel, "1")), denied("channel"));
    }
    for (spec, carried) in every_kind() {
        let none_of_a_channel = carried.iter().find(|kind| {
            use TokenKind as T;
            !matches!(kind, T::Rtc | T::ConvoAi | T::Stt | T::ApaasRoomUser)
        });
        let expected = none_of_a_channel.map_or(Ok(()), |kind| Err(Denied::TokenType(*kind)));
        assert_eq!(granted(channels(&["*"]), spec.clone()), expected, "{spec:?}");
    }
    let named = Grants { token_types: Some(TokenKind::ALL.to_vec()), ..channels(&["room-*"]) };
    assert_eq!(granted(named.clone(), rtm("alice")), Ok(()));
    assert_eq!(granted(named.clone(), room_user("other", "alice")), denied("roomUuid"));
    let spec = permitted(Resource::StreamChannels, Access::Write, "other");
    assert_eq!(granted(named, spec), denied("permissions.streamChannels"));
}

#[test]
fn granted_roles_deny_numbered_roles() {
    let roles = |roles: &[Role]| Grants { roles: Some(roles.to_vec()), ..Grants::default() };
    let publisher = || rtc("room", "1");
    assert_eq!(granted(roles(&[Role::Publisher]), publisher()), Ok(()));
    for spec in [publisher(), stt("room", "1", "a"), rtc_006("room", "1")] {
        let denied = Err(Denied::Role(Some(Role::Publisher)));
        assert_eq!(granted(roles(&[Role::Subscriber]), spec.clone()), denied);
        assert_eq!(granted(roles(&[]), spec), denied);
    }
    assert_eq!(granted(roles(&Role::ALL), room_user("room", "alice")), Err(Denied::Role(None)));
    assert_eq!(granted(roles(&[]), rtm("alice")), Ok(()), "Signaling has no roles");
}

#[test]
fn grants_can_deny_wildcards() {
    let wildcards = |allowed| Grants { wildcards: Some(allowed), ..Grants::default() };
    for (spec, field) in [
        (rtc("room", "0"), "uid"),
        (rtc("room", "a*"), "uid"),
        (rtc("", "1"), "channel"),
        (rtc_006("room", "0"), "uid"),
        (room_user("r*", "alice"), "roomUuid"),
        (permitted(Resource::Users, Access::Read, "*"), "permissions.users"),
    ] {
        assert_eq!(granted(wildcards(true), spec.clone()), Ok(()), "{spec:?}");
        assert_eq!(granted(wildcards(false), spec.clone()), Err(Denied::Wildcard { field }), "{spec:?}");
    }
}

#[test]
fn lifetime_above_shortest_max_is_denied() {
    let ceiling = |policy: &Policy, max_expire_time, expires_at| {
        let grants = Some(Grants { max_expire_time, ..Grants::default() });
        policy.ceiling(&Caller { expires_at: Some(expires_at), ..free(grants) }, NOW)
    };
    let later = NOW.plus(600);
    let policy = Policy { max_ttl: Ttl::HOUR, ..Policy::unrestricted() };
    assert_eq!(ceiling(&policy, None, later), 3600);
    assert_eq!(ceiling(&policy, NonZeroU32::new(60), later), 60);
    assert_eq!(ceiling(&policy, NonZeroU32::new(u32::MAX), later), 3600);
    let policy = Policy { expire_with_jwt: true, ..policy };
    assert_eq!(ceiling(&policy, None, later), 600);
    assert_eq!(ceiling(&policy, NonZeroU32::new(60), later), 60);
    // It may have expired within the clock skew.
    for expired in [NOW, UnixTime::from_secs(NOW.as_secs() - 30)] {
        assert_eq!(ceiling(&policy, None, expired), 0);
    }
    let bearer = Caller { expires_at: Some(NOW), ..free(None) };
    let denied = Denied::ExpireTime { requested: Ttl::HOUR, max: 0 };
    assert_eq!(grant(&policy, &bearer, rtm("alice")), Err(denied));
}

#[test]
fn identity_other_than_callers_is_denied() {
    let everything = Grants { token_types: Some(TokenKind::ALL.to_vec()), ..Grants::default() };
    let bearer = |identity| Caller { grants: Some(everything.clone()), ..bound(identity) };
    let ask_as = |id: &str| {
        let mut specs = vec![(rtc("room", id), "uid")];
        // RTM and Chat have no wildcards, 006 has only one; Chat has no space.
        if let Ok(user_uuid) = id.parse::<RtmUserId>() {
            specs.extend([
                (rtc_and_rtm("room", id, id), "uid"),
                (rtc_and_rtm("room", "alice", id), "rtm.userId"),
                (convo_ai("room", "alice", id), "rtm.userId"),
                (stt("room", "alice", id), "rtm.userId"),
                (rtm(id), "uid"),
                (rtm_006(id), "uid"),
                (rtc_006("room", id), "uid"),
                (TokenSpec::ApaasUser { user_uuid }, "userUuid"),
                (room_user("room", id), "userUuid"),
            ]);
        }
        if let Ok(user_id) = id.parse() {
            specs.push((TokenSpec::ChatUser { user_id }, "uid"));
            specs.push((rtc_and_chat("room", "alice", id), "chat.userId"));
        }
        specs
    };
    for (spec, _) in ask_as("alice") {
        assert_eq!(grant(&Policy::unrestricted(), &bearer("alice"), spec.clone()), Ok(()), "{spec:?}");
    }
    for other in ["bob", "Alice", "alice ", "alic", "0", "*", "a*", "1"] {
        for (spec, field) in ask_as(other) {
            let denied = Err(Denied::Uid { field });
            assert_eq!(grant(&Policy::unrestricted(), &bearer("alice"), spec.clone()), denied, "{spec:?}");
        }
    }
    // The uid 42 and the account "42" are the same user; "042" is another.
    assert_eq!(grant(&Policy::unrestricted(), &bound("42"), rtc("room", "42")), Ok(()));
    let denied = Err(Denied::Uid { field: "uid" });
    assert_eq!(grant(&Policy::unrestricted(), &bound("42"), rtc("room", "042")), denied);
    assert_eq!(grant(&Policy::unrestricted(), &bound("042"), rtc("room", "42")), denied);
    let derived = Identity::Derived { uid: NonZeroU32::new(42).unwrap(), text: None };
    let derived = Caller { identity: derived, ..free(None) };
    assert_eq!(grant(&Policy::unrestricted(), &derived, rtc("room", "42")), Ok(()));
    let missing = Err(Denied::UidMissing { field: "uid" });
    assert_eq!(grant(&Policy::unrestricted(), &derived, rtc("room", "0")), missing);
    for app in
        [TokenSpec::ChatApp, TokenSpec::ApaasApp, TokenSpec::Fpa { login: PrivilegeTtl::UNTIL_TOKEN_ENDS }]
    {
        assert_eq!(grant(&Policy::unrestricted(), &bearer("alice"), app), Ok(()));
    }
}

#[test]
fn pattern_with_subject_matches_caller_only() {
    let policy = only(&["lobby", "user-{sub}", "user-{sub}-*"]);
    let send = |subject: Option<&str>, channel: &str| {
        let bearer = Caller { subject: subject.map(str::to_owned), ..free(None) };
        grant(&policy, &bearer, rtc(channel, "1"))
    };
    let denied = Err(Denied::Channel { field: "channel" });
    for channel in ["lobby", "user-alice", "user-alice-", "user-alice-1"] {
        assert_eq!(send(Some("alice"), channel), Ok(()), "{channel}");
    }
    for channel in ["user-bob", "user-alicea", "user-", "user--1", "user-{sub}", "user-{sub}-1"] {
        assert_eq!(send(Some("alice"), channel), denied, "{channel}");
    }
    for subject in [None, Some(""), Some("*"), Some("a*"), Some("alice*")] {
        for channel in ["user-", "user--1", "user-alice", "user-*", "user-*-1", "user-a*", "user-{sub}"] {
            assert_eq!(send(subject, channel), denied, "{subject:?} {channel}");
        }
        assert_eq!(send(subject, "lobby"), Ok(()));
    }
    // The subject is inserted once, unchanged.
    assert_eq!(send(Some("{sub}"), "user-{sub}"), Ok(()));
    // Without a JWT there is no subject.
    for caller in [Caller::open(), Caller::api_key("alice")] {
        let request = TokenRequest { spec: rtc("user-alice", "1"), ttl: Ttl::HOUR };
        assert_eq!(policy.grant(&caller, request, NOW).map(drop), denied);
    }
}
