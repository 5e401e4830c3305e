//! The text of each finding for the owner of the token, and the fix.

use std::borrow::Cow;
use std::fmt;

use super::client::Use;
use super::finding::{FindingKind, RtmSlot};
use super::names::OddUid;
use super::phrase::{Quoted, Span, list, year};
use super::sdk_error::{APP_ID, CHANNEL, EXPIRED, INVALID, MISSING, NONE, SdkError, USER};
use crate::time::Ttl;
use crate::token::{Field, ParseError};

/// A finding in words.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// A stable code, for programs.
    pub code: &'static str,
    /// What is wrong.
    pub what: Cow<'static, str>,
    /// What to do about it.
    pub fix: Cow<'static, str>,
    /// What the SDKs report, those of other uses included.
    pub(super) sdk_error: SdkError,
}

impl FindingKind {
    /// The finding in words.
    #[must_use]
    #[expect(clippy::too_many_lines, reason = "an arm a finding; in parts it would not be exhaustive")]
    pub fn explain(&self) -> Explanation {
        let (code, sdk_error, what, fix): (_, _, Cow<'static, str>, Cow<'static, str>) = match self {
            Self::Empty => ("empty", MISSING, "the token is empty".into(),
                "check that App ID and App Certificate on the server are 32 hexadecimal digits; otherwise Agora's \
                 Node.js, Python and PHP libraries return an empty token".into()),
            Self::Placeholder(word) => ("placeholder", INVALID,
                format!("this is the word {word}, not a token: a variable was used before it was set").into(),
                "wait for the response of the token server, and check the name of the member that holds the token".into()),
            Self::Jwt => ("jwt", INVALID, "this is a JWT, not an Agora token".into(),
                "send the JWT to the token server, and join with the token in its response".into()),
            Self::Json => ("json", INVALID, "this is JSON without a token in it".into(),
                "look for an error in it, and pass only the member that holds the token".into()),
            Self::Hex32 { our_app_id: true } => ("app_id_or_certificate", INVALID, "this is the App ID, not a token".into(),
                "request a token from the token server; pass the App ID where the SDK is initialized".into()),
            Self::Hex32 { our_app_id: false } => ("app_id_or_certificate", INVALID,
                "these are 32 hexadecimal digits: an App ID or an App Certificate, not a token".into(),
                "request a token from the token server; if a client holds the App Certificate, replace it in the Agora \
                 Console".into()),
            Self::NotAToken => ("not_a_token", INVALID,
                "this is not an Agora token, which starts with 007 or, in the older format, 006".into(),
                "check which variable was passed".into()),
            Self::UnknownVersion(version) => ("unknown_version", INVALID,
                format!("the token starts with {version}, an unknown version").into(),
                "check the first characters; look for a newer release of this tool".into()),
            Self::Repaired(repair) => (repair.code, INVALID, repair.what.into(), repair.fix.into()),
            Self::CutOff => ("cut_off", INVALID, "the end of the token is missing".into(),
                "copy all of the token; look for a place that shortens it, such as a database column".into()),
            Self::Damaged(error @ ParseError::AppId(_)) => ("damaged", INVALID, format!("the token is damaged: {error}").into(),
                "check APP_ID on the server that issued the token".into()),
            Self::Damaged(error) => ("damaged", INVALID, format!("the token is damaged: {error}").into(),
                "pass the token on as the server issued it".into()),
            Self::OldVersion(version) => ("old_version", INVALID,
                format!("this is a token of the legacy version {}, which current Agora SDKs refuse", version.name()).into(),
                "issue a token of version 007".into()),
            Self::OlderVersion => ("older_version", NONE,
                "version 006 still works, but has no wildcard channels and no services besides RTC and RTM".into(),
                "issue version 007 if all clients have a 4.x SDK (Web: 4.8 or later)".into()),
            Self::OtherAppId { token, ours } => {
                let same = token.as_str().eq_ignore_ascii_case(ours.as_str());
                let case = if same { ", which differs in upper and lower case" } else { "" };
                ("other_app_id", APP_ID,
                    format!("the token is for the App ID {token}, but this project is {ours}{case}").into(),
                    "use the same App ID on client and server".into())
            }
            Self::CertificateInToken => ("certificate_in_token", INVALID,
                "the token holds the App Certificate of this project in the place of the App ID: every client can read \
                 the certificate".into(),
                "swap App ID and App Certificate on the server; then replace the leaked certificate in the Agora Console".into()),
            Self::SignatureInvalid => ("signature_invalid", INVALID,
                "the token is not signed with the App Certificate of this project".into(),
                "compare the certificate on the server with the Agora Console: enable one if the project has none, \
                 and copy it again if it was replaced".into()),
            Self::SignedWithSecondary => ("signed_with_secondary", NONE,
                "the token is signed with the secondary App Certificate, and works until that is deleted".into(),
                "sign with the primary certificate".into()),
            Self::NamesNeeded { is_rtm: true } => ("names_needed", NONE,
                "the signature of a 006 token covers the user ID, so it could not be checked".into(),
                "inspect the token together with the user ID that logs in, as uid".into()),
            Self::NamesNeeded { is_rtm: false } => ("names_needed", NONE,
                "the signature of a 006 token covers channel and uid, so it could not be checked".into(),
                "inspect the token together with the channel and uid that the client joins with".into()),
            Self::UnsignedBoundary { channel, uid } => ("unsigned_boundary", NONE,
                format!("the signature of a 006 token does not separate channel and uid: with other checksums, this one \
                 opens channel {} for uid {uid} too", Quoted(channel)).into(),
                "issue version 007, which signs each name with its length".into()),
            Self::Expired { at, now } => ("expired", EXPIRED,
                format!("the token expired at {at}, {} ago", Span::between(*at, *now)).into(),
                "fetch a new token and pass it to renewToken, or join again; renew when the SDK reports that the token \
                 will expire".into()),
            Self::ExpireZero => ("expire_zero", EXPIRED,
                "the lifetime of the token is 0 seconds, so it had expired when it was issued".into(),
                "pass seconds from now to the builder, such as 3600; check that the variable is set".into()),
            Self::IssuedInFuture { at, now } => ("issued_in_future", NONE,
                format!("the token was issued at {at}, {} in the future", Span::between(*at, *now)).into(),
                "set the clocks of both servers by NTP".into()),
            Self::ShortLived { expire } => ("short_lived", NONE,
                format!("the lifetime of the token is only {}", Span::secs(*expire)).into(),
                "pass the lifetime in seconds: 3600 for an hour".into()),
            Self::ExpireIsTimestamp { expire } => ("expire_is_timestamp", NONE,
                format!("the lifetime is {expire} seconds ({}), a Unix timestamp; Agora ends the token after 24 hours",
                    Span::secs(*expire)).into(),
                "pass seconds from now, such as 3600: 007 counts from the time of issue".into()),
            Self::Over24Hours { expire } => {
                let meant = expire / 1000;
                let is_milliseconds = expire % 1000 == 0 && (60..=Ttl::MAX.as_secs()).contains(&meant);
                ("over_24_hours", NONE,
                    format!("the lifetime is {expire} seconds ({}), but Agora ends every token 24 hours after its issue",
                        Span::secs(*expire)).into(),
                    if is_milliseconds { format!("pass {meant}, in seconds instead of milliseconds").into() }
                    else { "pass at most 86400, and renew".into() })
            }
            Self::ExpiresTooLate { at, now } => ("over_24_hours", NONE,
                format!("the token expires at {at}, in {}, but Agora ends every token 24 hours after its issue",
                    Span::between(*at, *now)).into(),
                "pass a time at most 86400 seconds after the issue; check the clock of the server that issued it".into()),
            Self::NoServices => ("no_services", INVALID, "the token holds no service, so it opens nothing".into(),
                "add a service, such as RTC, before building the token".into()),
            Self::UnknownServices(count) => ("unknown_services", NONE,
                format!("{count} {} be read: the first is of an unknown type", if *count == 1 { "service cannot" } else { "services cannot" }).into(),
                "look for a newer release of this tool".into()),
            Self::TooMuch => ("too_much", NONE,
                "the token holds more services or privileges than any library issues; the rest is not shown".into(),
                "do not trust the source of the token".into()),
            Self::NoService { wanted, has } => (
                if *wanted == Use::Rtc { "no_rtc_service" } else { "no_service" }, INVALID,
                format!("the token has no {wanted} service, only {}", list(has)).into(), request_for(*wanted).into()),
            Self::PrivilegeMissing { service, privilege } => ("privilege_missing", INVALID,
                format!("the {service} service lacks the privilege {privilege}, so it opens nothing").into(),
                format!("grant {privilege} when building the token").into()),
            Self::NoPrivileges { service } => ("no_privileges", NONE,
                format!("the {service} service grants no privilege").into(),
                "add the privilege; Agora's Node.js library leaves roomUser out of Flexible Classroom tokens".into()),
            Self::PrivilegesExpired { service, privileges, at, now } => ("privileges_ended", EXPIRED,
                format!("{} of the {service} service expired{} at {at}, {} ago, before the token does", list(privileges),
                    if privileges.len() == 1 { "" } else { ", the last" }, Span::between(*at, *now)).into(),
                "renew earlier, or give the privileges the lifetime of the token (007: 0)".into()),
            Self::PrivilegeIsTimestamp { service, privileges } => ("privilege_is_timestamp", NONE,
                format!("the {service} service has a Unix timestamp for {}; it expires with the token", list(privileges)).into(),
                "pass seconds from now, or 0 for the lifetime of the token: 007 counts from the time of issue".into()),
            Self::PrivilegeIsSeconds { service, privileges, stored } => ("privilege_is_seconds", EXPIRED,
                format!("the {service} service has {stored} as the expiry of {}: as a Unix timestamp, it expired in {}",
                    list(privileges), year(*stored)).into(),
                "pass the current Unix time plus the seconds: 006 holds absolute times".into()),
            Self::PrivilegesBeyondToken { service, privileges } => ("privileges_beyond_token", NONE,
                format!("{} of the {service} service would last longer than the token, but expires with it", list(privileges)).into(),
                "give the token the longer lifetime, at most 24 hours, and renew".into()),
            Self::AppToken { service } => (if *service == "chat" { "chat_app_token" } else { "apaas_app_token" }, INVALID,
                format!("this is an app token: it administers every {service} user of the project, and a client that holds \
                 it can do so too").into(),
                format!("keep it on the server; request a token for one user ({}) for the client",
                    if *service == "chat" { "tokenType chat-user" } else { "tokenType apaas-user" }).into()),
            Self::UidIsTextZero => ("uid_is_text_zero", INVALID,
                "the uid is the text \"0\", a user account of that name, not uid 0".into(),
                "pass the number to the builder: Number(uid) or (int) $uid".into()),
            Self::OddUid(odd, uid) => ("odd_uid", NONE,
                format!("the uid {} {odd}, so it is a user account, which a client that joins with an integer cannot use",
                    Quoted(uid)).into(), odd.fix().into()),
            Self::NameIsPlaceholder { service, field, word } => ("name_is_placeholder", INVALID,
                format!("the {} of the {service} service is the word {word}: a variable was not set", field.name()).into(),
                "check the request that the token server received".into()),
            Self::NameNotAllowed { service, field, error } => ("name_not_allowed",
                if *field == Field::Channel { CHANNEL } else { USER },
                format!("the {} of the {service} service is not allowed: {error}", field.name()).into(),
                "use another name".into()),
            Self::UserIdNotFor2x { service, user } => ("user_id_not_for_2x", NONE,
                format!("the {service} user {} has a dot or starts with an underscore, which Signaling 2.x refuses", Quoted(user)).into(),
                "use another user ID if clients have Signaling 2.x".into()),
            Self::NoUser { service } => ("no_user", INVALID, format!("the {service} service names no user").into(),
                "pass a user ID to the builder; uid 0 is not one".into()),
            Self::RtmWrongSlot { user } => ("rtm_wrong_slot", INVALID, match user {
                    RtmSlot::Both => "the user is also in the uid slot of the 006 token, which RTM wants empty",
                    RtmSlot::Uid => "the user is in the uid slot of the 006 token; RTM wants the user in the channel slot and \
                                     the uid slot empty",
                    RtmSlot::Unknown => "the uid slot of the 006 token is not empty, as RTM wants it",
                }.into(),
                "issue the token with RtmTokenBuilder, or pass the user as the channel name and an empty uid".into()),
            Self::NamesSwapped { channel, uid } => ("names_swapped", INVALID,
                format!("channel and uid are swapped: the token is for channel {} and uid {}", Quoted(channel), Quoted(uid)).into(),
                "swap the two arguments where the token is built".into()),
            Self::ChannelDiffers { field, token, joins } => differs(
                "channel_differs", if *field == Field::Channel { "channel" } else { "room" }, token.as_deref(), joins),
            Self::UidDiffers { token, joins } => differs("uid_differs", "uid", token.as_deref(), joins),
            Self::UidKindDiffers { token, joins } => {
                let is_account = token.parse::<u32>().is_err();
                let (what, fix) = if is_account {
                    (format!("the token is for the user account {}, but the client joins with the integer {joins}", Quoted(token)),
                     "join with joinChannelWithUserAccount (Web: pass the account as text), or issue a token for the integer")
                } else {
                    (format!("the token is for the integer uid {token}, but the client joins with the user account {}", Quoted(joins)),
                     "join with joinChannel and the integer, or issue a token for the user account")
                };
                ("uid_kind_differs", INVALID, what.into(), fix.into())
            }
            Self::UserDiffers { service, token, joins } => {
                differs("user_differs", &format!("{service} user"), token.as_deref(), joins)
            }
            Self::ChatUserIsUuid { uuid, user } => ("chat_user_is_uuid", NONE,
                format!("the token names the Chat UUID {uuid}, which must be that of the user {}", Quoted(user)).into(),
                "compare it with the uuid that Chat's REST API returns for the user".into()),
            Self::WildcardChannel { service, pattern } => ("wildcard_channel", NONE,
                format!("the channel of the {service} service is {}, a wildcard: the token opens {}", named(pattern, Field::Channel),
                    if is_everything(pattern) { "every channel of the project" } else { "every channel that matches" }).into(),
                "issue a token for one channel, unless that is intended".into()),
            Self::WildcardOpensRest => ("wildcard_opens_rest", NONE,
                "the holder can also call Agora's REST API with this token (Authorization: agora token=…), for each of \
                 its channels".into(),
                "issue a token for one channel to clients".into()),
            Self::WildcardUid { service, pattern } => ("wildcard_uid", NONE,
                format!("the uid of the {service} service is {}, a wildcard: its holder can join as {}", named(pattern, Field::Uid),
                    if is_everything(pattern) { "any user" } else { "any user that matches" }).into(),
                "issue a token for one uid, unless that is intended".into()),
        };
        Explanation { code, what, fix, sdk_error }
    }
}

