//! What is wrong with one service of a token.

use crate::inspect::client::{Client, Use};
use crate::inspect::finding::{FindingKind, RtmSlot};
use crate::inspect::legacy::Version;
use crate::inspect::names::{self, Name};
use crate::inspect::shown::MAX_SHOWN;
use crate::inspect::view::{ServiceView, View};
use crate::time::UnixTime;
use crate::token::{Field, canonical_u32};

/// From this on, seconds are taken for a Unix timestamp: 2001-09-09. As a lifetime it is 31 years.
pub(super) const MIN_TIMESTAMP: u32 = 1_000_000_000;

/// What was found about one service.
pub(super) struct JudgedService {
    pub(super) purpose: Option<Use>,
    /// Whether the client wants it, as far as is known.
    pub(super) is_wanted: bool,
    /// Whether it names the client as its user.
    pub(super) is_named: bool,
    /// Why no client can use it, or not for this.
    pub(super) broken_by: Vec<FindingKind>,
    /// Why this client cannot use it: it names another channel or user.
    pub(super) differs: Vec<FindingKind>,
    pub(super) warnings: Vec<FindingKind>,
}

impl JudgedService {
    pub(super) fn new(service: &ServiceView, view: &View, now: UnixTime, client: Client<'_>) -> Self {
        let wanted = client.wanted();
        let is_wanted = wanted.map_or(!service.is_mark, |wanted| service.serves(wanted));
        let mut judged = Self {
            purpose: service.purpose(),
            is_wanted,
            is_named: false,
            broken_by: Vec::new(),
            differs: Vec::new(),
            warnings: Vec::new(),
        };
        if !service.is_mark {
            judged.missing_privileges(service);
            judged.privilege_times(service, view, now);
        }
        // The client's names are those of the wanted service alone.
        let client = if is_wanted { client } else { Client::default() };
        judged.app_token(service, client);
        judged.names(service, client);
        judged
    }

