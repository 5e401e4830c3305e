//! What is wrong with a token: each rule, once, over the normalized view.

use super::client::Client;
use super::finding::{Finding, FindingKind, Severity};
use super::inspection::{Inspection, Signature, Unchecked, Wildcard};
use super::legacy::Version;
use super::names;
use super::view::{Name, ServiceView, Signed, View, verified_by};
use crate::time::{Ttl, UnixTime};
use crate::token::{Field, Project, UserId};

/// From this on, seconds are taken for a Unix timestamp: 2001-09-09. As a lifetime it is 31 years.
const MIN_TIMESTAMP: u32 = 1_000_000_000;

/// How far clocks may differ before it is worth a finding.
const CLOCK_SKEW_SECS: i64 = 30;

/// The verdict of the rules on a token.
pub(super) struct Judged {
    pub(super) signature: Signature,
    pub(super) wildcards: Vec<Wildcard>,
    pub(super) findings: Vec<Finding>,
}

/// Runs every rule over a token.
pub(super) fn judge(view: &View, project: &Project, now: UnixTime, client: Client<'_>) -> Judged {
    let mut judged = Judged { signature: Signature::Invalid, wildcards: Vec::new(), findings: Vec::new() };
    if matches!(view.signed, Signed::Legacy) {
        judged.signature = Signature::Unchecked(Unchecked::OldVersion);
        judged.error(FindingKind::OldVersion(view.version));
        return judged;
    }
    judged.signature(view, project, client);
    if view.version == Version::V006 {
        judged.warn(FindingKind::OlderVersion);
    }
    let has_ended = judged.times(view, now);
    let wants_channel = client.channel.is_some();
    let services: Vec<_> = view
        .services
        .iter()
        .map(|service| JudgedService::new(service, view, now, has_ended, client))
        .collect();
    if view.is_truncated {
        judged.warn(FindingKind::TooMuch);
    }
    if view.unknown_services > 0 {
        judged.warn(FindingKind::UnknownServices(view.unknown_services));
    } else if view.services.is_empty() {
        judged.error(FindingKind::NoServices);
    } else if wants_channel && !services.iter().any(|service| service.is_wanted) {
        judged.error(FindingKind::NoRtcService {
            has: view.services.iter().map(|service| service.name).collect(),
        });
    }
    for service in &view.services {
        judged.wildcards(service);
    }
    judged.services(services);
    judged
}

impl Judged {
    fn error(&mut self, kind: FindingKind) {
        self.add(Severity::Error, kind);
    }

    fn warn(&mut self, kind: FindingKind) {
        self.add(Severity::Warning, kind);
    }

    /// Several services may have the same fault.
    fn add(&mut self, severity: Severity, kind: FindingKind) {
        let finding = Finding { severity, kind };
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }

    fn signature(&mut self, view: &View, project: &Project, client: Client<'_>) {
        self.signature = match &view.signed {
            Signed::V007(token) => verified_by(project, |certificate| token.verify(certificate).is_ok()),
            Signed::V006(token) => match signed_names(view, client) {
                Ok((channel, uid)) => {
                    verified_by(project, |certificate| token.verify(certificate, &channel, &uid).is_ok())
                }
                Err(why) => Signature::Unchecked(why),
            },
            Signed::Legacy => Signature::Unchecked(Unchecked::OldVersion),
        };
        if let Some(app_id) = view.app_id.filter(|app_id| *app_id != project.app_id()) {
            if self.signature == Signature::Invalid {
                self.signature = Signature::Unchecked(Unchecked::OtherProject);
            }
            self.error(FindingKind::OtherAppId { token: app_id, ours: project.app_id() });
        }
        match self.signature {
            Signature::Invalid => self.error(FindingKind::SignatureInvalid),
            Signature::Secondary => self.warn(FindingKind::SignedWithSecondary),
            Signature::Primary | Signature::Unchecked(_) => {}
        }
    }

    /// Judges the token's own times, and returns whether it has ended.
    fn times(&mut self, view: &View, now: UnixTime) -> bool {
        if let Some(at) = view.issued_at.filter(|at| now.until(*at) > CLOCK_SKEW_SECS) {
            self.warn(FindingKind::IssuedInFuture { at, now });
        }
        match view.lifetime {
            Some(0) => {
                self.error(FindingKind::ExpireZero);
                return true;
            }
            Some(expire @ MIN_TIMESTAMP..) => self.warn(FindingKind::ExpireIsTimestamp { expire }),
            Some(expire) if expire > Ttl::MAX.as_secs() => self.warn(FindingKind::Over24Hours { expire }),
            Some(expire) if expire < 60 => self.warn(FindingKind::ShortLived { expire }),
            Some(_) | None => {}
        }
        let ended = view.expires_at.filter(|at| *at <= now);
        if let Some(at) = ended {
            self.error(FindingKind::Expired { at, now });
        }
        ended.is_some()
    }

