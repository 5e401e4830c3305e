//! What each finding says, in words for whoever has the token in hand: the fault, and what to do.
//!
//! Error numbers are those of Agora's SDKs: 101 invalid App ID, 109 token expired, 110 invalid
//! token. The Web SDK reports 110 as `CAN_NOT_GET_GATEWAY_SERVER`.

use std::fmt;

use super::finding::{FindingKind, OddUid};
use super::phrase::{Quoted, Span};
use crate::time::{Ttl, UnixTime};
use crate::token::{Field, ParseError};

/// A finding in words.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// A stable code, for programs.
    pub code: &'static str,
    /// The fault, and what to do about it.
    pub what: String,
}

impl FindingKind {
    /// The finding in words.
    #[must_use]
    #[expect(clippy::too_many_lines, reason = "an arm a finding; in parts it would not be exhaustive")]
    pub fn explain(&self) -> Explanation {
        let (code, what) = match self {
            Self::Empty => (
                "empty",
                String::from(
                    "the token is empty: Agora's Node.js, Python and PHP libraries answer so when App ID or App \
                 Certificate are not 32 hexadecimal digits; check both on the server",
                ),
            ),
            Self::Placeholder(word) => (
                "placeholder",
                format!(
                    "this is the word {word}, not a token: a variable was used before it was set; wait for the \
                 token server's answer, and check the name of the member that holds the token"
                ),
            ),
            Self::Jwt => (
                "jwt",
                String::from(
                    "this is a JWT, not an Agora token: it is what a client shows to the token server; join with \
                 the token that the server answers with",
                ),
            ),
            Self::Json => ("json", {
                String::from("this is JSON, not a token: pass on only the member of it that holds the token")
            }),
            Self::Hex32 { our_app_id: true } => (
                "app_id_or_certificate",
                String::from(
                    "this is the App ID, not a token: ask the token server for a token, and pass the App ID where \
                 the SDK is initialised",
                ),
            ),
            Self::Hex32 { our_app_id: false } => (
                "app_id_or_certificate",
                String::from(
                    "these are 32 hexadecimal digits, so an App ID or an App Certificate, not a token: ask the \
                 token server for a token; if a client holds the certificate, replace it in the Agora Console",
                ),
            ),
            Self::NotAToken => (
                "not_a_token",
                String::from(
                    "this is not an Agora token, which starts with 007 (in the older format with 006): check \
                 which variable was passed",
                ),
            ),
            Self::UnknownVersion(version) => (
                "unknown_version",
                format!(
                    "it starts with {version}, a version that is not known here: check its first characters, or \
                 whether there is a newer release of this tool"
                ),
            ),
            Self::Repaired(repair) => (repair.code, repair.what.to_owned()),
            Self::CutOff => (
                "cut_off",
                String::from(
                    "the token is cut off, its end is missing: copy all of it, and look for a place that shortens \
                 it, such as a database column",
                ),
            ),
            Self::Damaged(error @ ParseError::AppId(_)) => ("damaged", {
                format!("the token is damaged ({error}): check APP_ID on the server (error 101)")
            }),
            Self::Damaged(error) => (
                "damaged",
                format!(
                    "the token is damaged ({error}): pass it on exactly as the server made it (error 110)"
                ),
            ),
            Self::OldVersion(version) => (
                "old_version",
                format!(
                    "this is a token of the old version {}, which today's Agora SDKs refuse (error 110): make one of \
                 version 007",
                    version.name()
                ),
            ),
            Self::OlderVersion => (
                "older_version",
                String::from(
                    "version 006 still works, but knows no wildcard channels and no services besides RTC and RTM: \
                 make version 007 where all clients have a 4.x SDK (on the Web 4.8 or later)",
                ),
            ),
            Self::OtherAppId { token, ours } => ("other_app_id", {
                let case = if token.as_str().eq_ignore_ascii_case(ours.as_str()) {
                    ", which differs in upper and lower case"
                } else {
                    ""
                };
                format!(
                    "it was made for the App ID {token}, this project's is {ours}{case}: a client of this project \
                     is refused (error 110); use the same App ID on client and server"
                )
            }),
            Self::SignatureInvalid => (
                "signature_invalid",
                String::from(
                    "it was not signed with this project's App Certificate: clients are refused (error 110, on the \
                 Web CAN_NOT_GET_GATEWAY_SERVER); compare the server's certificate with the one in the Agora \
                 Console, where it may have been replaced",
                ),
            ),
            Self::SignedWithSecondary => (
                "signed_with_secondary",
                String::from(
                    "it is signed with the secondary App Certificate, and works until that is deleted in the Agora \
                 Console: sign with the primary one",
                ),
            ),
            Self::Expired { at, now } => (
                "expired",
                format!(
                    "it ended at {at}, {} ago (error 109): fetch a new token and pass it to renewToken, or join \
                 again; listen for the SDK's event that the token will expire",
                    Span::between(*at, *now)
                ),
            ),
            Self::ExpireZero => (
                "expire_zero",
                String::from(
                    "its lifetime is 0 seconds, so it had ended when it was made (error 109): pass the builder \
                 seconds from now, such as 3600, and check that the variable is set",
                ),
            ),
            Self::IssuedInFuture { at, now } => (
                "issued_in_future",
                format!(
                    "it was issued at {at}, {} in the future: the clock of the server that made it is fast, or the \
                 one here is slow; set both by NTP",
                    Span::between(*at, *now)
                ),
            ),
            Self::ShortLived { expire } => (
                "short_lived",
                format!(
                    "it lives for {} only: lifetimes are seconds, not minutes or hours; pass 3600 for an hour",
                    Span::secs(*expire)
                ),
            ),
            Self::ExpireIsTimestamp { expire } => (
                "expire_is_timestamp",
                format!(
                    "its lifetime is {expire} seconds ({}), a Unix timestamp where 007 wants seconds from now: pass \
                 3600 for an hour; Agora ends the token after 24 hours",
                    Span::secs(*expire)
                ),
            ),
            Self::Over24Hours { expire } => ("over_24_hours", {
                let asked = expire / 1000;
                let hint = if expire % 1000 == 0 && (60..=Ttl::MAX.as_secs()).contains(&asked) {
                    format!("; if milliseconds were meant, pass {asked}")
                } else {
                    String::new()
                };
                format!(
                    "its lifetime is {expire} seconds ({}), but Agora ends every token 24 hours after its issue: \
                     pass at most 86400, and renew{hint}",
                    Span::secs(*expire)
                )
            }),
            Self::NoServices => (
                "no_services",
                String::from(
                    "it holds no service, so it opens nothing (error 110): add a service, such as RTC, before \
                 building it",
                ),
            ),
            Self::UnknownServices(count) => (
                "unknown_services",
                format!(
                    "{count} of its services cannot be shown, because they start with a type that is not known \
                 here: look for a newer release of this tool"
                ),
            ),
            Self::TooMuch => (
                "too_much",
                String::from(
                    "it holds more services or privileges than any library makes, and the rest of them is not shown: \
                 do not trust where it comes from",
                ),
            ),
            Self::NoRtcService { has } => (
                "no_rtc_service",
                format!(
                    "it has no RTC service, only {}: no client can join a channel with it (error 110); ask for an \
                 RTC token",
                    list(has)
                ),
            ),
            Self::PrivilegeMissing { service, privilege } => (
                "privilege_missing",
                format!(
                    "its {service} service lacks the privilege {privilege}, so it opens nothing (error 110): grant \
                 {privilege} when building it"
                ),
            ),
            Self::NoPrivileges { service } => (
                "no_privileges",
                format!(
                    "its {service} service grants no privilege: Agora's Node.js library leaves roomUser out of \
                 Flexible Classroom's tokens, the other languages do not"
                ),
            ),
            Self::PrivilegesEnded { service, privileges, at, now } => ("privileges_ended", {
                let last = if privileges.len() == 1 { "" } else { ", the last" };
                format!(
                    "{} of its {service} service ended{last} at {at}, {} ago, before the token does (error \
                     109): renew earlier, or pass 0 for privileges that last as long as the token",
                    list(privileges),
                    Span::between(*at, *now)
                )
            }),
            Self::PrivilegeIsTimestamp { service, privileges } => (
                "privilege_is_timestamp",
                format!(
                    "its {service} service has a Unix timestamp for {} where 007 wants seconds from now: pass the token's \
                 own lifetime, or 0 for the same; as it is, the token's end cuts it",
                    list(privileges)
                ),
            ),
            Self::PrivilegeIsSeconds { service, privileges, stored } => (
                "privilege_is_seconds",
                format!(
                    "its {service} service has {stored} as the end of {}, seconds from now where 006 wants a Unix timestamp, \
                 so that ended in {} (error 109): pass the time now plus the seconds",
                    list(privileges),
                    year(*stored)
                ),
            ),
            Self::PrivilegesBeyondToken { service, privileges } => (
                "privileges_beyond_token",
                format!(
                    "{} of its {service} service would last longer than the token, whose end cuts it: give the token \
                 the longer lifetime",
                    list(privileges)
                ),
            ),
            Self::UidIsTextZero => (
                "uid_is_text_zero",
                String::from(
                    "its uid is the text \"0\", a user of that name, not uid 0: a client that joins with uid 0 is \
                 refused (error 110); pass the number to the builder, as Number(uid) or (int) $uid",
                ),
            ),
            Self::OddUid(odd, uid) => ("odd_uid", format!("its uid {} {odd}", Quoted(uid))),
            Self::NameIsPlaceholder { service, field, word } => (
                "name_is_placeholder",
                format!(
                    "the {} of its {service} service is the word {word}, because a variable was not set where the \
                 token was made (error 110): check what the token server was asked",
                    field.name()
                ),
            ),
            Self::NameNotAllowed { service, field, error } => (
                "name_not_allowed",
                format!(
                    "the {} of its {service} service is not one that Agora allows ({error}): no client can use such \
                 a name; choose another",
                    field.name()
                ),
            ),
            Self::NoUser { service } => (
                "no_user",
                format!(
                    "its {service} service names no user, so nobody can sign in with it (error 110): pass a user id; \
                 uid 0 is none there"
                ),
            ),
            Self::ChannelDiffers { token, joins } => {
                ("channel_differs", differs("channel", token.as_deref(), joins))
            }
            Self::UidDiffers { token, joins } => ("uid_differs", differs("uid", token.as_deref(), joins)),
            Self::UserDiffers { service, token, joins } => {
                ("user_differs", { differs(&format!("{service} user"), token.as_deref(), joins) })
            }
            Self::WildcardChannel { service, pattern } => (
                "wildcard_channel",
                format!(
                    "the channel of its {service} service is {}, a wildcard: it opens {}; make it for one channel \
                 unless that is meant",
                    named(pattern, Field::Channel),
                    if pattern.is_empty() || pattern == "*" {
                        "every channel of the project"
                    } else {
                        "every channel that fits"
                    }
                ),
            ),
            Self::WildcardUid { service, pattern } => (
                "wildcard_uid",
                format!(
                    "the uid of its {service} service is {}, a wildcard: whoever holds the token can join as {}; make \
                 it for one uid unless that is meant",
                    named(pattern, Field::Uid),
                    if pattern.is_empty() || pattern == "*" { "any user" } else { "any user that fits" }
                ),
            ),
        };
        Explanation { code, what }
    }
}

