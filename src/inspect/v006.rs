//! What there is to say about a 006 token, which holds its names as checksums only.

use super::fact::Fact;
use super::judge::{JudgedService, verified_by};
use super::v007::LEAST_TIMESTAMP;
use super::{
    Claimed, EndedBy, InspectedPrivilege, InspectedService, Inspection, Signature, Unchecked, Wildcard, names,
};
use crate::time::UnixTime;
use crate::token::Field;
use crate::token::Project;
use crate::token::UnverifiedAccessToken;

impl Inspection {
    pub(super) fn explain_006(
        &mut self,
        token: &UnverifiedAccessToken,
        project: &Project,
        claimed: Claimed<'_>,
    ) {
        self.expires_at = Some(token.expires_at());
        let service = if token.is_rtm() { "rtm" } else { "rtc" };
        self.services.push(shown(token, service));

        let mut judged = JudgedService { wanted: true, ..JudgedService::default() };
        let verified = judged.names_006(token, project, claimed);
        self.judge_signature(verified, project);
        self.warning(Fact::OlderVersion);
        if !self.has_ended(token.expires_at()) {
            judged.privilege_times_006(token, service, self.now);
        }
        if token.privileges().len() > Self::MOST_SHOWN {
            self.warning(Fact::TooMuch);
        }
        if token.is_rtm() {
            if claimed.channel.is_some() {
                self.error(Fact::NoRtcService { has: vec![service] });
            }
        } else {
            judged.contents_006(token);
            if token.matches_uid("") {
                let pattern = String::new();
                self.wildcards.push(Wildcard { service, field: Field::Uid, pattern: pattern.clone() });
                judged.warnings.push(Fact::WildcardUid { service, pattern });
            }
        }
        self.judge_services(vec![judged]);
    }
}

impl JudgedService {
    /// Compares the names that are known with the checksums, and verifies the signature where all
    /// of them are known and fit.
    fn names_006(
        &mut self,
        token: &UnverifiedAccessToken,
        project: &Project,
        claimed: Claimed<'_>,
    ) -> Signature {
        let verify = |channel: &str, uid: &str| {
            verified_by(project, |certificate| token.verify(certificate, channel, uid))
        };
        if token.is_rtm() {
            return match claimed.uid {
                None => Signature::Unchecked(Unchecked::NeedsNames),
                Some(user) if token.matches_channel(user) => verify(user, ""),
                Some(user) => {
                    self.broken_by.push(Fact::UserDiffers {
                        service: "rtm",
                        token: None,
                        joins: user.to_owned(),
                    });
                    Signature::Unchecked(Unchecked::OtherNames)
                }
            };
        }
        if let Some(channel) = claimed.channel.filter(|channel| !token.matches_channel(channel)) {
            self.broken_by.push(Fact::ChannelDiffers { token: None, joins: channel.to_owned() });
        }
        let joins = claimed.uid.map(names::uid_in_token);
        let (is_any, is_text_zero) = (token.matches_uid(""), token.matches_uid("0"));
        if is_text_zero && joins.is_none_or(str::is_empty) {
            self.broken_by.push(Fact::UidIsTextZero);
        } else if let Some(joins) = joins.filter(|uid| !is_any && !token.matches_uid(uid)) {
            let joins = if joins.is_empty() { "0" } else { joins };
            self.broken_by.push(Fact::UidDiffers { token: None, joins: joins.to_owned() });
        }
        // These two checksums tell the text.
        let uid = match (is_any, is_text_zero) {
            (true, _) => Some(""),
            (_, true) => Some("0"),
            _ => joins,
        };
        match (claimed.channel, uid) {
            (Some(channel), Some(uid)) if token.matches_channel(channel) && token.matches_uid(uid) => {
                verify(channel, uid)
            }
            (Some(channel), _) if !token.matches_channel(channel) => {
                Signature::Unchecked(Unchecked::OtherNames)
            }
            (_, Some(uid)) if !token.matches_uid(uid) => Signature::Unchecked(Unchecked::OtherNames),
            _ => Signature::Unchecked(Unchecked::NeedsNames),
        }
    }

    fn contents_006(&mut self, token: &UnverifiedAccessToken) {
        let has_join = token.privileges().iter().any(|(privilege, _)| *privilege == 1);
        if !has_join {
            self.broken_by.push(Fact::PrivilegeMissing { service: "rtc", privilege: "joinChannel" });
        }
        for channel in ["", "*"] {
            if let Some(error) =
                names::not_allowed(Field::Channel, channel).filter(|_| token.matches_channel(channel))
            {
                self.broken_by.push(Fact::NameNotAllowed { service: "rtc", field: Field::Channel, error });
            }
        }
        for word in names::PLACEHOLDERS {
            if token.matches_channel(word) {
                self.broken_by.push(Fact::NameIsPlaceholder { service: "rtc", field: Field::Channel, word });
            }
            if token.matches_uid(word) {
                self.broken_by.push(Fact::NameIsPlaceholder { service: "rtc", field: Field::Uid, word });
            }
        }
    }

    fn privilege_times_006(&mut self, token: &UnverifiedAccessToken, service: &'static str, now: UnixTime) {
        let (mut seconds, mut ended) = (Vec::new(), Vec::new());
        let (mut stored, mut last_end) = (0, UnixTime::from_secs(0));
        let mut first_ended = false;
        for (number, end) in token.privileges().iter().take(Inspection::MOST_SHOWN) {
            let name = UnverifiedAccessToken::privilege_name(*number)
                .map_or_else(|| format!("privilege {number}"), str::to_owned);
            if *end > now || end.as_secs() == 0 {
                continue;
            }
            first_ended |= matches!(number, 1 | 1000);
            if end.as_secs() < LEAST_TIMESTAMP {
                stored = end.as_secs();
                seconds.push(name);
            } else {
                last_end = last_end.max(*end);
                ended.push(name);
            }
        }
        for fact in [
            (!seconds.is_empty()).then_some(Fact::PrivilegeIsSeconds {
                service,
                privileges: seconds,
                stored,
            }),
            (!ended.is_empty()).then_some(Fact::PrivilegesEnded {
                service,
                privileges: ended,
                at: last_end,
                now,
            }),
        ]
        .into_iter()
        .flatten()
        {
            if first_ended { self.broken_by.push(fact) } else { self.warnings.push(fact) }
        }
    }
}

fn shown(token: &UnverifiedAccessToken, name: &'static str) -> InspectedService {
    let privileges = token.privileges().iter().take(Inspection::MOST_SHOWN).map(|(number, end)| {
        let (ends_at, ended_by) = match end.as_secs() {
            0 => (token.expires_at(), EndedBy::Token),
            _ if *end > token.expires_at() => (token.expires_at(), EndedBy::TokenEarlier),
            _ => (*end, EndedBy::Itself),
        };
        InspectedPrivilege {
            number: *number,
            name: UnverifiedAccessToken::privilege_name(*number),
            ends_at,
            ended_by,
        }
    });
    InspectedService { number: None, name, payload: None, privileges: privileges.collect() }
}
