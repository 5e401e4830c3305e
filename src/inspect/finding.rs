//! Everything that can be wrong with a token: one table of codes, texts, fixes and errors of SDKs.

use std::borrow::Cow;
use std::fmt;

use super::client::Use;
use super::legacy::Version;
use super::names::OddUid;
use super::phrase::{Differs, Pattern, Quoted, Span, is_everything, list, year};
use super::repair::Repair;
use super::sdk_error::{APP_ID, CHANNEL, EXPIRED, INVALID, MISSING, NONE, SdkError, USER};
use super::verdict::Severity;
use crate::time::UnixTime;
use crate::token::{AppId, Field, NameError, ParseError};

/// A fault or a possible fault.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What it is.
    pub kind: FindingKind,
}

impl Finding {
    pub(super) const fn error(kind: FindingKind) -> Self {
        Self { severity: Severity::Error, kind }
    }

    pub(super) const fn warning(kind: FindingKind) -> Self {
        Self { severity: Severity::Warning, kind }
    }

    /// The stable code, for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.kind.explain().code
    }
}

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
    pub(super) sdk_error: &'static SdkError,
    /// The service that the finding is about, if the SDKs of others would not report it.
    pub(super) service: Option<&'static str>,
}

/// Defines the findings. A row is a kind and its facts, the service that it is about, the code and the errors of SDKs; what
/// is wrong; the fix. The texts name the facts, as `format!` does.
macro_rules! findings {
    ($(
        $(#[doc = $doc:literal])?
        $Kind:ident $(($($part:ident: $Part:ty),+))? $({ $($fact:ident: $Fact:ty),+ })? $(of $service:expr)? =>
        $code:expr, $sdk_error:expr;
        $what:literal $(, $what_part:expr)*;
        $fix:literal $(, $fix_part:expr)*;
    )+) => {
        /// A fault of a token, or a possible one. [`explain`](Self::explain) returns its text.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "the names of the fields say what they are")]
        #[non_exhaustive]
        pub enum FindingKind {
            $(#[doc = first!($($doc,)? $what)] $Kind $(($($Part),+))? $({ $($fact: $Fact),+ })?,)+
        }

        impl FindingKind {
            /// The finding in words.
            #[must_use]
            pub fn explain(&self) -> Explanation {
                match self {
                    $(Self::$Kind $(($($part),+))? $({ $($fact),+ })? => Explanation {
                        code: $code,
                        sdk_error: $sdk_error,
                        service: None$(.or(Some($service)))?,
                        what: text(format_args!($what $(, $what_part)*)),
                        fix: text(format_args!($fix $(, $fix_part)*)),
                    },)+
                }
            }
        }
    };
}

macro_rules! first {
    ($first:literal $(, $other:literal)*) => {
        $first
    };
}

findings! {
    Empty => "empty", MISSING;
        "the token is empty";
        "check that App ID and App Certificate on the server are 32 hexadecimal digits; otherwise Agora's Node.js, \
         Python and PHP libraries return an empty token";
    Placeholder(word: &'static str) => "placeholder", INVALID;
        "this is the word {word}, not a token: a variable was used before it was set";
        "wait for the response of the token server, and check the name of the member that holds the token";
    Jwt => "jwt", INVALID;
        "this is a JWT, not an Agora token";
        "send the JWT to the token server, and join with the token in its response";
    Json => "json", INVALID;
        "this is JSON without a token in it";
        "look for an error in it, and pass only the member that holds the token";
    OurAppId => "app_id_or_certificate", INVALID;
        "this is the App ID, not a token";
        "request a token from the token server; pass the App ID where the SDK is initialized";
    Hex32 => "app_id_or_certificate", INVALID;
        "these are 32 hexadecimal digits: an App ID or an App Certificate, not a token";
        "request a token from the token server; if a client holds the App Certificate, replace it in the Agora Console";
    NotAToken => "not_a_token", INVALID;
        "this is not an Agora token, which starts with 007 or, in the older format, 006";
        "check which variable was passed";
    UnknownVersion(version: String) => "unknown_version", INVALID;
        "the token starts with {version}, an unknown version";
        "check the first characters; look for a newer release of this tool";
    /// The token is whole, but something happened to its text.
    Repaired(repair: &'static Repair) => repair.code, INVALID;
        "{}", repair.what;
        "{}", repair.fix;
    CutOff => "cut_off", INVALID;
        "the end of the token is missing";
        "copy all of the token; look for a place that shortens it, such as a database column";
    Damaged(error: ParseError) => "damaged", INVALID;
        "the token is damaged: {error}";
        "{}", match error {
            ParseError::AppId(_) => "check APP_ID on the server that issued the token",
            _ => "pass the token on as the server issued it",
        };
    OldVersion(version: Version) => "old_version", INVALID;
        "this is a token of the legacy version {version}, which current Agora SDKs refuse";
        "issue a token of version 007";
    OlderVersion => "older_version", NONE;
        "version 006 still works, but has no wildcard channels and no services besides RTC and RTM";
        "issue version 007 if all clients have a 4.x SDK (Web: 4.8 or later)";
    OtherAppId { token: AppId, ours: AppId } => "other_app_id", APP_ID;
        "the token is for the App ID {token}, but this project is {ours}{}",
        if token.as_str().eq_ignore_ascii_case(ours.as_str()) { ", which differs in upper and lower case" } else { "" };
        "use the same App ID on client and server";
    CertificateInToken => "certificate_in_token", INVALID;
        "the token holds the App Certificate of this project in the place of the App ID: every client can read the \
         certificate";
        "swap App ID and App Certificate on the server; then replace the leaked certificate in the Agora Console";
    SignatureInvalid => "signature_invalid", INVALID;
        "the token is not signed with the App Certificate of this project";
        "compare the certificate on the server with the Agora Console: enable one if the project has none, and copy it \
         again if it was replaced";
    SignedWithSecondary => "signed_with_secondary", NONE;
        "the token is signed with the secondary App Certificate, and works until that is deleted";
        "sign with the primary certificate";
    NamesNeeded => "names_needed", NONE;
        "the signature of a 006 token covers channel and uid, so it could not be checked";
        "inspect the token together with the channel and uid that the client joins with";
    UserNeeded => "names_needed", NONE;
        "the signature of a 006 token covers the user ID, so it could not be checked";
        "inspect the token together with the user ID that logs in, as uid";
    UnsignedBoundary { channel: String, uid: String } => "unsigned_boundary", NONE;
        "the signature of a 006 token does not separate channel and uid: with other checksums, this one opens channel \
         {} for uid {uid} too", Quoted(channel);
        "issue version 007, which signs each name with its length";
    Expired { at: UnixTime, now: UnixTime } => "expired", EXPIRED;
        "the token expired at {at}, {} ago", Span::between(*at, *now);
        "fetch a new token and pass it to renewToken, or join again; renew when the SDK reports that the token will \
         expire";
    ExpireZero => "expire_zero", EXPIRED;
        "the lifetime of the token is 0 seconds, so it had expired when it was issued";
        "pass seconds from now to the builder, such as 3600; check that the variable is set";
    IssuedInFuture { at: UnixTime, now: UnixTime } => "issued_in_future", NONE;
        "the token was issued at {at}, {} in the future", Span::between(*at, *now);
        "set the clocks of both servers by NTP";
    ShortLived { expire: u32 } => "short_lived", NONE;
        "the lifetime of the token is only {}", Span::secs(*expire);
        "pass the lifetime in seconds: 3600 for an hour";
    ExpireIsTimestamp { expire: u32 } => "expire_is_timestamp", NONE;
        "the lifetime is {expire} seconds ({}), a Unix timestamp; Agora ends the token after 24 hours",
        Span::secs(*expire);
        "pass seconds from now, such as 3600: 007 counts from the time of issue";
    Over24Hours { expire: u32 } => "over_24_hours", NONE;
        "the lifetime is {expire} seconds ({}), but Agora ends every token 24 hours after its issue",
        Span::secs(*expire);
        "pass {}", lifetime(*expire);
    ExpiresTooLate { at: UnixTime, now: UnixTime } => "over_24_hours", NONE;
        "the token expires at {at}, in {}, but Agora ends every token 24 hours after its issue",
        Span::between(*at, *now);
        "pass a time at most 86400 seconds after the issue; check the clock of the server that issued it";
    NoServices => "no_services", INVALID;
        "the token holds no service, so it opens nothing";
        "add a service, such as RTC, before building the token";
    UnknownServices(count: u16) => "unknown_services", NONE;
        "{count} service{} cannot be read: the first is of an unknown type", if *count == 1 { "" } else { "s" };
        "look for a newer release of this tool";
    TooMuch => "too_much", NONE;
        "the token holds more services or privileges than any library issues; the rest is not shown";
        "do not trust the source of the token";
    NoService { wanted: Use, has: Vec<&'static str> } =>
        if *wanted == Use::Rtc { "no_rtc_service" } else { "no_service" }, INVALID;
        "the token has no {wanted} service, only {}", list(has);
        "{}", wanted.request();
    PrivilegeMissing { service: &'static str, privilege: &'static str } of *service => "privilege_missing", INVALID;
        "the {service} service lacks the privilege {privilege}, so it opens nothing";
        "grant {privilege} when building the token";
    NoPrivileges { service: &'static str } of *service => "no_privileges", NONE;
        "the {service} service grants no privilege";
        "add the privilege; Agora's Node.js library leaves roomUser out of Flexible Classroom tokens";
    PrivilegesExpired { service: &'static str, privileges: Vec<String>, at: UnixTime, now: UnixTime } of *service =>
        "privileges_ended", EXPIRED;
        "{} of the {service} service expired{} at {at}, {} ago, before the token does", list(privileges),
        if privileges.len() == 1 { "" } else { ", the last" }, Span::between(*at, *now);
        "renew earlier, or give the privileges the lifetime of the token (007: 0)";
    PrivilegeIsTimestamp { service: &'static str, privileges: Vec<String> } of *service =>
        "privilege_is_timestamp", NONE;
        "the {service} service has a Unix timestamp for {}; it expires with the token", list(privileges);
        "pass seconds from now, or 0 for the lifetime of the token: 007 counts from the time of issue";
    PrivilegeIsSeconds { service: &'static str, privileges: Vec<String>, stored: u32 } of *service =>
        "privilege_is_seconds", EXPIRED;
        "the {service} service has {stored} as the expiry of {}: as a Unix timestamp, it expired in {}",
        list(privileges), year(*stored);
        "pass the current Unix time plus the seconds: 006 holds absolute times";
    PrivilegesBeyondToken { service: &'static str, privileges: Vec<String> } of *service =>
        "privileges_beyond_token", NONE;
        "{} of the {service} service would last longer than the token, but expires with it", list(privileges);
        "give the token the longer lifetime, at most 24 hours, and renew";
    AppToken { service: &'static str } of *service =>
        if *service == "chat" { "chat_app_token" } else { "apaas_app_token" }, INVALID;
        "this is an app token: it administers every {service} user of the project, and a client that holds it can do \
         so too";
        "keep it on the server; request a token for one user (tokenType {service}-user) for the client";
    UidIsTextZero of "rtc" => "uid_is_text_zero", INVALID;
        "the uid is the text \"0\", a user account of that name, not uid 0";
        "pass the number to the builder: Number(uid) or (int) $uid";
    OddUid(odd: OddUid, uid: String) of "rtc" => "odd_uid", NONE;
        "the uid {} {odd}, so it is a user account, which a client that joins with an integer cannot use", Quoted(uid);
        "{}", odd.fix();
    NameIsPlaceholder { service: &'static str, field: Field, word: &'static str } of *service =>
        "name_is_placeholder", INVALID;
        "the {field} of the {service} service is the word {word}: a variable was not set";
        "check the request that the token server received";
    NameNotAllowed { service: &'static str, field: Field, error: NameError } of *service =>
        "name_not_allowed", if *field == Field::Channel { CHANNEL } else { USER };
        "the {field} of the {service} service is not allowed: {error}";
        "use another name";
    UserIdNotFor2x { service: &'static str, user: String } of *service => "user_id_not_for_2x", NONE;
        "the {service} user {} has a dot or starts with an underscore, which Signaling 2.x refuses", Quoted(user);
        "use another user ID if clients have Signaling 2.x";
    NoUser { service: &'static str } of *service => "no_user", INVALID;
        "the {service} service names no user";
        "pass a user ID to the builder; uid 0 is not one";
    /// 006 RTM: the uid slot is not empty; the user is there, in both slots, or not known.
    RtmWrongSlot { user: RtmSlot } of "rtm" => "rtm_wrong_slot", INVALID;
        "{}", match user {
            RtmSlot::Both => "the user is also in the uid slot of the 006 token, which RTM wants empty",
            RtmSlot::Uid => "the user is in the uid slot of the 006 token; RTM wants the user in the channel slot and \
                             the uid slot empty",
            RtmSlot::Unknown => "the uid slot of the 006 token is not empty, as RTM wants it",
        };
        "issue the token with RtmTokenBuilder, or pass the user as the channel name and an empty uid";
    NamesSwapped { channel: String, uid: String } of "rtc" => "names_swapped", INVALID;
        "channel and uid are swapped: the token is for channel {} and uid {}", Quoted(channel), Quoted(uid);
        "swap the two arguments where the token is built";
    /// Another channel. `None` if a 006 token does not reveal which.
    ChannelDiffers { field: Field, token: Option<String>, joins: String } of "rtc" => "channel_differs", INVALID;
        "{}", Differs { what: channel_or_room(*field), token, joins };
        "use the same {} for the token and in the client", channel_or_room(*field);
    /// Another user. `None` if a 006 token does not reveal which.
    UidDiffers { token: Option<String>, joins: String } of "rtc" => "uid_differs", INVALID;
        "{}", Differs { what: "uid", token, joins };
        "use the same uid for the token and in the client";
    AccountForInteger { token: String, joins: String } of "rtc" => "uid_kind_differs", INVALID;
        "the token is for the user account {}, but the client joins with the integer {joins}", Quoted(token);
        "join with joinChannelWithUserAccount (Web: pass the account as text), or issue a token for the integer";
    IntegerForAccount { token: String, joins: String } of "rtc" => "uid_kind_differs", INVALID;
        "the token is for the integer uid {token}, but the client joins with the user account {}", Quoted(joins);
        "join with joinChannel and the integer, or issue a token for the user account";
    /// Another user of RTM, Chat or Flexible Classroom. `None` if a 006 token does not reveal which.
    UserDiffers { service: &'static str, token: Option<String>, joins: String } of *service =>
        "user_differs", INVALID;
        "{}", Differs { what: &format!("{service} user"), token, joins };
        "use the same {service} user for the token and in the client";
    ChatUserIsUuid { uuid: String, user: String } => "chat_user_is_uuid", NONE;
        "the token names the Chat UUID {uuid}, which must be that of the user {}", Quoted(user);
        "compare it with the uuid that Chat's REST API returns for the user";
    WildcardChannel { service: &'static str, pattern: String } of *service => "wildcard_channel", NONE;
        "the channel of the {service} service is {}, a wildcard: the token opens {}", Pattern { text: pattern, empty: "empty" },
        if is_everything(pattern) { "every channel of the project" } else { "every channel that matches" };
        "issue a token for one channel, unless that is intended";
    WildcardOpensRest of "rtc" => "wildcard_opens_rest", NONE;
        "the holder can also call Agora's REST API with this token (Authorization: agora token=…), for each of its \
         channels";
        "issue a token for one channel to clients";
    WildcardUid { service: &'static str, pattern: String } of *service => "wildcard_uid", NONE;
        "the uid of the {service} service is {}, a wildcard: its holder can join as {}", Pattern { text: pattern, empty: "0" },
        if is_everything(pattern) { "any user" } else { "any user that matches" };
        "issue a token for one uid, unless that is intended";
}

/// A text without facts is not copied.
fn text(text: fmt::Arguments<'_>) -> Cow<'static, str> {
    text.as_str().map_or_else(|| text.to_string().into(), Cow::Borrowed)
}

/// Where the user of a 006 RTM token is, beside an empty uid slot where none should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RtmSlot {
    /// In both slots.
    Both,
    /// In the uid slot.
    Uid,
    /// Not known.
    Unknown,
}

/// The lifetime to pass instead of one that is too long.
fn lifetime(expire: u32) -> Cow<'static, str> {
    match expire / 1000 {
        meant @ 60..=86_400 if expire.is_multiple_of(1000) => {
            format!("{meant}, in seconds instead of milliseconds").into()
        }
        _ => "at most 86400, and renew".into(),
    }
}

fn channel_or_room(field: Field) -> &'static str {
    if field == Field::Channel { "channel" } else { "room" }
}
