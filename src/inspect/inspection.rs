//! The result of an inspection.

use super::client::{Client, Use};
use super::finding::{Explanation, Finding, FindingKind};
use super::legacy::Version;
use super::read::{self, Found, SeveralTokens, Unread};
use super::repair::Repair;
use super::rules::{self, Checked};
use super::sdk_error::SdkError;
use super::service::{self, InspectedService, Wildcard};
use super::signature::Signature;
use super::text::token_hash;
use super::verdict::{Severity, Verdict};
use super::view::MAX_SHOWN;
use crate::time::UnixTime;
use crate::token::{AppId, Project};

/// The content of a token, and its faults.
///
/// ```
/// use agora_token_server::inspect::{Client, Inspection, Signature, Verdict};
/// use agora_token_server::time::{Ttl, UnixTime};
/// use agora_token_server::token::{AccessToken2, Project, Service};
///
/// let (project, now) = (Project::public_test(), UnixTime::from_secs(1_700_000_000));
/// let service = Service::rtm(&"alice".parse()?, Ttl::HOUR.into());
/// let token = AccessToken2::new(project.app_id(), now, Ttl::HOUR, 1, service).build(project.certificate());
///
/// let inspection = Inspection::new(&token, &project, now, Client::new(None, Some("bob")))?;
/// assert_eq!(inspection.signature, Signature::Primary);
/// assert_eq!(inspection.verdict(), Verdict::Refused);
/// assert_eq!(inspection.findings[0].code(), "user_differs");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Inspection {
    /// The time of the inspection.
    pub now: UnixTime,
    /// What was undone to get at the token, in this order.
    pub repairs: Vec<&'static Repair>,
    /// [`token_hash`] of the token.
    pub token_hash: Option<String>,
    /// The version; `None` if the text is not a token.
    pub version: Option<Version>,
    /// The App ID in the token; `None` if the App Certificate is in its place.
    pub app_id: Option<AppId>,
    /// Whether that is the App ID of the project that the token was inspected for.
    pub our_app_id: bool,
    /// When the token was issued. A 006 token does not hold that.
    pub issued_at: Option<UnixTime>,
    /// When the token expires: at its own expiry, but at most 24 hours after its issue, when Agora ends every token.
    pub expires_at: Option<UnixTime>,
    /// Which certificate signed the token.
    pub signature: Signature,
    /// The services, at most [`Self::MAX_SHOWN`]. The one service of a 006 token is shown in the same way.
    pub services: Vec<InspectedService>,
    /// How many services follow those that are known, from the first unknown one on.
    pub unknown_services: u16,
    /// Names that match more than one channel or user.
    pub wildcards: Vec<Wildcard>,
    /// What is wrong, errors first.
    pub findings: Vec<Finding>,
    /// What a client can use the token for, as far as the services are concerned.
    pub usable_for: Vec<Use>,
    uses: Vec<Use>,
    is_wanted_unread: bool,
}

impl Inspection {
    /// How many services, and privileges of each, are inspected. No token needs as many; a hostile
    /// one of 200 bytes can hold 16,000.
    pub const MAX_SHOWN: usize = MAX_SHOWN;

    /// Explains the token in `text` as of `now`, for a client of `project`.
    ///
    /// # Errors
    /// [`SeveralTokens`] if the text holds different tokens.
    pub fn new(
        text: &str,
        project: &Project,
        now: UnixTime,
        client: Client<'_>,
    ) -> Result<Self, SeveralTokens> {
        let (Found { token, mut view, repairs }, checked) = match read::read(text, project) {
            Ok(found) => {
                let checked = rules::check(&found.view, project, now, client);
                (found, checked)
            }
            Err(Unread::Finding(kind)) => (Found::default(), Checked::of(kind)),
            Err(Unread::Several(several)) => return Err(several),
        };
        let repaired = repairs
            .iter()
            .map(|repair| Finding { severity: repair.severity, kind: FindingKind::Repaired(repair) });
        let is_error = |finding: &Finding| finding.severity == Severity::Error;
        let (mut findings, warnings): (Vec<_>, Vec<_>) = repaired.chain(checked.findings).partition(is_error);
        findings.extend(warnings);
        let uses = match client.wanted() {
            Some(wanted) => vec![wanted],
            None if view.services.is_empty() => Use::ALL.to_vec(),
            None => view.services.iter().filter_map(InspectedService::purpose).collect(),
        };
        for service in &mut view.services {
            service.privileges.truncate(MAX_SHOWN);
        }
        Ok(Self {
            now,
            repairs,
            token_hash: view.version.map(|_| token_hash(&token)),
            version: view.version,
            app_id: view.app_id.filter(|_| !checked.is_certificate_in_token),
            our_app_id: view.app_id == Some(project.app_id()),
            issued_at: view.issued_at,
            expires_at: view.expires_at,
            signature: checked.signature,
            wildcards: view.services.iter().flat_map(InspectedService::wildcards).collect(),
            services: view.services,
            unknown_services: view.unknown_services,
            findings,
            usable_for: checked.usable_for,
            uses,
            is_wanted_unread: checked.is_wanted_unread,
        })
    }

    /// Whether a client can use the token.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        if self.findings.iter().any(|finding| finding.severity == Severity::Error) {
            Verdict::Refused
        } else if self.is_wanted_unread || matches!(self.signature, Signature::Unchecked(_)) {
            Verdict::Unknown
        } else {
            Verdict::Usable
        }
    }

    /// The errors by which Agora's SDKs report a finding.
    #[must_use]
    pub fn sdk_error(&self, finding: &Finding) -> SdkError {
        let Explanation { sdk_error, service, .. } = finding.kind.explain();
        match service {
            Some(service) => sdk_error.seen_by(service::purpose(service).as_slice()),
            None => sdk_error.seen_by(&self.uses),
        }
    }

    /// Seconds until the token expires, negative if it has expired.
    #[must_use]
    pub fn seconds_left(&self) -> Option<i64> {
        Some(self.now.until(self.expires_at?))
    }
}
