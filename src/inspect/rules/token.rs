//! What is wrong with a token as a whole.

use super::service::{CheckedService, MIN_TIMESTAMP};
use crate::inspect::client::{Client, Use};
use crate::inspect::finding::{Finding, FindingKind};
use crate::inspect::legacy::Version;
use crate::inspect::names::{self, Name};
use crate::inspect::signature::{Signature, Unchecked, verified_by};
use crate::inspect::verdict::Severity;
use crate::inspect::view::{Signed, View};
use crate::time::{Ttl, UnixTime};
use crate::token::{AppCertificate, AppId, Field, Project};

/// How far clocks may differ before it is worth a finding.
const CLOCK_SKEW_SECS: i64 = 30;

/// The findings of the rules about a token, empty by default.
#[derive(Default)]
pub(in crate::inspect) struct Checked {
    pub(in crate::inspect) signature: Signature,
    pub(in crate::inspect) findings: Vec<Finding>,
    pub(in crate::inspect) usable_for: Vec<Use>,
    /// Whether a service that cannot be read may be the wanted one.
    pub(in crate::inspect) is_wanted_unread: bool,
    pub(in crate::inspect) is_certificate_in_token: bool,
}

/// Runs every rule over a token.
pub(in crate::inspect) fn check(
    view: &View,
    project: &Project,
    now: UnixTime,
    client: Client<'_>,
) -> Checked {
    let is_certificate_in_token = view.app_id.is_some_and(|app_id| is_certificate(app_id, project));
    let mut checked = Checked { is_certificate_in_token, ..Checked::default() };
    if is_certificate_in_token {
        checked.error(FindingKind::CertificateInToken);
    }
    let Some(signed) = &view.signed else {
        checked.signature = Signature::Unchecked(Unchecked::OldVersion);
        checked.findings.extend(view.version.map(FindingKind::OldVersion).map(Finding::error));
        return checked;
    };
    checked.signature(signed, view, project, client);
    checked.times(view, now);
    if view.is_truncated {
        checked.warn(FindingKind::TooMuch);
    }
    checked.presence(view, client.wanted());
    let services = view.services.iter().map(|service| CheckedService::new(service, view, now, client));
    checked.services(services.collect(), client.wanted());
    checked
}

impl Checked {
    /// The one finding about a text that is not a token.
    pub(in crate::inspect) fn of(kind: FindingKind) -> Self {
        Self { findings: vec![Finding::error(kind)], ..Self::default() }
    }

    fn error(&mut self, kind: FindingKind) {
        self.add(Finding::error(kind));
    }

    fn warn(&mut self, kind: FindingKind) {
        self.add(Finding::warning(kind));
    }

    /// Several services may have the same fault.
    fn add(&mut self, finding: Finding) {
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }

    fn signature(&mut self, signed: &Signed, view: &View, project: &Project, client: Client<'_>) {
        let names = signed_names(view, client);
        self.signature = match (signed, &names) {
            (Signed::V007(token), _) => verified_by(project, |certificate| token.verify(certificate).is_ok()),
            (Signed::V006(token), Ok((channel, uid))) => {
                verified_by(project, |certificate| token.verify(certificate, channel, uid).is_ok())
            }
            (Signed::V006(_), Err(why)) => Signature::Unchecked(*why),
        };
        if self.is_certificate_in_token {
            return;
        }
        let is_verified = matches!(self.signature, Signature::Primary | Signature::Secondary);
        if let Some(app_id) = view.app_id.filter(|app_id| *app_id != project.app_id()) {
            if !is_verified {
                self.signature = Signature::Unchecked(Unchecked::OtherProject);
            }
            // A server with the test project only is often used to inspect tokens of other projects.
            let is_test = project.app_id() == Project::public_test().app_id();
            let severity = if is_test && !is_verified { Severity::Warning } else { Severity::Error };
            self.add(Finding {
                severity,
                kind: FindingKind::OtherAppId { token: app_id, ours: project.app_id() },
            });
        }
        let is_rtm = view.services.iter().any(|service| service.uid_slot.is_some());
        match self.signature {
            Signature::Invalid => self.error(FindingKind::SignatureInvalid),
            Signature::Secondary => self.warn(FindingKind::SignedWithSecondary),
            Signature::Unchecked(Unchecked::NeedsNames) if is_rtm => self.warn(FindingKind::UserNeeded),
            Signature::Unchecked(Unchecked::NeedsNames) => self.warn(FindingKind::NamesNeeded),
            Signature::Primary | Signature::Unchecked(_) => {}
        }
        if view.version == Some(Version::V006) {
            self.warn(FindingKind::OlderVersion);
            if let (true, false, Ok((channel, uid))) = (is_verified, is_rtm, names) {
                self.unsigned_boundary(&channel, &uid);
            }
        }
    }

    /// Names another channel and uid that the same signature fits: the channel gives its last
    /// character to the uid, or takes all of the uid, which leaves uid 0.
    fn unsigned_boundary(&mut self, channel: &str, uid: &str) {
        let (channel, uid) = match channel.char_indices().next_back() {
            Some((index, _)) if uid.is_empty() => (channel[..index].to_owned(), channel[index..].to_owned()),
            _ => (format!("{channel}{uid}"), String::new()),
        };
        if !channel.is_empty() {
            let uid = if uid.is_empty() { "0".to_owned() } else { uid };
            self.warn(FindingKind::UnsignedBoundary { channel, uid });
        }
    }