impl fmt::Display for OddUid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Negative(_) => "is negative",
            Self::TooLarge => "is more than 4294967295",
            Self::LeadingZeros => "has leading zeros",
            Self::NotWhole => "is not a whole number",
        })
    }
}

impl OddUid {
    fn fix(self) -> String {
        match self {
            Self::Negative(Some(unsigned)) => format!("pass it as an unsigned integer: {unsigned}"),
            Self::LeadingZeros => "pass the number without leading zeros".to_owned(),
            Self::Negative(None) | Self::TooLarge | Self::NotWhole => {
                "use an integer from 1 to 4294967295".to_owned()
            }
        }
    }
}

/// The request that issues the token for a use.
fn request_for(wanted: Use) -> &'static str {
    match wanted {
        Use::Rtc => "request tokenType rtc with the channel and uid of the client",
        Use::Rtm => "request tokenType rtm, or rtc with \"rtm\": true",
        Use::Chat => "request tokenType chat-user, or rtc with \"chat\": true",
        Use::Streaming => "build a token with the Streaming service",
        Use::Fpa => "request tokenType fpa",
        Use::Fcdn => "build a token with the FCDN service",
        Use::Apaas => "request tokenType apaas-room-user or apaas-user",
        Use::ConvoAi => "request tokenType convoai",
        Use::Stt => "request tokenType stt",
    }
}

