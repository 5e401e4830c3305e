//! The verdict of `inspect` equals that of an independent model, for random tokens, uses and times.
//!
//! Tokens are packed here, byte by byte, from the published formats; the model is written from Agora's
//! rules: what signs a token, when it expires, which service a use needs, and which names it compares.

use agora_token_server::inspect::{Client, Inspection, Use};
use agora_token_server::time::UnixTime;
use agora_token_server::token::{AppCertificate, AppId, Project};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use sha2::Sha256;

const OURS: [&str; 2] = ["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "970CA35de60c44645bbae8a215061b33"];
const FOREIGN: &str = "b9b595bcfd72479d894abe7a8cf0c37e";
const PRIMARY: [&str; 2] = ["bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", "5CFd2fd1755d40ecb72977518be15d3b"];
const SECONDARY: &str = "cccccccccccccccccccccccccccccccc";
const STRANGE: &str = "dddddddddddddddddddddddddddddddd";

const ISSUED: u32 = 1_700_000_000;
const DAY: u32 = 86_400;
const UUID: &str = "5f1d6c1e-0a1b-4c2d-9e3f-0123456789ab";
const CHANNELS: [&str; 9] =
    ["room-1", "room-1", "room-1", "room-1", "room-2", "room-*", "", "null", "room/1"];
const UIDS: [&str; 11] = ["", "0", "42", "42", "42", "42", "43", "alice", "undefined", "*", "4*"];
const USERS: [&str; 8] = ["alice", "alice", "alice", "bob", "42", UUID, "", "Alice"];
const JOINS: [&str; 6] = ["room-1", "room-1", "room-1", "room-2", "42", "null"];
const JOINS_AS: [&str; 11] = ["0", "42", "42", "42", "43", "alice", "alice", "bob", "", "room-1", UUID];
const LIFETIMES: [u32; 9] = [0, 30, 600, 3600, 3600, 3600, DAY, 604_800, 1_700_003_600];
const ENDS: [u32; 6] = [0, 60, 600, 3600, 7200, 1_700_003_600];
const TIMES: [i64; 10] = [-100, 0, 0, 300, 300, 300, 900, 5000, 100_000, 700_000];

/// One service: its number in 007, its names in the order of the token, its privileges.
#[derive(Clone, Debug)]
struct Part {
    number: u16,
    channel: &'static str,
    uid: &'static str,
    user: &'static str,
    privileges: Vec<(u16, u32)>,
}

#[derive(Clone, Debug)]
enum Kind {
    /// Lifetime, services, and whether an unreadable one follows them.
    V007(u32, Vec<Part>, bool),
    /// Its expiry, the text in each slot, and its privileges with their expiries.
    V006 { end: u32, slots: [&'static str; 2], privileges: Vec<(u16, u32)> },
}

#[derive(Clone, Debug)]
struct Case {
    is_test_project: bool,
    app_id: &'static str,
    certificate: &'static str,
    kind: Kind,
    purpose: Option<Use>,
    joins: Option<&'static str>,
    joins_as: Option<&'static str>,
    at: i64,
}

fn part() -> impl Strategy<Value = Part> {
    let numbers =
        prop_oneof![4 => Just(1_u16), 2 => Just(2), 2 => Just(5), 1 => select(vec![3, 4, 6, 7, 8, 9, 10])];
    let privileges = proptest::collection::btree_map(1..=4_u16, select(ENDS.to_vec()), 0..=3);
    (numbers, select(CHANNELS.to_vec()), select(UIDS.to_vec()), select(USERS.to_vec()), privileges).prop_map(
        |(number, channel, uid, user, privileges)| {
            // Most grant the privilege that their users need.
            let mut privileges: Vec<_> = privileges.into_iter().collect();
            if uid != "43" && privileges.iter().all(|(number, _)| *number != 1) {
                privileges.insert(0, (1, 0));
            }
            Part { number, channel, uid, user, privileges: if number > 8 { Vec::new() } else { privileges } }
        },
    )
}

fn case() -> impl Strategy<Value = Case> {
    let v007 =
        (select(LIFETIMES.to_vec()), proptest::collection::vec(part(), 0..=3), prop::bool::weighted(0.15))
            .prop_map(|(lifetime, parts, unknown)| Kind::V007(lifetime, parts, unknown));
    let slots = (
        select(CHANNELS.to_vec()),
        select(UIDS.to_vec()),
        select(USERS.to_vec()),
        select(vec!["", "", "alice", "bob"]),
    );
    let ends = proptest::collection::vec(select(ENDS.to_vec()), 1..=4);
    let v006 = (any::<bool>(), slots, select(vec![3600, DAY, 604_800]), ends, any::<bool>()).prop_map(
        |(is_rtm, (channel, uid, user, slot), end, ends, with_join)| {
            let absolute = |end: u32| if end == 0 || end > ISSUED { end } else { ISSUED + end };
            let (slots, first) =
                if is_rtm { ([user, slot], 1000) } else { ([channel, uid], 2 - u16::from(with_join)) };
            let ends = ends.into_iter().map(|end| if end == 60 { end } else { absolute(end) });
            Kind::V006 { end: ISSUED + end, slots, privileges: (first..).zip(ends).collect() }
        },
    );
    let common = select(vec![Use::Rtc, Use::Rtc, Use::Rtm, Use::Chat]);
    let uses = option::weighted(0.5, prop_oneof![3 => common, 1 => select(Use::ALL.to_vec())]);
    let names = (option::of(select(JOINS.to_vec())), option::weighted(0.7, select(JOINS_AS.to_vec())));
    let whose = (any::<bool>(), 0..20_u8, 0..20_u8);
    (whose, prop_oneof![3 => v007, 1 => v006], uses, names, select(TIMES.to_vec())).prop_map(
        |((is_test_project, app, signer), kind, purpose, (joins, joins_as), at)| {
            let project = usize::from(is_test_project);
            let app_id = match app {
                0 => FOREIGN,
                1 => PRIMARY[project],
                _ => OURS[project],
            };
            let certificate = match signer {
                0 => STRANGE,
                1 => SECONDARY,
                _ => PRIMARY[project],
            };
            Case { is_test_project, app_id, certificate, kind, purpose, joins, joins_as, at }
        },
    )
}

// The formats, packed.

fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    Hmac::<Sha256>::new_from_slice(key).unwrap().chain_update(message).finalize().into_bytes().to_vec()
}

fn text(out: &mut Vec<u8>, text: &[u8]) {
    out.extend(u16::try_from(text.len()).unwrap().to_le_bytes());
    out.extend(text);
}

fn privileges(out: &mut Vec<u8>, privileges: &[(u16, u32)]) {
    out.extend(u16::try_from(privileges.len()).unwrap().to_le_bytes());
    for (number, end) in privileges {
        out.extend(number.to_le_bytes());
        out.extend(end.to_le_bytes());
    }
}

fn pack(case: &Case) -> String {
    let mut out = Vec::new();
    match &case.kind {
        Kind::V007(lifetime, parts, unknown) => {
            let mut info = Vec::new();
            text(&mut info, case.app_id.as_bytes());
            for number in [ISSUED, *lifetime, 1] {
                info.extend(number.to_le_bytes());
            }
            let count = u16::try_from(parts.len()).unwrap() + u16::from(*unknown);
            info.extend(count.to_le_bytes());
            for part in parts {
                info.extend(part.number.to_le_bytes());
                privileges(&mut info, &part.privileges);
                let names: &[&str] = match part.number {
                    1 | 3 | 6 => &[part.channel, part.uid],
                    2 | 5 | 8 => &[part.user],
                    7 => &["class-1", part.user],
                    _ => &[],
                };
                for name in names {
                    text(&mut info, name.as_bytes());
                }
                // The role of 7; the list of permissions of 8.
                info.extend(if matches!(part.number, 7 | 8) { &[0, 0][..] } else { &[] });
            }
            info.extend(if *unknown { &[11, 0, 0, 0][..] } else { &[] });
            let key = hmac(&ISSUED.to_le_bytes(), case.certificate.as_bytes());
            text(&mut out, &hmac(&hmac(&1_u32.to_le_bytes(), &key), &info));
            out.extend(info);
            let compressed = miniz_oxide::deflate::compress_to_vec_zlib(&out, 6);
            format!("007{}", BASE64_STANDARD.encode(compressed))
        }
        Kind::V006 { end, slots, privileges: ends } => {
            let mut message = Vec::new();
            message.extend(1_u32.to_le_bytes());
            message.extend(end.to_le_bytes());
            privileges(&mut message, ends);
            let signed =
                [case.app_id.as_bytes(), slots[0].as_bytes(), slots[1].as_bytes(), &message].concat();
            text(&mut out, &hmac(case.certificate.as_bytes(), &signed));
            for slot in slots {
                out.extend(crc32fast::hash(slot.as_bytes()).to_le_bytes());
            }
            text(&mut out, &message);
            format!("006{}{}", case.app_id, BASE64_STANDARD.encode(out))
        }
    }
}

// The model.

#[derive(Debug, PartialEq)]
enum Answer {
    Usable,
    Refused,
    Unknown,
}

/// Agora's wildcards: the empty text and `*`.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern, name) {
        ([b'*', rest @ ..], _) => (0..=name.len()).any(|from| matches(rest, &name[from..])),
        ([one, rest @ ..], [other, others @ ..]) => one == other && matches(rest, others),
        ([], []) => true,
        _ => false,
    }
}

