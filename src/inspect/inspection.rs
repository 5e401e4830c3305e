//! The result of an inspection.

use std::fmt;

use super::client::Client;
use super::finding::{Finding, FindingKind, Severity};
use super::legacy::Version;
use super::repair::{self, Found};
use super::rules;
use crate::time::UnixTime;
use crate::token::{AppId, Field, Payload, Project};

/// What a token holds, and what is wrong with it.
///
/// ```
/// use agora_token_server::inspect::{Client, Inspection, Signature};
/// use agora_token_server::time::{Ttl, UnixTime};
/// use agora_token_server::token::{AccessToken2, Project, Service};
///
/// let (project, now) = (Project::public_test(), UnixTime::from_secs(1_700_000_000));
/// let service = Service::rtm(&"alice".parse()?, Ttl::HOUR.into());
/// let token = AccessToken2::new(project.app_id(), now, Ttl::HOUR, 1, service).build(project.certificate());
///
/// let inspection = Inspection::new(&token, &project, now, Client::new(None, Some("bob")));
/// assert_eq!(inspection.signature, Signature::Primary);
/// assert_eq!(inspection.findings[0].kind.explain().code, "user_differs");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Inspection {
    /// The time that the token was judged at.
    pub now: UnixTime,
    /// The version; `None` if the text is no token.
    pub version: Option<Version>,
    /// The App ID in the token.
    pub app_id: Option<AppId>,
    /// Whether that is the App ID of the project that the token was inspected for.
    pub our_app_id: bool,
    /// When the token was issued. A 006 token does not hold that.
    pub issued_at: Option<UnixTime>,
    /// When the token ends: at its own end, or 24 hours after its issue, when Agora ends every token.
    pub expires_at: Option<UnixTime>,
    /// Which certificate signed the token.
    pub signature: Signature,
    /// The services, at most [`Self::MAX_SHOWN`]. What a 006 token is for is shown as one.
    pub services: Vec<InspectedService>,
    /// How many services follow those that are known, from the first unknown one on.
    pub unknown_services: u16,
    /// Names that stand for more than one channel or user.
    pub wildcards: Vec<Wildcard>,
    /// What is wrong, errors first.
    pub findings: Vec<Finding>,
}

/// Which certificate signed a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signature {
    /// The project's certificate.
    Primary,
    /// The project's secondary certificate.
    Secondary,
    /// Neither.
    Invalid,
    /// Unknown.
    Unchecked(Unchecked),
}

/// Why a signature could not be checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unchecked {
    /// The text is no token.
    NoToken,
    /// The version is older than 006.
    OldVersion,
    /// The token belongs to another project, whose certificate is not known here.
    OtherProject,
    /// A 006 signature covers channel and uid (RTM: the user), which were not given.
    NeedsNames,
    /// By its checksums, a 006 token is for another channel or uid than were given.
    OtherNames,
}

impl fmt::Display for Unchecked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoToken => "there is no token to check",
            Self::OldVersion => "signatures of this old version are not checked",
            Self::OtherProject => "the token is another project's, whose certificate is not known here",
            Self::NeedsNames => {
                "006 is signed together with its channel and uid (RTM: its user), so give those as well"
            }
            Self::OtherNames => "the token is for another channel or uid than were given",
        })
    }
}

/// A service of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InspectedService {
    /// Agora's number; 006 has none.
    pub number: Option<u16>,
    /// The short name: `rtc`, `rtm`, …
    pub name: &'static str,
    /// What the service applies to; 006 holds only checksums of that.
    pub payload: Option<Payload>,
    /// The privileges, at most [`Inspection::MAX_SHOWN`].
    pub privileges: Vec<InspectedPrivilege>,
}

/// A privilege of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InspectedPrivilege {
    /// Agora's number.
    pub number: u16,
    /// Agora's name, if there is one.
    pub name: Option<&'static str>,
    /// When it ends, the end of the token considered.
    pub ends_at: UnixTime,
    /// What ends it.
    pub ended_by: EndedBy,
}

/// What ends a privilege.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndedBy {
    /// Its own end, no later than the token's.
    Itself,
    /// The token: the privilege has a 0, which is no end of its own.
    Token,
    /// The token, although the privilege would last longer.
    TokenEarlier,
}

/// A name in a token that stands for more than one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Wildcard {
    /// The service's short name.
    pub service: &'static str,
    /// Which of its texts.
    pub field: Field,
    /// The text; empty means "any".
    pub pattern: String,
}

impl Inspection {
    /// How many services, and privileges of each, are inspected. No token needs as many; a hostile
    /// one of 200 bytes can hold 16,000.
    pub const MAX_SHOWN: usize = 64;

    /// Explains `token` as of `now` for a client of `project`.
    #[must_use]
    pub fn new(token: &str, project: &Project, now: UnixTime, client: Client<'_>) -> Self {
        let mut inspection = Self::empty(now);
        let Found { view, repairs } = match repair::read(token, project) {
            Ok(found) => found,
            Err(kind) => {
                inspection.findings.push(Finding::error(kind));
                return inspection;
            }
        };
        let errors = repairs.into_iter().map(|repair| Finding::error(FindingKind::Repaired(repair)));
        let judged = rules::judge(&view, project, now, client);
        inspection.findings.extend(errors.chain(judged.findings));
        inspection.findings.sort_by_key(|finding| finding.severity);
        Self {
            version: Some(view.version),
            app_id: view.app_id,
            our_app_id: view.app_id == Some(project.app_id()),
            issued_at: view.issued_at,
            expires_at: view.expires_at,
            signature: judged.signature,
            services: view.services.iter().map(|service| service.shown(view.expires_at)).collect(),
            unknown_services: view.unknown_services,
            wildcards: judged.wildcards,
            ..inspection
        }
    }

    /// Whether a client can use the token: no finding is an error.
    #[must_use]
    pub fn usable(&self) -> bool {
        self.findings.iter().all(|finding| finding.severity != Severity::Error)
    }

    /// Seconds until the token ends, negative if it has ended.
    #[must_use]
    pub fn seconds_left(&self) -> Option<i64> {
        Some(self.now.until(self.expires_at?))
    }

    fn empty(now: UnixTime) -> Self {
        Self {
            now,
            version: None,
            app_id: None,
            our_app_id: false,
            issued_at: None,
            expires_at: None,
            signature: Signature::Unchecked(Unchecked::NoToken),
            services: Vec::new(),
            unknown_services: 0,
            wildcards: Vec::new(),
            findings: Vec::new(),
        }
    }
}