/// A name of the token, and the one that the client uses instead.
fn differs(
    code: &'static str,
    what: &str,
    token: Option<&str>,
    joins: &str,
) -> (&'static str, SdkError, Cow<'static, str>, Cow<'static, str>) {
    let joins_zero = what == "uid" && joins == "0";
    let client =
        if joins_zero { "0, for which the SDK draws one".to_owned() } else { Quoted(joins).to_string() };
    let text = match token {
        Some(token) => {
            let same_number = token.parse::<u64>().is_ok_and(|number| Ok(number) == joins.parse());
            let how = if !joins_zero && token.trim() == joins.trim() {
                ", which differs in spaces"
            } else if token.eq_ignore_ascii_case(joins) {
                ", which differs in upper and lower case"
            } else if same_number {
                "; for Agora, leading zeros make another user"
            } else {
                ""
            };
            format!("the token is for the {what} {}, but the client uses {client}{how}", Quoted(token))
        }
        None => {
            format!("the token is for another {what} than {client} of the client; 006 holds a checksum only")
        }
    };
    (code, INVALID, text.into(), format!("use the same {what} for the token and in the client").into())
}

/// The wildcard, in words.
fn named(pattern: &str, field: Field) -> String {
    match (pattern, field) {
        ("", Field::Channel) => "empty".to_owned(),
        ("", _) => "0".to_owned(),
        (pattern, _) => Quoted(pattern).to_string(),
    }
}

fn is_everything(pattern: &str) -> bool {
    pattern.is_empty() || pattern == "*"
}
