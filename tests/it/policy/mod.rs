//! The rule that refuses each request.

mod bearer;

use agora_token_server::auth::Caller;
use agora_token_server::policy::{ChannelPattern, Denied, Policy, Rule};
use agora_token_server::request::{
    ChatUserId, Companions, Format, Not006, Participant, Role, Rtc006, RtmUserId, TokenKind, TokenRequest,
    TokenSpec,
};
use agora_token_server::time::{Ttl, UnixTime};
use agora_token_server::token::{
    Access, ChannelName, Permissions, PrivilegeTtl, Project, Resource, RtcPrivileges, Uid,
};

const NOW: UnixTime = UnixTime::from_secs(1_763_770_000);

fn rtm_user(id: &str) -> RtmUserId {
    id.parse().unwrap()
}

fn chat_user(id: &str) -> ChatUserId {
    id.parse().unwrap()
}

fn participant(channel: &str, uid: &str) -> Participant {
    let channel = if channel.is_empty() { ChannelName::any() } else { channel.parse().unwrap() };
    Participant { channel, uid: uid.parse().unwrap(), role: Role::Publisher }
}

fn privileges() -> RtcPrivileges<PrivilegeTtl> {
    Role::Publisher.privileges(PrivilegeTtl::from(Ttl::HOUR))
}

fn rtc(channel: &str, uid: &str) -> TokenSpec {
    let companions = Companions::NONE;
    TokenSpec::Rtc { participant: participant(channel, uid), privileges: privileges(), companions }
}

fn rtc_and_rtm(channel: &str, uid: &str, rtm: &str) -> TokenSpec {
    let companions = Companions::rtm(rtm_user(rtm));
    TokenSpec::Rtc { participant: participant(channel, uid), privileges: privileges(), companions }
}

fn rtc_and_chat(channel: &str, uid: &str, chat: &str) -> TokenSpec {
    let companions = Companions { rtm: None, chat: Some(chat_user(chat)) };
    TokenSpec::Rtc { participant: participant(channel, uid), privileges: privileges(), companions }
}

fn convo_ai(channel: &str, uid: &str, rtm: &str) -> TokenSpec {
    TokenSpec::ConvoAi {
        participant: participant(channel, uid),
        privileges: privileges(),
        rtm: rtm_user(rtm),
        chat: None,
    }
}

fn stt(channel: &str, uid: &str, rtm: &str) -> TokenSpec {
    TokenSpec::Stt {
        participant: participant(channel, uid),
        privileges: privileges(),
        rtm: rtm_user(rtm),
        chat: None,
    }
}

fn every_companion() -> TokenSpec {
    let (participant, chat) = (participant("room", "1"), Some(chat_user("alice")));
    TokenSpec::Stt { participant, privileges: privileges(), rtm: rtm_user("alice"), chat }
}

fn rtc_006(channel: &str, uid: &str) -> TokenSpec {
    TokenSpec::Rtc006(Rtc006::new(participant(channel, uid), privileges()).unwrap())
}

fn rtm_006(user_id: &str) -> TokenSpec {
    TokenSpec::Rtm006 { user_id: rtm_user(user_id) }
}

fn rtm(user_id: &str) -> TokenSpec {
    TokenSpec::Rtm { user_id: rtm_user(user_id), permissions: None }
}

fn permitted(resource: Resource, access: Access, name: &str) -> TokenSpec {
    let permissions = Permissions::new().allow(resource, access, &[name.parse().unwrap()]).unwrap();
    TokenSpec::Rtm { user_id: rtm_user("alice"), permissions: Some(permissions) }
}

fn room_user(room: &str, user_uuid: &str) -> TokenSpec {
    TokenSpec::ApaasRoomUser { room_uuid: room.parse().unwrap(), user_uuid: rtm_user(user_uuid), role: 1 }
}

/// One request of every kind, with the types that its token carries.
fn every_kind() -> Vec<(TokenSpec, Vec<TokenKind>)> {
    use TokenKind as T;
    vec![
        (rtc("room", "1"), vec![T::Rtc]),
        (rtc_and_rtm("room", "1", "alice"), vec![T::Rtc, T::Rtm]),
        (rtc_and_chat("room", "1", "alice"), vec![T::Rtc, T::ChatUser]),
        (every_companion(), vec![T::Stt, T::Rtc, T::Rtm, T::ChatUser]),
        (convo_ai("room", "1", "alice"), vec![T::ConvoAi, T::Rtc, T::Rtm]),
        (stt("room", "1", "alice"), vec![T::Stt, T::Rtc, T::Rtm]),
        (rtc_006("room", "1"), vec![T::Rtc]),
        (rtm("alice"), vec![T::Rtm]),
        (permitted(Resource::Users, Access::Read, "bob"), vec![T::Rtm]),
        (rtm_006("alice"), vec![T::Rtm]),
        (TokenSpec::ChatUser { user_id: chat_user("alice") }, vec![T::ChatUser]),
        (TokenSpec::ChatApp, vec![T::ChatApp]),
        (TokenSpec::Fpa { login: PrivilegeTtl::UNTIL_TOKEN_ENDS }, vec![T::Fpa]),
        (room_user("room", "alice"), vec![T::ApaasRoomUser, T::Rtm, T::ChatUser]),
        (TokenSpec::ApaasUser { user_uuid: rtm_user("alice") }, vec![T::ApaasUser]),
        (TokenSpec::ApaasApp, vec![T::ApaasApp]),
    ]
}