    fn wildcards(&mut self, service: &ServiceView) {
        for (field, name) in &service.names {
            let Some(pattern) = name.pattern() else { continue };
            if matches!(field, Field::Channel | Field::Uid | Field::Account) {
                self.wildcards.push(Wildcard { service: service.name, field: *field, pattern });
            }
        }
    }

    /// A fault that breaks a service is an error if it leaves no service that the client wants.
    fn services(&mut self, services: Vec<JudgedService>) {
        let breaks_all =
            services.iter().filter(|service| service.is_wanted).all(|service| !service.broken_by.is_empty());
        for JudgedService { is_wanted, broken_by, warnings } in services {
            for kind in broken_by {
                self.add(if is_wanted && breaks_all { Severity::Error } else { Severity::Warning }, kind);
            }
            for kind in warnings {
                self.warn(kind);
            }
        }
    }
}

/// The channel and the uid that a 006 signature covers, as far as they are known.
fn signed_names(view: &View, client: Client<'_>) -> Result<(String, String), Unchecked> {
    let mut signed = [String::new(), String::new()];
    let mut unknown = None;
    let names = view.services.iter().flat_map(|service| &service.names);
    for ((field, name), signed) in names.zip(&mut signed) {
        let given = match field {
            Field::Channel => client.channel,
            _ => client.uid,
        };
        match (&name.text, given) {
            (Some(text), _) if *field == Field::Uid => signed.clone_from(text),
            (_, Some(given)) if name.is(given) => given.clone_into(signed),
            (_, Some(_)) => return Err(Unchecked::OtherNames),
            (_, None) => unknown = Some(Unchecked::NeedsNames),
        }
    }
    let [channel, uid] = signed;
    unknown.map_or(Ok((channel, uid)), Err)
}

/// What was found about one service.
struct JudgedService {
    /// Whether the client wants it, as far as is known.
    is_wanted: bool,
    /// Why no client, or not this client, can use it.
    broken_by: Vec<FindingKind>,
    warnings: Vec<FindingKind>,
}

impl JudgedService {
    fn new(service: &ServiceView, view: &View, now: UnixTime, token_ended: bool, client: Client<'_>) -> Self {
        let is_wanted = if client.channel.is_some() { service.name == "rtc" } else { !service.is_mark };
        let mut judged = Self { is_wanted, broken_by: Vec::new(), warnings: Vec::new() };
        if !service.is_mark {
            judged.missing_privileges(service);
            if !token_ended {
                judged.privilege_times(service, view.version, now);
            }
        }
        // With a channel the client is about to join it, and its uid is RTC's alone.
        let client = if is_wanted { client } else { Client::default() };
        for (field, name) in &service.names {
            match field {
                Field::Channel => judged.channel(service.name, name, client.channel),
                Field::Uid | Field::Account => judged.uid(service.name, *field, name, client.uid),
                Field::UserId => judged.user(service, name, client.uid),
                Field::RoomUuid | Field::UserUuid => {
                    judged.is_malformed(service.name, *field, name);
                }
            }
        }
        judged
    }

    fn missing_privileges(&mut self, service: &ServiceView) {
        match service.entry {
            (_, Some(privilege)) if !service.has_entry() => {
                self.broken_by.push(FindingKind::PrivilegeMissing { service: service.name, privilege });
            }
            _ if service.privileges.is_empty() => {
                self.warnings.push(FindingKind::NoPrivileges { service: service.name });
            }
            _ => {}
        }
    }