    pub(super) fn is_broken(&self) -> bool {
        !self.broken_by.is_empty() || !self.differs.is_empty()
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

    /// Judges the ends of the privileges. One that ends with the token needs no finding of its own.
    fn privilege_times(&mut self, service: &ServiceView, view: &View, now: UnixTime) {
        let is_007 = view.version == Version::V007;
        let (mut timestamps, mut seconds, mut beyond, mut ended) = (vec![], vec![], vec![], vec![]);
        let (mut stored, mut at) = (0, UnixTime::from_secs(0));
        let mut entry_ended = false;
        for privilege in service.privileges.iter().take(MAX_SHOWN) {
            let name =
                privilege.name.map_or_else(|| format!("privilege {}", privilege.number), str::to_owned);
            let ends_earlier = view.expires_at.is_none_or(|token| privilege.end < token);
            match privilege.stored {
                0 => continue,
                MIN_TIMESTAMP.. if is_007 => timestamps.push(name),
                _ if privilege.is_beyond_token => beyond.push(name),
                _ if privilege.end > now || !ends_earlier => continue,
                ..MIN_TIMESTAMP if !is_007 => {
                    stored = privilege.stored;
                    seconds.push(name);
                }
                _ => {
                    at = at.max(privilege.end);
                    ended.push(name);
                }
            }
            let has_ended = privilege.end <= now && ends_earlier;
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

    /// The token of an administrator is for servers. What names a user or a use is a client.
    fn app_token(&mut self, service: &ServiceView, client: Client<'_>) {
        let number = match service.name {
            "chat" => 2,
            "apaas" => 3,
            _ => return,
        };
        if service.privileges.iter().any(|privilege| privilege.number == number) {
            let kind = FindingKind::AppToken { service: service.name };
            let is_client = client.uid.is_some() || client.purpose.is_some();
            if is_client { self.broken_by.push(kind) } else { self.warnings.push(kind) }
        }
    }

    fn names(&mut self, service: &ServiceView, client: Client<'_>) {
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
                Field::Channel | Field::RoomUuid => self.channel(service.name, *field, name, client.channel),
                Field::Uid | Field::Account => self.uid(service.name, *field, name, client.uid),
                Field::UserId | Field::UserUuid => self.user(service, *field, name, client.uid),
            }
        }
    }

    fn channel(&mut self, service: &'static str, field: Field, name: &Name, joins: Option<&str>) {
        // A token of a Flexible Classroom user or administrator names no room.
        if field == Field::RoomUuid && name.is("") {
            return;
        }
        if joins.is_none_or(|joins| name.fits(joins)) {
            if field == Field::RoomUuid {
                self.is_malformed(service, field, name);
            } else if let Some(pattern) = name.pattern() {
                if service == "rtc" {
                    self.warnings.push(FindingKind::WildcardOpensRest);
                }
                self.warnings.push(FindingKind::WildcardChannel { service, pattern });
            } else if joins.is_none() {
                self.is_malformed(service, field, name);
            }
        } else if let Some(joins) = joins.filter(|_| !self.is_malformed(service, field, name)) {
            let (token, joins) = (name.text.clone(), joins.to_owned());
            self.differs.push(FindingKind::ChannelDiffers { field, token, joins });
        }
    }

    fn uid(&mut self, service: &'static str, field: Field, name: &Name, joins: Option<&str>) {
        let joins = joins.map(names::uid_in_token);
        self.is_named |= joins.is_some_and(|joins| name.is(joins));
        if name.is("0") && joins.is_none_or(str::is_empty) {
            self.broken_by.push(FindingKind::UidIsTextZero);
        } else if joins.is_none_or(|joins| name.fits(joins)) {
            if let Some(pattern) = name.pattern() {
                self.warnings.push(FindingKind::WildcardUid { service, pattern });
            } else if joins.is_none() && !self.is_malformed(service, field, name) {
                let odd = name
                    .text
                    .as_deref()
                    .and_then(|uid| Some(FindingKind::OddUid(names::odd_uid(uid)?, uid.to_owned())));
                self.warnings.extend(odd);
            }
        } else if let Some(joins) = joins.filter(|_| !self.is_malformed(service, field, name)) {
            self.differs.push(uid_differs(name, joins));
        }
    }

    fn user(&mut self, service: &ServiceView, field: Field, name: &Name, logs_in: Option<&str>) {
        let is_for_one = service.has_entry();
        if let Some(slot) = service.uid_slot.as_ref().filter(|slot| !slot.is("")) {
            let user = match logs_in {
                Some(user) if slot.is(user) => {
                    if name.is(user) {
                        RtmSlot::Both
                    } else {
                        RtmSlot::Uid
                    }
                }
                _ => RtmSlot::Unknown,
            };
            self.broken_by.push(FindingKind::RtmWrongSlot { user });
            if user != RtmSlot::Unknown {
                return;
            }
        }
        if name.is("") {
            // The token of an administrator names no user.
            if is_for_one {
                self.broken_by.push(FindingKind::NoUser { service: service.name });
            }
            return;
        }
        if !self.is_malformed(service.name, field, name) {
            self.user_of_2x(service, name);
        }
        let Some(user) = logs_in else { return };
        if names::is_user(service.name, name, user) {
            self.is_named = true;
        } else if let (true, Some(uuid)) = (service.name == "chat" && !names::is_uuid(user), name.uuid()) {
            self.warnings.push(FindingKind::ChatUserIsUuid { uuid, user: user.to_owned() });
        } else {
            let (token, joins) = (name.text.clone(), user.to_owned());
            self.differs.push(FindingKind::UserDiffers { service: service.name, token, joins });
        }
    }

    fn user_of_2x(&mut self, service: &ServiceView, name: &Name) {
        let is_rtm = service.purpose() == Some(Use::Rtm);
        if let Some(user) =
            name.text.as_deref().filter(|user| is_rtm && (user.contains('.') || user.starts_with('_')))
        {
            self.warnings.push(FindingKind::UserIdNotFor2x { service: service.name, user: user.to_owned() });
        }
    }

    /// Whether no client can use a name, which becomes a finding.
    fn is_malformed(&mut self, service: &'static str, field: Field, name: &Name) -> bool {
        let Some(text) = name.text.as_deref().filter(|_| !name.is_wildcard) else { return false };
        let kind = match names::placeholder(text) {
            Some(word) => Some(FindingKind::NameIsPlaceholder { service, field, word }),
            None => names::not_allowed(service, field, text).map(|error| FindingKind::NameNotAllowed {
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

/// How the uid of a token differs from the one that the client joins with.
fn uid_differs(name: &Name, joins: &str) -> FindingKind {
    let token = name.text.clone();
    let is_uid = |text: &str| canonical_u32(text).is_some();
    match &token {
        Some(text)
            if !joins.is_empty()
                && is_uid(text) != is_uid(joins)
                && names::odd_uid(text).is_none()
                && names::odd_uid(joins).is_none() =>
        {
            FindingKind::UidKindDiffers { token: text.clone(), joins: joins.to_owned() }
        }
        _ => FindingKind::UidDiffers { token, joins: if joins.is_empty() { "0" } else { joins }.to_owned() },
    }
}