fn grant(policy: &Policy, spec: TokenSpec) -> Result<(), Denied> {
    let request = TokenRequest { spec, ttl: Ttl::HOUR };
    // An API key identifies a backend, which only the configuration limits.
    let key = Caller::api_key("backend");
    let granted = policy.grant(&Caller::open(), request.clone(), NOW);
    assert_eq!(policy.grant(&key, request.clone(), NOW), granted);
    granted.map(|grant| assert_eq!(*grant.request(), request))
}

fn only(channels: &[&str]) -> Policy {
    let patterns = channels.iter().map(|pattern| ChannelPattern::parse(pattern).unwrap()).collect();
    Policy { channels: Some(patterns), ..Policy::unrestricted() }
}

#[test]
fn unrestricted_policy_permits_everything() {
    for (spec, _) in every_kind() {
        assert_eq!(grant(&Policy::unrestricted(), spec), Ok(()));
    }
    for spec in [rtc_and_rtm("", "0", "a"), rtc("*", "*"), room_user("*", "a")] {
        assert_eq!(grant(&Policy::unrestricted(), spec), Ok(()));
    }
}

#[test]
fn token_needs_every_kind_it_carries() {
    for (spec, carried) in every_kind() {
        let exactly = Policy { token_types: Some(carried.clone()), ..Policy::unrestricted() };
        assert_eq!(grant(&exactly, spec.clone()), Ok(()), "{spec:?}");
        for missing in carried {
            let others = TokenKind::ALL.into_iter().filter(|kind| *kind != missing).collect();
            let policy = Policy { token_types: Some(others), ..Policy::unrestricted() };
            assert_eq!(grant(&policy, spec.clone()), Err(Denied::TokenType(missing)), "{spec:?}");
        }
    }
    let none = Policy { token_types: Some(Vec::new()), ..Policy::unrestricted() };
    for (spec, carried) in every_kind() {
        assert_eq!(grant(&none, spec), Err(Denied::TokenType(carried[0])));
    }
}

#[test]
fn policy_without_kinds_permits_default_kinds() {
    let policy = Policy { token_types: None, ..Policy::unrestricted() };
    let listed = Policy { token_types: None, ..only(&["*"]) };
    for (spec, carried) in every_kind() {
        let refused = |allowed: &[TokenKind]| {
            let kind = carried.iter().find(|kind| !allowed.contains(kind));
            kind.map_or(Ok(()), |kind| Err(Denied::TokenType(*kind)))
        };
        assert_eq!(grant(&policy, spec.clone()), refused(&Policy::DEFAULT_TOKEN_TYPES), "{spec:?}");
        // A list of channels allows no kind without a channel.
        assert_eq!(grant(&listed, spec.clone()), refused(&[TokenKind::Rtc]), "{spec:?}");
    }
}

#[test]
fn channel_outside_patterns_is_denied() {
    let policy = only(&["lobby", "room-*"]);
    for channel in ["lobby", "room-", "room-1", "room-a-b"] {
        assert_eq!(grant(&policy, rtc(channel, "1")), Ok(()), "{channel}");
        assert_eq!(grant(&policy, rtc_006(channel, "1")), Ok(()), "{channel}");
    }
    for channel in ["lobby2", "Lobby", "lobb", "room", "Room-1", "xroom-1", " lobby"] {
        let denied = Err(Denied::Channel { field: "channel" });
        assert_eq!(grant(&policy, rtc(channel, "1")), denied, "{channel}");
        assert_eq!(grant(&policy, stt(channel, "1", "a")), denied, "{channel}");
        assert_eq!(grant(&policy, rtc_006(channel, "1")), denied, "{channel}");
    }
    assert_eq!(grant(&only(&[]), rtc("room", "1")), Err(Denied::Channel { field: "channel" }));
    assert_eq!(grant(&only(&["*"]), rtc("room", "1")), Ok(()));
}