impl fmt::Display for OddUid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let account = "so it is a user account, and a client that joins with a number is refused (error 110)";
        match self {
            Self::Negative(Some(unsigned)) => {
                write!(
                    f,
                    "is negative, {account}: integer uids are 1 to 4294967295; as one of them this is {unsigned}"
                )
            }
            Self::Negative(None) => write!(f, "is negative, {account}: integer uids are 1 to 4294967295"),
            Self::TooLarge => write!(f, "is more than 4294967295, {account}: use a smaller uid"),
            Self::LeadingZeros => write!(f, "has zeros in front, {account}: pass the number without them"),
            Self::NotWhole => write!(f, "is no whole number, {account}: integer uids are 1 to 4294967295"),
        }
    }
}

/// A name of the token's and the one that the client uses instead.
fn differs(what: &str, token: Option<&str>, joins: &str) -> String {
    let joins_zero = what == "uid" && joins == "0";
    let client =
        if joins_zero { "0, for which the SDK draws one".to_owned() } else { Quoted(joins).to_string() };
    let differs = match token {
        Some(token) => {
            let how = if !joins_zero && token.trim() == joins.trim() {
                ", which differs in spaces"
            } else if token.to_lowercase() == joins.to_lowercase() {
                ", which differs in upper and lower case"
            } else if same_number(token, joins) {
                ", and for Agora zeros in front make another user"
            } else {
                ""
            };
            format!("it is for the {what} {}, but the client uses {client}{how}", Quoted(token))
        }
        None => {
            format!("it is for another {what} than the client's, {client} (006 holds a checksum of it only)")
        }
    };
    format!(
        "{differs}: the client is refused (error 110); use the same {what} for the token and in the client"
    )
}

fn same_number(one: &str, other: &str) -> bool {
    matches!((one.parse::<u64>(), other.parse::<u64>()), (Ok(one), Ok(other)) if one == other)
}

/// What stands for a wildcard.
fn named(pattern: &str, field: Field) -> String {
    match (pattern, field) {
        ("", Field::Channel) => "empty".to_owned(),
        ("", _) => "0".to_owned(),
        (pattern, _) => Quoted(pattern).to_string(),
    }
}

fn list(names: &[impl AsRef<str>]) -> String {
    names.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ")
}

fn year(seconds: u32) -> String {
    UnixTime::from_secs(seconds).to_string().chars().take(4).collect()
}