/// A name that no client can have: a variable that is not set, or one with a slash.
fn is_impossible(name: &str) -> bool {
    matches!(name, "null" | "undefined") || name.contains('/')
}

/// Whether a channel or uid of a token fits the client's, with the wildcards of 007.
fn is_good(name: &str, joins: Option<&str>) -> bool {
    match joins {
        Some(joins) => name.is_empty() || matches(name.as_bytes(), joins.as_bytes()),
        None => !is_impossible(name),
    }
}

fn uses_of(number: u16) -> &'static [Use] {
    match number {
        // ConvoAI and STT join the channel of the RTC service.
        1 => &[Use::Rtc, Use::ConvoAi, Use::Stt],
        2 | 8 => &[Use::Rtm],
        3 => &[Use::Streaming],
        4 => &[Use::Fpa],
        5 => &[Use::Chat],
        6 => &[Use::Fcdn],
        7 => &[Use::Apaas],
        _ => &[],
    }
}

/// Whether a 007 service admits a client, names aside.
fn opens(part: &Part, lifetime: u32, now: i64) -> bool {
    let needs_first = matches!(part.number, 1 | 2 | 4 | 8);
    let end_of_token = lifetime.min(DAY);
    let has_expired = |end: u32| {
        let is_plain = end != 0 && end <= lifetime && end < 1_000_000_000;
        is_plain && end < end_of_token && i64::from(ISSUED) + i64::from(end) <= now
    };
    let first = part.privileges.iter().find(|(number, _)| *number == 1);
    let all_ended = !part.privileges.is_empty() && part.privileges.iter().all(|(_, end)| has_expired(*end));
    match first {
        None if needs_first => false,
        Some((_, end)) if needs_first => !has_expired(*end),
        _ => !all_ended,
    }
}