#[test]
fn wildcard_channel_outside_patterns_is_denied() {
    let policy = only(&["lobby", "room-*"]);
    for channel in ["", "*", "r*", "room*", "lobby*", "*-1"] {
        let denied = Err(Denied::Channel { field: "channel" });
        assert_eq!(grant(&policy, rtc(channel, "1")), denied, "{channel}");
    }
    assert_eq!(grant(&policy, rtc("room-*", "1")), Ok(()));
}

#[test]
fn classroom_room_counts_as_channel() {
    let policy = only(&["room-*"]);
    assert_eq!(grant(&policy, room_user("room-1", "alice")), Ok(()));
    assert_eq!(grant(&policy, room_user("other", "alice")), Err(Denied::Channel { field: "roomUuid" }));
}

#[test]
fn permission_channels_count_and_users_do_not() {
    let policy = only(&["room-*"]);
    for (resource, field) in [
        (Resource::MessageChannels, "permissions.messageChannels"),
        (Resource::StreamChannels, "permissions.streamChannels"),
        (Resource::GroupChannels, "permissions.groupChannels"),
        (Resource::ServerGroups, "permissions.serverGroups"),
    ] {
        for access in Access::ALL {
            assert_eq!(grant(&policy, permitted(resource, access, "room-1")), Ok(()));
            let denied = Err(Denied::Channel { field });
            assert_eq!(grant(&policy, permitted(resource, access, "other")), denied);
        }
    }
    assert_eq!(grant(&policy, permitted(Resource::Users, Access::Read, "other")), Ok(()));
    assert_eq!(grant(&policy, rtm("alice")), Ok(()));
}

#[test]
fn one_denied_name_denies_request() {
    let names: Vec<_> = ["room-1", "room-2", "other"].iter().map(|name| name.parse().unwrap()).collect();
    let permissions = Permissions::new()
        .allow(Resource::MessageChannels, Access::Read, &names[..2])
        .and_then(|permissions| permissions.allow(Resource::StreamChannels, Access::Write, &names))
        .unwrap();
    let spec = TokenSpec::Rtm { user_id: rtm_user("alice"), permissions: Some(permissions) };
    let denied = Err(Denied::Channel { field: "permissions.streamChannels" });
    assert_eq!(grant(&only(&["room-*"]), spec), denied);
}

#[test]
fn wildcard_user_in_any_spelling_is_denied() {
    let policy = Policy { wildcard_uid: false, ..Policy::unrestricted() };
    let denied = |field| Err(Denied::Wildcard { field });
    for uid in ["0", "*", "user-*", "*x"] {
        assert_eq!(grant(&policy, rtc("room", uid)), denied("uid"), "{uid}");
        assert_eq!(grant(&policy, rtc_and_rtm("room", uid, "a")), denied("uid"), "{uid}");
    }
    assert_eq!(grant(&policy, rtc_006("room", "0")), denied("uid"));
    for id in ["*", "a*", "*a"] {
        let spec = permitted(Resource::Users, Access::Write, id);
        assert_eq!(grant(&policy, spec), denied("permissions.users"), "{id}");
    }
    let empty = permitted(Resource::Users, Access::Read, "");
    assert_eq!(grant(&policy, empty), denied("permissions.users"));
    for (spec, _) in every_kind() {
        assert_eq!(grant(&policy, spec), Ok(()));
    }
    // The Signaling user called "0" is one user.
    assert_eq!(grant(&policy, rtm("0")), Ok(()));
}

#[test]
fn format_006_needs_its_permission() {
    let policy = Policy { allow_006: false, ..Policy::unrestricted() };
    for (spec, _) in every_kind() {
        let expected = match spec.scope().format {
            Format::V007 => Ok(()),
            Format::V006 => Err(Denied::Version),
        };
        assert_eq!(grant(&policy, spec.clone()), expected, "{spec:?}");
    }
}

#[test]
fn only_wildcard_of_006_is_uid_0() {
    let rtc = |channel, uid| Rtc006::new(participant(channel, uid), privileges()).map(drop);
    for uid in ["0", "1", "alice", "00"] {
        assert_eq!(rtc("room", uid), Ok(()), "{uid}");
    }
    for uid in ["*", "user-*", "*x"] {
        assert_eq!(rtc("room", uid), Err(Not006::Uid), "{uid}");
    }
    for channel in ["", "*", "room-*", "r*m"] {
        assert_eq!(rtc(channel, "1"), Err(Not006::Channel), "{channel}");
    }
}

