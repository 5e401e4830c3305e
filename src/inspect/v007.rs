//! What there is to say about a 007 token.

use super::fact::Fact;
use super::judge::{JudgedService, agora_end, verified_by};
use super::{Claimed, EndedBy, InspectedPrivilege, InspectedService, Inspection, Wildcard, names};
use crate::time::{Ttl, UnixTime};
use crate::token::Project;
use crate::token::UserId;
use crate::token::{AccessToken2, UnverifiedAccessToken2};
use crate::token::{Field, Service};

/// From this on, seconds are taken for a Unix timestamp: 2001-09-09. As a lifetime it is 31 years.
pub(super) const LEAST_TIMESTAMP: u32 = 1_000_000_000;

/// How far clocks may differ before it is worth a word.
const CLOCK_SKEW: i64 = 30;

impl Inspection {
    pub(super) fn explain_007(
        &mut self,
        signed: &UnverifiedAccessToken2,
        project: &Project,
        claimed: Claimed<'_>,
    ) {
        let token = signed.token();
        let expires_at = token.expires_at().min(agora_end(token.issued_at()));
        self.issued_at = Some(token.issued_at());
        self.expires_at = Some(expires_at);
        self.unknown_services = token.unknown_services();
        self.judge_signature(verified_by(project, |certificate| signed.verify(certificate)), project);
        let ended = self.judge_times(token, expires_at);

        let mut judged = Vec::new();
        for service in token.services().iter().take(Self::MOST_SHOWN) {
            judged.push(self.judge_service(service, token, ended, claimed));
            self.services.push(shown(service, token.issued_at(), expires_at));
        }
        let too_many = |service: &Service| service.privileges().len() > Self::MOST_SHOWN;
        if token.services().len() > Self::MOST_SHOWN || token.services().iter().any(too_many) {
            self.warning(Fact::TooMuch);
        }
        if token.unknown_services() > 0 {
            self.warning(Fact::UnknownServices(token.unknown_services()));
        } else if token.services().is_empty() {
            self.error(Fact::NoServices);
        }
        let joins_in_vain = claimed.channel.is_some() && !judged.iter().any(|service| service.wanted);
        // An RTC service may be among those that cannot be read.
        if joins_in_vain && token.unknown_services() == 0 && !judged.is_empty() {
            let has = self.services.iter().map(|service| service.name).collect();
            self.error(Fact::NoRtcService { has });
        }
        self.judge_services(judged);
    }

    /// Judges the token's own times, and says whether it has ended.
    fn judge_times(&mut self, token: &AccessToken2, expires_at: UnixTime) -> bool {
        if self.now.until(token.issued_at()) > CLOCK_SKEW {
            self.warning(Fact::IssuedInFuture { at: token.issued_at(), now: self.now });
        }
        let expire = token.expire();
        if expire == 0 {
            self.error(Fact::ExpireZero);
            return true;
        }
        if expire >= LEAST_TIMESTAMP {
            self.warning(Fact::ExpireIsTimestamp { expire });
        } else if expire > Ttl::MAX.as_secs() {
            self.warning(Fact::Over24Hours { expire });
        } else if expire < 60 {
            self.warning(Fact::ShortLived { expire });
        }
        self.has_ended(expires_at)
    }

    fn judge_service(
        &mut self,
        service: &Service,
        token: &AccessToken2,
        token_ended: bool,
        claimed: Claimed<'_>,
    ) -> JudgedService {
        let is_rtc = service.name() == "rtc";
        // ConvoAI and STT are marks beside the services that they use, and grant nothing alone.
        let is_mark = service.privilege_name(1).is_none();
        let mut judged = JudgedService {
            wanted: if claimed.channel.is_some() { is_rtc } else { !is_mark },
            ..JudgedService::default()
        };
        if !is_mark {
            judged.missing_privileges(service);
            if !token_ended {
                judged.privilege_times(service, token, self.now);
            }
        }
        // With a channel the client is about to join it, and its uid is RTC's alone.
        let claimed = if judged.wanted { claimed } else { Claimed::default() };
        for (field, text) in service.payload().texts() {
            judged.name(service, field, text.as_str(), claimed);
            let can_be_wildcard = matches!(field, Field::Channel | Field::Uid | Field::Account);
            if can_be_wildcard && names::is_wildcard(text.as_str()) {
                let pattern = text.as_str().to_owned();
                self.wildcards.push(Wildcard { service: service.name(), field, pattern });
            }
        }
        judged
    }
}

impl JudgedService {
    fn missing_privileges(&mut self, service: &Service) {
        let has = |number| service.privileges().iter().any(|(privilege, _)| *privilege == number);
        match entry(service) {
            Some(privilege) if !has(1) => {
                self.broken_by.push(Fact::PrivilegeMissing { service: service.name(), privilege });
            }
            _ if service.privileges().is_empty() => {
                self.warnings.push(Fact::NoPrivileges { service: service.name() });
            }
            _ => {}
        }
    }