/// Whether a 007 service is for this client; `None` if no client can have its names.
fn is_for(part: &Part, case: &Case) -> Option<bool> {
    let (joins, joins_as) = (case.joins, case.joins_as);
    match part.number {
        1 | 3 | 6 => {
            let as_uid = joins_as.map(|uid| if uid == "0" { "" } else { uid });
            if part.uid == "0" && as_uid.is_none_or(str::is_empty) {
                // A user named "0", which is not uid 0.
                return None;
            }
            let fits = is_good(part.channel, joins) && is_good(part.uid, as_uid);
            let is_possible = (joins.is_some() && is_good(part.channel, joins)
                || !is_impossible(part.channel))
                && (as_uid.is_some() && is_good(part.uid, as_uid) || !is_impossible(part.uid));
            is_possible.then_some(fits)
        }
        2 | 5 | 7 | 8 => {
            let has_user = part.privileges.iter().any(|(number, _)| *number == 1);
            let is_app = |number| part.privileges.iter().any(|(privilege, _)| *privilege == number);
            let is_client = joins_as.is_some() || case.purpose.is_some();
            if is_client && (part.number == 5 && is_app(2) || part.number == 7 && is_app(3)) {
                return None;
            }
            // The room of Flexible Classroom.
            let in_room = part.number != 7 || joins.is_none_or(|joins| joins == "class-1");
            match (part.user, joins_as) {
                ("", _) if has_user => None,
                ("", _) | (_, None) => Some(in_room),
                (user, Some(other)) if part.number == 5 => {
                    let may_be = user == UUID && other != UUID;
                    Some(user.eq_ignore_ascii_case(other) || may_be)
                }
                (user, Some(other)) => Some(user == other && in_room),
            }
        }
        _ => Some(true),
    }
}

/// Without a use, a user that one service names is not a fault of the others.
fn names(part: &Part, case: &Case) -> bool {
    case.joins_as.is_some_and(|name| match part.number {
        1 | 3 | 6 => part.uid == if name == "0" { "" } else { name },
        5 => !part.user.is_empty() && part.user.eq_ignore_ascii_case(name),
        2 | 7 | 8 => !part.user.is_empty() && part.user == name,
        _ => false,
    })
}

