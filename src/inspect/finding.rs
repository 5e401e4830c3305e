//! What can be wrong with a token.

use super::legacy::Version;
use super::repair::Repair;
use crate::time::UnixTime;
use crate::token::{AppId, Field, NameError, ParseError};

/// Something that is wrong, or may be.
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
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The client is refused.
    Error,
    /// The token works, but perhaps not as intended.
    Warning,
}

impl Severity {
    /// `error` or `warning`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// What is wrong with a token, or may be. [`explain`](Self::explain) puts it into words.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names of the fields say what they are")]
#[non_exhaustive]
pub enum FindingKind {
    /// There is nothing.
    Empty,
    /// A word that stands for a missing value.
    Placeholder(&'static str),
    /// A JSON Web Token.
    Jwt,
    /// JSON, perhaps with a token in it.
    Json,
    /// An App ID or an App Certificate.
    Hex32 { our_app_id: bool },
    /// Something else.
    NotAToken,
    /// A version that is not known.
    UnknownVersion(String),
    /// The token is whole, but something happened to its text.
    Repaired(&'static Repair),
    /// Its end is missing.
    CutOff,
    /// It cannot be read.
    Damaged(ParseError),
    /// A version before 006.
    OldVersion(Version),
    /// Version 006.
    OlderVersion,
    /// Another project's.
    OtherAppId { token: AppId, ours: AppId },
    /// Signed with neither certificate.
    SignatureInvalid,
    /// Signed with the secondary certificate.
    SignedWithSecondary,
    /// It has ended.
    Expired { at: UnixTime, now: UnixTime },
    /// It was made to live for no time.
    ExpireZero,
    /// It was issued later than now.
    IssuedInFuture { at: UnixTime, now: UnixTime },
    /// It was made to live for less than a minute.
    ShortLived { expire: u32 },
    /// Its lifetime looks like a moment.
    ExpireIsTimestamp { expire: u32 },
    /// Its lifetime is more than Agora grants.
    Over24Hours { expire: u32 },
    /// It holds no service.
    NoServices,
    /// Services of unknown types.
    UnknownServices(u16),
    /// More services or privileges than are looked at.
    TooMuch,
    /// A client wants to join a channel without an RTC service.
    NoRtcService { has: Vec<&'static str> },
    /// A service lacks the privilege that it starts with.
    PrivilegeMissing { service: &'static str, privilege: &'static str },
    /// A service has no privilege.
    NoPrivileges { service: &'static str },
    /// Privileges that have ended while the token has not.
    PrivilegesEnded { service: &'static str, privileges: Vec<String>, at: UnixTime, now: UnixTime },
    /// 007: privileges whose seconds look like a moment.
    PrivilegeIsTimestamp { service: &'static str, privileges: Vec<String> },
    /// 006: privileges whose moments look like seconds from now.
    PrivilegeIsSeconds { service: &'static str, privileges: Vec<String>, stored: u32 },
    /// Privileges that would last longer than the token.
    PrivilegesBeyondToken { service: &'static str, privileges: Vec<String> },
    /// The uid is the text `0`.
    UidIsTextZero,
    /// The uid is a number, but not a uid.
    OddUid(OddUid, String),
    /// A name is a word that stands for a missing value.
    NameIsPlaceholder { service: &'static str, field: Field, word: &'static str },
    /// A name that Agora does not allow.
    NameNotAllowed { service: &'static str, field: Field, error: NameError },
    /// A service of one user that names none.
    NoUser { service: &'static str },
    /// The client joins another channel. 006 does not say which one it is for.
    ChannelDiffers { token: Option<String>, joins: String },
    /// The client joins as another user.
    UidDiffers { token: Option<String>, joins: String },
    /// The client signs in as another user.
    UserDiffers { service: &'static str, token: Option<String>, joins: String },
    /// It opens more than one channel.
    WildcardChannel { service: &'static str, pattern: String },
    /// It is good for more than one user.
    WildcardUid { service: &'static str, pattern: String },
}

/// What a uid is that looks like a number, but is not one of 1 to 4,294,967,295.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OddUid {
    /// Below 0. Languages without unsigned integers show this number so, if there is one.
    Negative(Option<u32>),
    /// Above 4,294,967,295.
    TooLarge,
    /// With zeros in front.
    LeadingZeros,
    /// With a fraction or an exponent.
    NotWhole,
}