#[test]
fn wildcard_channel_in_any_spelling_is_denied() {
    let policy = Policy { wildcard_channel: false, ..Policy::unrestricted() };
    let denied = |field| Err(Denied::Wildcard { field });
    for channel in ["", "*", "room-*", "r*m"] {
        assert_eq!(grant(&policy, rtc(channel, "1")), denied("channel"), "{channel}");
        let spec = permitted(Resource::MessageChannels, Access::Read, channel);
        assert_eq!(grant(&policy, spec), denied("permissions.messageChannels"), "{channel}");
        let spec = permitted(Resource::ServerGroups, Access::Write, channel);
        assert_eq!(grant(&policy, spec), denied("permissions.serverGroups"), "{channel}");
    }
    for room in ["*", "room-*"] {
        assert_eq!(grant(&policy, room_user(room, "alice")), denied("roomUuid"), "{room}");
    }
    for (spec, _) in every_kind() {
        assert_eq!(grant(&policy, spec), Ok(()));
    }
    // Wildcard users have another setting.
    assert_eq!(grant(&policy, rtc("room", "0")), Ok(()));
}

#[test]
fn lifetime_above_max_is_denied() {
    let longest = Ttl::from_secs(600).unwrap();
    let policy = Policy { max_ttl: longest, ..Policy::unrestricted() };
    for (spec, _) in every_kind() {
        let send = |seconds| TokenRequest { spec: spec.clone(), ttl: Ttl::from_secs(seconds).unwrap() };
        assert!(policy.grant(&Caller::open(), send(600), NOW).is_ok());
        let requested = Ttl::from_secs(601).unwrap();
        assert_eq!(
            policy.grant(&Caller::open(), send(601), NOW),
            Err(Denied::ExpireTime { requested, max: 600 })
        );
    }
}

#[test]
fn first_violated_rule_is_named() {
    let strict = Policy {
        channels: Some(vec![ChannelPattern::parse("room").unwrap()]),
        token_types: Some(vec![TokenKind::Rtc]),
        allow_006: false,
        max_ttl: Ttl::from_secs(60).unwrap(),
        expire_with_jwt: false,
        wildcard_uid: false,
        wildcard_channel: false,
    };
    let rule = |spec| grant(&strict, spec).unwrap_err().rule();
    assert_eq!(rule(rtm_006("a")), Rule::Version);
    assert_eq!(rule(rtc_006("other", "0")), Rule::Version);
    assert_eq!(rule(rtc_and_rtm("*", "0", "a")), Rule::TokenType);
    assert_eq!(rule(rtc("*", "0")), Rule::Wildcard);
    assert_eq!(rule(rtc("other", "0")), Rule::Wildcard);
    assert_eq!(rule(rtc("other", "1")), Rule::Channel);
    assert_eq!(rule(rtc("room", "1")), Rule::ExpireTime);
}

#[test]
fn denied_displays_rule_and_limit() {
    let (requested, max) = (Ttl::HOUR, 600);
    for (denied, words) in [
        (Denied::Project, "appId: expected the App ID of this server, got another"),
        (Denied::Version, "version: expected 007, got 006"),
        (Denied::TokenType(TokenKind::ChatApp), "tokenType: chat-app is not allowed"),
        (Denied::Wildcard { field: "uid" }, "uid: wildcards are not allowed"),
        (Denied::Channel { field: "roomUuid" }, "roomUuid: expected an allowed channel"),
        (Denied::ExpireTime { requested, max }, "expireTime: expected at most 600, got 3600"),
        (Denied::Role(Some(Role::Publisher)), "role: publisher is not allowed"),
        (Denied::Role(None), "role: numbered roles are not allowed"),
        (Denied::Uid { field: "rtm.userId" }, "rtm.userId: expected the identity of the credential"),
        (Denied::Origin, "origin: expected an allowed origin"),
    ] {
        assert_eq!(denied.to_string(), words);
    }
}

#[test]
fn user_of_scope_displays_as_client_sends_it() {
    for (spec, text) in [(rtc("room", "42"), "42"), (rtm("alice"), "alice")] {
        assert_eq!(spec.scope().users().map(|(_, user)| user.to_string()).collect::<Vec<_>>(), [text]);
    }
}

#[test]
fn only_integer_wildcard_is_uid_0() {
    for uid in [1, 2, 7, u32::MAX] {
        assert!(!Uid::from(uid).is_wildcard());
    }
    assert!(Uid::from(0).is_wildcard());
}

#[test]
fn channel_pattern_prints_as_it_was_parsed() {
    for pattern in ["*", "room", "room-*", "user-{sub}", "user-{sub}-*"] {
        assert_eq!(ChannelPattern::parse(pattern).unwrap().to_string(), pattern);
    }
}

#[test]
fn issued_token_debug_hides_token() {
    let request = TokenRequest { spec: rtc("room", "1"), ttl: Ttl::HOUR };
    let grant = Policy::unrestricted().grant(&Caller::open(), request, NOW).unwrap();
    let issued = grant.issue(&Project::public_test(), NOW, 1);
    assert!(issued.token.starts_with("007"));
    let shown = format!("{issued:?}");
    assert_eq!(shown, format!("IssuedToken {{ issued_at: {NOW:?}, expires_at: {:?}, .. }}", NOW.plus(3600)));
}