    fn privilege_times(&mut self, service: &Service, token: &AccessToken2, now: UnixTime) {
        let (mut timestamps, mut beyond, mut ended) = (Vec::new(), Vec::new(), Vec::new());
        let mut last_end = UnixTime::from_secs(0);
        let mut first_ended = false;
        for (number, ttl) in service.privileges().iter().take(Inspection::MOST_SHOWN) {
            let name =
                service.privilege_name(*number).map_or_else(|| format!("privilege {number}"), str::to_owned);
            let end = token.issued_at().plus(ttl.as_secs());
            match ttl.as_secs() {
                0 => {}
                LEAST_TIMESTAMP.. => timestamps.push(name),
                seconds if seconds > token.expire() => beyond.push(name),
                _ if end <= now => {
                    ended.push(name);
                    last_end = last_end.max(end);
                    first_ended |= *number == 1 && entry(service).is_some();
                }
                _ => {}
            }
        }
        let name = service.name();
        if !ended.is_empty() {
            let all_ended = ended.len() == service.privileges().len();
            let fact = Fact::PrivilegesEnded { service: name, privileges: ended, at: last_end, now };
            if all_ended || first_ended { self.broken_by.push(fact) } else { self.warnings.push(fact) }
        }
        if !timestamps.is_empty() {
            self.warnings.push(Fact::PrivilegeIsTimestamp { service: name, privileges: timestamps });
        }
        if !beyond.is_empty() {
            self.warnings.push(Fact::PrivilegesBeyondToken { service: name, privileges: beyond });
        }
    }

    fn name(&mut self, service: &Service, field: Field, text: &str, claimed: Claimed<'_>) {
        match field {
            Field::Channel => self.channel(service, text, claimed.channel),
            Field::Uid | Field::Account => self.uid(service, field, text, claimed.uid),
            Field::UserId => self.user(service, text, claimed.uid),
            Field::RoomUuid | Field::UserUuid => {
                self.is_malformed(service, field, text);
            }
        }
    }

    fn channel(&mut self, service: &Service, text: &str, joins: Option<&str>) {
        if let Some(joins) = joins.filter(|joins| !names::is_good_for(text, joins)) {
            if !self.is_malformed(service, Field::Channel, text) {
                let (token, joins) = (Some(text.to_owned()), joins.to_owned());
                self.broken_by.push(Fact::ChannelDiffers { token, joins });
            }
        } else if names::is_wildcard(text) {
            self.warnings.push(Fact::WildcardChannel { service: service.name(), pattern: text.to_owned() });
        } else if joins.is_none() {
            self.is_malformed(service, Field::Channel, text);
        }
    }

    fn uid(&mut self, service: &Service, field: Field, text: &str, joins: Option<&str>) {
        let joins = joins.map(names::uid_in_token);
        if text == "0" && joins.is_none_or(str::is_empty) {
            self.broken_by.push(Fact::UidIsTextZero);
        } else if let Some(joins) = joins.filter(|joins| !names::is_good_for(text, joins)) {
            if !self.is_malformed(service, field, text) {
                let joins = if joins.is_empty() { "0" } else { joins };
                self.broken_by
                    .push(Fact::UidDiffers { token: Some(text.to_owned()), joins: joins.to_owned() });
            }
        } else if names::is_wildcard(text) {
            self.warnings.push(Fact::WildcardUid { service: service.name(), pattern: text.to_owned() });
        } else if joins.is_none() && !self.is_malformed(service, field, text) {
            self.warnings.extend(names::odd_uid(text));
        }
    }

    fn user(&mut self, service: &Service, text: &str, signs_in: Option<&str>) {
        let is_for_one = service.privileges().iter().any(|(privilege, _)| *privilege == 1);
        if text.is_empty() {
            // A Chat token of an administrator names nobody.
            if is_for_one {
                self.broken_by.push(Fact::NoUser { service: service.name() });
            }
            return;
        }
        self.is_malformed(service, Field::UserId, text);
        // Flexible Classroom's users sign in to Chat under the MD5 of their id.
        let is_md5 = |user: &str| user.parse::<UserId>().is_ok_and(|user| user.md5().as_str() == text);
        if let Some(signs_in) = signs_in.filter(|user| *user != text && !is_md5(user)) {
            self.broken_by.push(Fact::UserDiffers {
                service: service.name(),
                token: Some(text.to_owned()),
                joins: signs_in.to_owned(),
            });
        }
    }

    /// Whether a name can be nobody's, which is said.
    fn is_malformed(&mut self, service: &Service, field: Field, text: &str) -> bool {
        let service = service.name();
        let fact = if names::is_wildcard(text) {
            None
        } else if let Some(word) = names::placeholder(text) {
            Some(Fact::NameIsPlaceholder { service, field, word })
        } else {
            names::not_allowed(field, text).map(|error| Fact::NameNotAllowed { service, field, error })
        };
        let is_malformed = fact.is_some();
        self.broken_by.extend(fact);
        is_malformed
    }
}

/// The privilege without which a service opens nothing.
fn entry(service: &Service) -> Option<&'static str> {
    service.privilege_name(1).filter(|name| matches!(*name, "joinChannel" | "login"))
}

fn shown(service: &Service, issued_at: UnixTime, expires_at: UnixTime) -> InspectedService {
    let privileges = service.privileges().iter().take(Inspection::MOST_SHOWN).map(|(number, ttl)| {
        let own_end = issued_at.plus(ttl.as_secs());
        let (ends_at, ended_by) = match ttl.as_secs() {
            0 => (expires_at, EndedBy::Token),
            _ if own_end > expires_at => (expires_at, EndedBy::TokenEarlier),
            _ => (own_end, EndedBy::Itself),
        };
        InspectedPrivilege { number: *number, name: service.privilege_name(*number), ends_at, ended_by }
    });
    InspectedService {
        number: Some(service.type_number()),
        name: service.name(),
        payload: Some(service.payload().clone()),
        privileges: privileges.collect(),
    }
}
