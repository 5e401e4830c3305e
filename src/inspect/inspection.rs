//! The result of an inspection.

use super::client::{Client, Use};
use super::finding::{Finding, FindingKind};
use super::legacy::Version;
use super::read::{self, Found, SeveralTokens, Unread};
use super::repair::Repair;
use super::rules;
use super::sdk_error::SdkError;
use super::shown::{InspectedService, MAX_SHOWN, Wildcard};
use super::signature::{Signature, Unchecked};
use super::text::token_hash;
use super::verdict::{Severity, Verdict};
use super::view::ServiceView;
use crate::time::UnixTime;
use crate::token::{AppId, Project};

/// What a token holds, and what is wrong with it.
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
    /// The time that the token was judged at.
    pub now: UnixTime,
    /// What was undone to get at the token, in this order.
    pub repairs: Vec<&'static Repair>,
    /// [`token_hash`] of the token.
    pub token_hash: Option<String>,
    /// The version; `None` if the text is no token.
    pub version: Option<Version>,
    /// The App ID in the token; `None` if the App Certificate is in its place.
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
        let mut inspection = Self::empty(now, client);
        let Found { token, view, repairs } = match read::read(text, project) {
            Ok(found) => found,
            Err(Unread::Finding(kind)) => {
                inspection.findings.push(Finding { severity: Severity::Error, kind });
                return Ok(inspection);
            }
            Err(Unread::Several(several)) => return Err(several),
        };
        for repair in &repairs {
            let kind = FindingKind::Repaired(repair);
            inspection.findings.push(Finding { severity: repair.severity, kind });
        }
        let judged = rules::judge(&view, project, now, client);
        inspection.findings.extend(judged.findings);
        inspection.findings.sort_by_key(|finding| finding.severity);
        if client.wanted().is_none() && !view.services.is_empty() {
            inspection.uses = view.services.iter().filter_map(ServiceView::purpose).collect();
        }
        Ok(Self {
            token_hash: Some(token_hash(&token)),
            repairs,
            version: Some(view.version),
            app_id: view.app_id.filter(|_| !judged.is_certificate_in_token),
            our_app_id: view.app_id == Some(project.app_id()),
            issued_at: view.issued_at,
            expires_at: view.expires_at,
            signature: judged.signature,
            services: view.services.iter().map(|service| service.shown(view.expires_at)).collect(),
            unknown_services: view.unknown_services,
            wildcards: judged.wildcards,
            usable_for: judged.usable_for,
            is_wanted_unread: judged.is_wanted_unread,
            ..inspection
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
        let fault = finding.kind.explain().fault;
        match finding.kind.service() {
            Some("rtm2") => SdkError::new(fault, &[Use::Rtm]),
            Some(service) => {
                SdkError::new(fault, &service.parse().map(|purpose| vec![purpose]).unwrap_or_default())
            }
            None => SdkError::new(fault, &self.uses),
        }
    }

    /// Seconds until the token ends, negative if it has ended.
    #[must_use]
    pub fn seconds_left(&self) -> Option<i64> {
        Some(self.now.until(self.expires_at?))
    }

    fn empty(now: UnixTime, client: Client<'_>) -> Self {
        Self {
            now,
            repairs: Vec::new(),
            token_hash: None,
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
            usable_for: Vec::new(),
            uses: client.wanted().map_or_else(|| Use::ALL.to_vec(), |wanted| vec![wanted]),
            is_wanted_unread: false,
        }
    }
}