    fn privilege_times(&mut self, service: &ServiceView, version: Version, now: UnixTime) {
        let is_007 = version == Version::V007;
        let (mut timestamps, mut seconds, mut beyond, mut ended) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (mut stored, mut at) = (0, UnixTime::from_secs(0));
        let mut entry_ended = false;
        for privilege in service.privileges.iter().take(Inspection::MAX_SHOWN) {
            let name =
                privilege.name.map_or_else(|| format!("privilege {}", privilege.number), str::to_owned);
            let has_ended = privilege.end <= now;
            match privilege.stored {
                0 => continue,
                MIN_TIMESTAMP.. if is_007 => timestamps.push(name),
                _ if privilege.is_beyond_token => beyond.push(name),
                _ if !has_ended => continue,
                ..MIN_TIMESTAMP if !is_007 => {
                    stored = privilege.stored;
                    seconds.push(name);
                }
                _ => {
                    at = at.max(privilege.end);
                    ended.push(name);
                }
            }
            entry_ended |= has_ended && privilege.number == service.entry.0 && service.entry.1.is_some();
        }
        let breaks = entry_ended || ended.len() == service.privileges.len();
        let service = service.name;
        let list = if breaks { &mut self.broken_by } else { &mut self.warnings };
        if !seconds.is_empty() {
            list.push(FindingKind::PrivilegeIsSeconds { service, privileges: seconds, stored });
        }
        if !ended.is_empty() {
            list.push(FindingKind::PrivilegesEnded { service, privileges: ended, at, now });
        }
        if !timestamps.is_empty() {
            self.warnings.push(FindingKind::PrivilegeIsTimestamp { service, privileges: timestamps });
        }
        if !beyond.is_empty() {
            self.warnings.push(FindingKind::PrivilegesBeyondToken { service, privileges: beyond });
        }
    }

    fn channel(&mut self, service: &'static str, name: &Name, joins: Option<&str>) {
        if joins.is_none_or(|joins| name.fits(joins)) {
            if let Some(pattern) = name.pattern() {
                self.warnings.push(FindingKind::WildcardChannel { service, pattern });
            } else if joins.is_none() {
                self.is_malformed(service, Field::Channel, name);
            }
        } else if let Some(joins) = joins.filter(|_| !self.is_malformed(service, Field::Channel, name)) {
            self.broken_by
                .push(FindingKind::ChannelDiffers { token: name.text.clone(), joins: joins.to_owned() });
        }
    }

    fn uid(&mut self, service: &'static str, field: Field, name: &Name, joins: Option<&str>) {
        let joins = joins.map(names::uid_in_token);
        if name.is("0") && joins.is_none_or(str::is_empty) {
            self.broken_by.push(FindingKind::UidIsTextZero);
        } else if joins.is_none_or(|joins| name.fits(joins)) {
            if let Some(pattern) = name.pattern() {
                self.warnings.push(FindingKind::WildcardUid { service, pattern });
            } else if joins.is_none() && !self.is_malformed(service, field, name) {
                self.warnings.extend(name.text.as_deref().and_then(names::odd_uid));
            }
        } else if let Some(joins) = joins.filter(|_| !self.is_malformed(service, field, name)) {
            let joins = if joins.is_empty() { "0" } else { joins }.to_owned();
            self.broken_by.push(FindingKind::UidDiffers { token: name.text.clone(), joins });
        }
    }

    fn user(&mut self, service: &ServiceView, name: &Name, signs_in: Option<&str>) {
        if name.is("") {
            // A Chat token of an administrator names no user.
            if service.has_entry() {
                self.broken_by.push(FindingKind::NoUser { service: service.name });
            }
            return;
        }
        self.is_malformed(service.name, Field::UserId, name);
        // Users of Flexible Classroom sign in to Chat under the MD5 of their ID.
        let is_md5 = |user: &str| user.parse::<UserId>().is_ok_and(|user| name.is(user.md5().as_str()));
        if let Some(signs_in) = signs_in.filter(|user| !name.is(user) && !is_md5(user)) {
            let (token, joins) = (name.text.clone(), signs_in.to_owned());
            self.broken_by.push(FindingKind::UserDiffers { service: service.name, token, joins });
        }
    }

    /// Whether no client can use a name, which becomes a finding.
    fn is_malformed(&mut self, service: &'static str, field: Field, name: &Name) -> bool {
        let Some(text) = name.text.as_deref().filter(|_| !name.is_wildcard) else { return false };
        let kind = match names::placeholder(text) {
            Some(word) => Some(FindingKind::NameIsPlaceholder { service, field, word }),
            None => names::not_allowed(field, text).map(|error| FindingKind::NameNotAllowed {
                service,
                field,
                error,
            }),
        };
        let is_malformed = kind.is_some();
        self.broken_by.extend(kind);
        is_malformed
    }
}