fn model(case: &Case) -> Answer {
    let now = i64::from(ISSUED) + case.at;
    let is_ours = case.app_id == OURS[usize::from(case.is_test_project)];
    let is_signed = case.certificate != STRANGE;
    if case.app_id == PRIMARY[usize::from(case.is_test_project)] {
        return Answer::Refused;
    }
    let wanted = case.purpose.or(case.joins.map(|_| Use::Rtc));
    let mut unknown = false;
    match &case.kind {
        Kind::V007(lifetime, parts, has_unreadable) => {
            if is_ours != is_signed && (is_ours || !case.is_test_project || is_signed)
                || !is_ours && !case.is_test_project
            {
                return Answer::Refused;
            }
            unknown |= !is_ours;
            if *lifetime == 0 || now >= i64::from(ISSUED) + i64::from((*lifetime).min(DAY)) {
                return Answer::Refused;
            }
            let marks: &[u16] = match wanted {
                Some(Use::ConvoAi) => &[9],
                Some(Use::Stt) => &[10],
                _ => &[],
            };
            let has_marks = marks.iter().all(|mark| parts.iter().any(|part| part.number == *mark));
            let serves = |part: &&Part| {
                wanted.map_or(part.number < 9, |wanted| uses_of(part.number).contains(&wanted))
            };
            let serving: Vec<_> = parts.iter().filter(serves).collect();
            if parts.is_empty() && !has_unreadable {
                return Answer::Refused;
            }
            if serving.is_empty() || !has_marks {
                if wanted.is_some() && !has_unreadable {
                    return Answer::Refused;
                }
                unknown |= *has_unreadable;
            }
            let is_named = wanted.is_none() && serving.iter().any(|part| names(part, case));
            let is_broken = |part: &&Part| !opens(part, *lifetime, now) || is_for(part, case) != Some(true);
            let is_at_fault = |part: &&Part| {
                !opens(part, *lifetime, now) || is_for(part, case).is_none_or(|fits| !fits && !is_named)
            };
            if !serving.is_empty() && serving.iter().all(is_broken) && serving.iter().any(is_at_fault) {
                return Answer::Refused;
            }
        }
        Kind::V006 { end, slots, privileges } => {
            let is_rtm = privileges[0].0 == 1000;
            let [channel, uid] = *slots;
            if wanted.is_some_and(|wanted| wanted != if is_rtm { Use::Rtm } else { Use::Rtc })
                || now >= i64::from(*end)
            {
                return Answer::Refused;
            }
            // Texts whose checksum is recognized; others match only if the client names them.
            let is_known = |name: &str| {
                let told = ["", "0", "*", "null", "undefined"].contains(&name);
                told || case.joins == Some(name) || case.joins_as == Some(name)
            };
            let is_checked = is_known(channel) && is_known(uid);
            if !is_ours && (!case.is_test_project || is_checked && is_signed)
                || is_ours && is_checked && !is_signed
            {
                return Answer::Refused;
            }
            unknown |= !is_ours || !is_checked;
            let entry = privileges.iter().find(|(number, _)| *number == if is_rtm { 1000 } else { 1 });
            let has_expired = |time: u32| time != 0 && time <= *end && time < *end && i64::from(time) <= now;
            if entry.is_none_or(|(_, time)| has_expired(*time)) {
                return Answer::Refused;
            }
            let fits = if is_rtm {
                !channel.is_empty() && uid.is_empty() && case.joins_as.is_none_or(|user| user == channel)
            } else {
                let as_uid = case.joins_as.map(|uid| if uid == "0" { "" } else { uid });
                // The only wildcard is uid 0; a checksum reveals "" and "*" as channels.
                let fits_channel =
                    case.joins.map_or(!["", "*", "null"].contains(&channel), |joins| joins == channel);
                let fits_uid = uid.is_empty()
                    || as_uid.map_or(!["0", "undefined"].contains(&uid), |joins| joins == uid && uid != "0");
                fits_channel && fits_uid
            };
            if !fits {
                return Answer::Refused;
            }
        }
    }
    if unknown { Answer::Unknown } else { Answer::Usable }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn verdict_equals_that_of_model(case in case()) {
        let project = usize::from(case.is_test_project);
        let (app_id, certificate): (AppId, AppCertificate) =
            (OURS[project].parse().unwrap(), PRIMARY[project].parse().unwrap());
        let project = Project::new(app_id, certificate).with_secondary(Some(SECONDARY.parse().unwrap()));
        let now = UnixTime::from_secs(u32::try_from(i64::from(ISSUED) + case.at).unwrap());
        let client = Client::new(case.joins, case.joins_as).with_use(case.purpose);
        let inspection = Inspection::new(&pack(&case), &project, now, client).unwrap();
        let found = match inspection.verdict().name() {
            "usable" => Answer::Usable,
            "refused" => Answer::Refused,
            _ => Answer::Unknown,
        };
        prop_assert_eq!(found, model(&case), "{:#?}", inspection.findings);
    }
}

/// A model that refuses everything would satisfy the property above.
#[test]
fn random_cases_reach_every_verdict() {
    let mut runner = TestRunner::deterministic();
    let cases = (0..4_000).map(|_| case().new_tree(&mut runner).unwrap().current());
    let answers: Vec<_> = cases.map(|case| model(&case)).collect();
    for answer in [Answer::Usable, Answer::Refused, Answer::Unknown] {
        let count = answers.iter().filter(|other| **other == answer).count();
        assert!(count >= 100, "{answer:?}: {count} of 4000");
    }
}
