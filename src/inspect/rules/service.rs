//! What is wrong with one service of a token.

use crate::inspect::client::Client;
use crate::inspect::finding::{FindingKind, RtmSlot};
use crate::inspect::legacy::Version;
use crate::inspect::names::{self, Name};
use crate::inspect::service::InspectedService;
use crate::inspect::view::{MAX_SHOWN, View};
use crate::time::UnixTime;
use crate::token::{Field, canonical_u32};

/// From this on, seconds are taken for a Unix timestamp: 2001-09-09. As a lifetime it is 31 years.
pub(super) const MIN_TIMESTAMP: u32 = 1_000_000_000;

/// What was found about one service.
pub(super) struct CheckedService<'a> {
    pub(super) service: &'a InspectedService,
    /// Whether the client uses the service, as far as the request states it.
    pub(super) is_wanted: bool,
    /// Whether it names the client as its user.
    pub(super) is_named: bool,
    /// Why no client can use it, or not for this.
    pub(super) broken_by: Vec<FindingKind>,
    /// Why this client cannot use it: it names another channel or user.
    pub(super) differs: Vec<FindingKind>,
    pub(super) warnings: Vec<FindingKind>,
}

impl<'a> CheckedService<'a> {
    pub(super) fn new(service: &'a InspectedService, view: &View, now: UnixTime, client: Client<'_>) -> Self {
        let is_wanted = client.wanted().map_or(!service.is_mark, |wanted| service.serves(wanted));
        let (broken_by, differs, warnings) = (Vec::new(), Vec::new(), Vec::new());
        let mut checked = Self { service, is_wanted, is_named: false, broken_by, differs, warnings };
        if !service.is_mark {
            checked.missing_privileges();
            checked.privilege_times(view, now);
        }
        // The client's names are those of the wanted service alone.
        let client = if is_wanted { client } else { Client::default() };
        checked.app_token(client);
        checked.names(client);
        checked
    }

    pub(super) fn is_broken(&self) -> bool {
        !self.broken_by.is_empty() || !self.differs.is_empty()
    }

    fn missing_privileges(&mut self) {
        let service = self.service.name;
        match self.service.entry {
            (number, Some(privilege)) if !self.service.grants(number) => {
                self.broken_by.push(FindingKind::PrivilegeMissing { service, privilege });
            }
            _ if self.service.privileges.is_empty() => {
                self.warnings.push(FindingKind::NoPrivileges { service });
            }
            _ => {}
        }
    }

    /// Checks when the privileges expire. One that expires with the token needs no finding of its own.
    fn privilege_times(&mut self, view: &View, now: UnixTime) {
        let InspectedService { name: service, ref privileges, entry, .. } = *self.service;
        let is_007 = view.version == Some(Version::V007);
        // As privileges are stored: 007 counts seconds from the issue, 006 holds absolute times.
        let token = view.lifetime.or(view.expires_at.map(UnixTime::as_secs));
        let (mut timestamps, mut seconds, mut beyond, mut expired) = (vec![], vec![], vec![], vec![]);
        let (mut stored, mut at) = (0, UnixTime::from_secs(0));
        let mut entry_expired = false;
        for privilege in privileges.iter().take(MAX_SHOWN) {
            let name =
                privilege.name.map_or_else(|| format!("privilege {}", privilege.number), str::to_owned);
            let has_expired = privilege.own_expiry <= now
                && view.expires_at.is_none_or(|token| privilege.own_expiry < token);
            match privilege.stored {
                0 => continue,
                MIN_TIMESTAMP.. if is_007 => timestamps.push(name),
                stored if token.is_some_and(|token| stored > token) => beyond.push(name),
                _ if !has_expired => continue,
                ..MIN_TIMESTAMP if !is_007 => {
                    stored = privilege.stored;
                    seconds.push(name);
                }
                _ => {
                    at = at.max(privilege.own_expiry);
                    expired.push(name);
                }
            }
            entry_expired |= has_expired && privilege.number == entry.0 && entry.1.is_some();
        }
        let breaks = entry_expired || expired.len() == privileges.len();
        let list = if breaks { &mut self.broken_by } else { &mut self.warnings };
        if !seconds.is_empty() {
            list.push(FindingKind::PrivilegeIsSeconds { service, privileges: seconds, stored });
        }
        if !expired.is_empty() {
            list.push(FindingKind::PrivilegesExpired { service, privileges: expired, at, now });
        }
        if !timestamps.is_empty() {
            self.warnings.push(FindingKind::PrivilegeIsTimestamp { service, privileges: timestamps });
        }
        if !beyond.is_empty() {
            self.warnings.push(FindingKind::PrivilegesBeyondToken { service, privileges: beyond });
        }
    }

    /// The token of an administrator is for servers. What names a user or a use is a client.
    fn app_token(&mut self, client: Client<'_>) {
        let service = self.service.name;
        if service == "chat" && self.service.grants(2) || service == "apaas" && self.service.grants(3) {
            let is_client = client.uid.is_some() || client.purpose.is_some();
            let list = if is_client { &mut self.broken_by } else { &mut self.warnings };
            list.push(FindingKind::AppToken { service });
        }
    }

