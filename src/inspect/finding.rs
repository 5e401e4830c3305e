//! What can be wrong with a token.

use super::client::Use;
use super::legacy::Version;
use super::names::OddUid;
use super::repair::Repair;
use super::verdict::Severity;
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

    /// The stable code, for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.kind.explain().code
    }
}

/// What is wrong with a token, or may be. [`explain`](Self::explain) puts it into words.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names of the fields say what they are")]
#[non_exhaustive]
pub enum FindingKind {
    /// The text is empty.
    Empty,
    /// A placeholder for a missing value.
    Placeholder(&'static str),
    /// A JSON Web Token.
    Jwt,
    /// JSON without a token in it.
    Json,
    /// An App ID or an App Certificate.
    Hex32 { our_app_id: bool },
    /// Some other text.
    NotAToken,
    /// An unknown version.
    UnknownVersion(String),
    /// The token is whole, but something happened to its text.
    Repaired(&'static Repair),
    /// The end of the token is missing.
    CutOff,
    /// The token cannot be read.
    Damaged(ParseError),
    /// A version before 006.
    OldVersion(Version),
    /// Version 006.
    OlderVersion,
    /// The App ID of another project.
    OtherAppId { token: AppId, ours: AppId },
    /// The App Certificate in the place of the App ID.
    CertificateInToken,
    /// Signed with neither certificate.
    SignatureInvalid,
    /// Signed with the secondary certificate.
    SignedWithSecondary,
    /// 006: the signature needs names that were not given.
    NamesNeeded { is_rtm: bool },
    /// 006: the signature does not cover the boundary of channel and uid.
    UnsignedBoundary { channel: String, uid: String },
    /// The token has expired.
    Expired { at: UnixTime, now: UnixTime },
    /// The lifetime is 0.
    ExpireZero,
    /// The token is issued in the future.
    IssuedInFuture { at: UnixTime, now: UnixTime },
    /// A lifetime of less than a minute.
    ShortLived { expire: u32 },
    /// A lifetime that looks like a time.
    ExpireIsTimestamp { expire: u32 },
    /// A lifetime that is longer than Agora grants.
    Over24Hours { expire: u32 },
    /// 006: an expiry later than Agora grants.
    ExpiresTooLate { at: UnixTime, now: UnixTime },
    /// No service at all.
    NoServices,
    /// Services of unknown types.
    UnknownServices(u16),
    /// More services or privileges than are inspected.
    TooMuch,
    /// Not the service that the client uses.
    NoService { wanted: Use, has: Vec<&'static str> },
    /// A service lacks the privilege that its users need.
    PrivilegeMissing { service: &'static str, privilege: &'static str },
    /// A service grants no privilege.
    NoPrivileges { service: &'static str },
    /// Privileges that have expired before the token.
    PrivilegesExpired { service: &'static str, privileges: Vec<String>, at: UnixTime, now: UnixTime },
    /// 007: privileges whose seconds look like a time.
    PrivilegeIsTimestamp { service: &'static str, privileges: Vec<String> },
    /// 006: privileges whose times look like seconds.
    PrivilegeIsSeconds { service: &'static str, privileges: Vec<String>, stored: u32 },
    /// Privileges that would last longer than the token.
    PrivilegesBeyondToken { service: &'static str, privileges: Vec<String> },
    /// A token of an administrator.
    AppToken { service: &'static str },
    /// The uid is the text `0`.
    UidIsTextZero,
    /// The uid is a number, but not a uid.
    OddUid(OddUid, String),
    /// A name is a placeholder for a missing value.
    NameIsPlaceholder { service: &'static str, field: Field, word: &'static str },
    /// A name that Agora does not allow.
    NameNotAllowed { service: &'static str, field: Field, error: NameError },
    /// A user ID that RTM 1.x takes and Signaling 2.x does not.
    UserIdNotFor2x { service: &'static str, user: String },
    /// A service of one user that names none.
    NoUser { service: &'static str },
    /// 006 RTM: the uid slot is not empty; the user is there, in both slots, or not known.
    RtmWrongSlot { user: RtmSlot },
    /// The channel is the client's uid, and the uid its channel.
    NamesSwapped { channel: String, uid: String },
    /// Another channel. `None` if a 006 token does not reveal which.
    ChannelDiffers { field: Field, token: Option<String>, joins: String },
    /// Another user.
    UidDiffers { token: Option<String>, joins: String },
    /// A user account where the client joins with an integer, or the reverse.
    UidKindDiffers { token: String, joins: String },
    /// Another user of RTM, Chat or Flexible Classroom.
    UserDiffers { service: &'static str, token: Option<String>, joins: String },
    /// The Chat user is a UUID, the client has a name.
    ChatUserIsUuid { uuid: String, user: String },
    /// More than one channel.
    WildcardChannel { service: &'static str, pattern: String },
    /// A wildcard that authenticates calls of Agora's REST API too.
    WildcardOpensRest,
    /// More than one user.
    WildcardUid { service: &'static str, pattern: String },
}

impl FindingKind {
    /// The service that the finding is about, if the SDKs of others would not report it.
    pub(super) fn service(&self) -> Option<&'static str> {
        match self {
            Self::PrivilegeMissing { service, .. }
            | Self::NoPrivileges { service }
            | Self::PrivilegesExpired { service, .. }
            | Self::PrivilegeIsTimestamp { service, .. }
            | Self::PrivilegeIsSeconds { service, .. }
            | Self::PrivilegesBeyondToken { service, .. }
            | Self::AppToken { service }
            | Self::NameIsPlaceholder { service, .. }
            | Self::NameNotAllowed { service, .. }
            | Self::UserIdNotFor2x { service, .. }
            | Self::NoUser { service }
            | Self::UserDiffers { service, .. }
            | Self::WildcardChannel { service, .. }
            | Self::WildcardUid { service, .. } => Some(service),
            Self::RtmWrongSlot { .. } => Some("rtm"),
            Self::UidIsTextZero
            | Self::OddUid(..)
            | Self::NamesSwapped { .. }
            | Self::ChannelDiffers { .. }
            | Self::UidDiffers { .. }
            | Self::UidKindDiffers { .. }
            | Self::WildcardOpensRest => Some("rtc"),
            _ => None,
        }
    }
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