    /// Checks the token's own times.
    fn times(&mut self, view: &View, now: UnixTime) {
        if let Some(at) = view.issued_at.filter(|at| now.until(*at) > CLOCK_SKEW_SECS) {
            self.warn(FindingKind::IssuedInFuture { at, now });
        }
        let max_left = i64::from(Ttl::MAX.as_secs()) + CLOCK_SKEW_SECS;
        match (view.lifetime, view.expires_at) {
            (Some(0), _) => return self.error(FindingKind::ExpireZero),
            (Some(expire @ MIN_TIMESTAMP..), _) => self.warn(FindingKind::ExpireIsTimestamp { expire }),
            (Some(expire), _) if expire > Ttl::MAX.as_secs() => {
                self.warn(FindingKind::Over24Hours { expire });
            }
            (Some(expire), _) if expire < 60 => self.warn(FindingKind::ShortLived { expire }),
            (None, Some(at)) if now.until(at) > max_left => {
                self.warn(FindingKind::ExpiresTooLate { at, now });
            }
            _ => {}
        }
        if let Some(at) = view.expires_at.filter(|at| *at <= now) {
            self.error(FindingKind::Expired { at, now });
        }
    }

    /// Checks whether the wanted service is there.
    fn presence(&mut self, view: &View, wanted: Option<Use>) {
        let has = |wanted| view.services.iter().any(|service| service.purpose() == Some(wanted));
        let is_there = match wanted {
            Some(mark @ (Use::ConvoAi | Use::Stt)) => has(mark) && has(Use::Rtc),
            Some(wanted) => has(wanted),
            None => view.services.iter().any(|service| !service.is_mark),
        };
        match wanted {
            _ if view.unknown_services > 0 => {
                self.warn(FindingKind::UnknownServices(view.unknown_services));
                self.is_wanted_unread = !is_there;
            }
            _ if view.services.is_empty() => self.error(FindingKind::NoServices),
            Some(wanted) if !is_there => {
                let has = view.services.iter().map(|service| service.name).collect();
                self.error(FindingKind::NoService { wanted, has });
            }
            _ => {}
        }
    }

    /// A fault that breaks a service is an error if no service that the client uses remains.
    fn services(&mut self, services: Vec<CheckedService<'_>>, wanted: Option<Use>) {
        let breaks_all = services.iter().filter(|service| service.is_wanted).all(CheckedService::is_broken);
        // Without a use, another service's user is not at fault where one service names the client.
        let is_named = wanted.is_none() && services.iter().any(|service| service.is_named);
        let usable = services.iter().filter(|service| service.is_wanted && !service.is_broken());
        match wanted {
            Some(wanted) => self.usable_for.extend(usable.map(|_| wanted).take(1)),
            None => self.usable_for.extend(usable.filter_map(|checked| checked.service.purpose())),
        }
        self.usable_for.dedup();
        for service in services {
            let severity = if service.is_wanted && breaks_all { Severity::Error } else { Severity::Warning };
            let differs = service.differs.into_iter().filter(|_| !is_named);
            for kind in service.broken_by.into_iter().chain(differs) {
                self.add(Finding { severity, kind });
            }
            for kind in service.warnings {
                self.warn(kind);
            }
        }
    }
}

/// Whether the App ID in a token is a certificate of the project, in either case. Takes the same time
/// wherever they differ.
fn is_certificate(app_id: AppId, project: &Project) -> bool {
    let is_same = |certificate: &AppCertificate| {
        let pairs = app_id.as_str().bytes().zip(certificate.expose_secret());
        pairs.fold(0, |sum, (one, other)| sum | (one.to_ascii_lowercase() ^ other.to_ascii_lowercase())) == 0
    };
    is_same(project.certificate()) || project.secondary().is_some_and(is_same)
}

/// The channel and the uid that a 006 signature covers, if they are known.
fn signed_names(view: &View, client: Client<'_>) -> Result<(String, String), Unchecked> {
    let Some(service) = view.services.first() else { return Err(Unchecked::NeedsNames) };
    let known = [client.channel, client.uid, client.uid.map(names::uid_in_token)];
    let text = |name: &Name| {
        let given = known.iter().flatten().find(|given| name.is(given)).map(|given| (*given).to_owned());
        name.text.clone().or(given)
    };
    let mut slots = service.names.iter().map(|(_, name)| name).chain(&service.uid_slot);
    if let (Some(channel), Some(uid)) = (slots.next().and_then(text), slots.next().and_then(text)) {
        return Ok((channel, uid));
    }
    let differs = service.names.iter().any(|(field, name)| {
        let given = if *field == Field::Channel { client.channel } else { client.uid };
        name.text.is_none() && given.is_some_and(|given| !name.is(given))
    });
    Err(if differs { Unchecked::OtherNames } else { Unchecked::NeedsNames })
}