    fn names(&mut self, client: Client<'_>) {
        let service = self.service;
        if let [(Field::Channel, channel), (Field::Uid | Field::Account, uid)] = &service.names[..]
            && let (Some(joins), Some(joins_as)) = (client.channel, client.uid)
            && !(channel.fits(joins) && uid.fits(names::uid_in_token(joins_as)))
            && channel.is(joins_as)
            && uid.is(joins)
        {
            let (channel, uid) = (joins_as.to_owned(), joins.to_owned());
            self.differs.push(FindingKind::NamesSwapped { channel, uid });
            return;
        }
        for (field, name) in &service.names {
            match field {
                Field::Channel => self.channel(name, client.channel),
                // A token of a Flexible Classroom user or administrator names no room.
                Field::RoomUuid if name.is("") => {}
                Field::RoomUuid => {
                    self.differs_in_place(*field, name, client.channel.filter(|joins| !name.fits(joins)));
                }
                Field::Uid | Field::Account => self.uid(*field, name, client.uid),
                Field::UserId | Field::UserUuid => self.user(*field, name, client.uid),
            }
        }
    }

    fn channel(&mut self, name: &Name, joins: Option<&str>) {
        let (service, field) = (self.service.name, Field::Channel);
        match (name.pattern(), joins) {
            (Some(pattern), joins) if joins.is_none_or(|joins| name.fits(joins)) => {
                if service == "rtc" {
                    self.warnings.push(FindingKind::WildcardOpensRest);
                }
                self.warnings.push(FindingKind::WildcardChannel { service, pattern });
            }
            (_, Some(joins)) if name.fits(joins) => {}
            (_, joins) => self.differs_in_place(field, name, joins),
        }
    }

    fn differs_in_place(&mut self, field: Field, name: &Name, joins: Option<&str>) {
        if let (false, Some(joins)) = (self.is_malformed(field, name), joins) {
            let (token, joins) = (name.text.clone(), joins.to_owned());
            self.differs.push(FindingKind::ChannelDiffers { field, token, joins });
        }
    }

    fn uid(&mut self, field: Field, name: &Name, joins: Option<&str>) {
        let joins = joins.map(names::uid_in_token);
        self.is_named |= joins.is_some_and(|joins| name.is(joins));
        match (name.pattern(), joins) {
            (_, None | Some("")) if name.is("0") => self.broken_by.push(FindingKind::UidIsTextZero),
            (Some(pattern), joins) if joins.is_none_or(|joins| name.fits(joins)) => {
                self.warnings.push(FindingKind::WildcardUid { service: self.service.name, pattern });
            }
            (_, Some(joins)) if name.fits(joins) => {}
            _ if self.is_malformed(field, name) => {}
            (_, Some(joins)) => self.differs.push(uid_differs(name, joins)),
            (_, None) => {
                let odd = name.text.clone().and_then(|uid| Some((names::odd_uid(&uid)?, uid)));
                self.warnings.extend(odd.map(|(odd, uid)| FindingKind::OddUid(odd, uid)));
            }
        }
    }

    fn user(&mut self, field: Field, name: &Name, logs_in: Option<&str>) {
        let service = self.service.name;
        if let Some(slot) = self.service.uid_slot.as_ref().filter(|slot| !slot.is("")) {
            let user = match logs_in {
                Some(user) if slot.is(user) && name.is(user) => RtmSlot::Both,
                Some(user) if slot.is(user) => RtmSlot::Uid,
                _ => RtmSlot::Unknown,
            };
            self.broken_by.push(FindingKind::RtmWrongSlot { user });
            if user != RtmSlot::Unknown {
                return;
            }
        }
        if name.is("") {
            // The token of an administrator names no user.
            if self.service.has_entry() {
                self.broken_by.push(FindingKind::NoUser { service });
            }
            return;
        }
        let is_for_2x = |user: &str| !user.contains('.') && !user.starts_with('_');
        if !self.is_malformed(field, name)
            && matches!(service, "rtm" | "rtm2")
            && let Some(user) = name.text.clone().filter(|user| !is_for_2x(user))
        {
            self.warnings.push(FindingKind::UserIdNotFor2x { service, user });
        }
        let Some(user) = logs_in else { return };
        if names::is_user(service, name, user) {
            self.is_named = true;
            return;
        }
        let user = user.to_owned();
        match name.text.clone() {
            Some(uuid) if service == "chat" && names::is_uuid(&uuid) && !names::is_uuid(&user) => {
                self.warnings.push(FindingKind::ChatUserIsUuid { uuid, user });
            }
            token => self.differs.push(FindingKind::UserDiffers { service, token, joins: user }),
        }
    }

    /// Whether no client can use a name, which becomes a finding.
    fn is_malformed(&mut self, field: Field, name: &Name) -> bool {
        let service = self.service.name;
        let Some(text) = name.text.as_deref().filter(|_| !name.is_wildcard) else { return false };
        self.broken_by.push(if let Some(word) = names::placeholder(text) {
            FindingKind::NameIsPlaceholder { service, field, word }
        } else if let Some(error) = names::not_allowed(service, field, text) {
            FindingKind::NameNotAllowed { service, field, error }
        } else {
            return false;
        });
        true
    }
}

/// How the uid of a token differs from the one that the client joins with.
fn uid_differs(name: &Name, joins: &str) -> FindingKind {
    let is_uid = |text: &str| canonical_u32(text).is_some();
    let is_odd = |text: &str| names::odd_uid(text).is_some();
    match name.text.clone() {
        Some(token)
            if !joins.is_empty() && is_uid(&token) != is_uid(joins) && !is_odd(&token) && !is_odd(joins) =>
        {
            let joins = joins.to_owned();
            if is_uid(&token) {
                FindingKind::IntegerForAccount { token, joins }
            } else {
                FindingKind::AccountForInteger { token, joins }
            }
        }
        token => {
            FindingKind::UidDiffers { token, joins: if joins.is_empty() { "0" } else { joins }.to_owned() }
        }
    }
}
