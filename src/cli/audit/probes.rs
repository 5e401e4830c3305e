//! Further requests, which show whether an endpoint accepts values that callers must not choose.
//!
//! An endpoint counts as responsive once its token follows a changed channel or uid. Only then does the absence of a change
//! mean anything: a cached or fixed answer would look like an endpoint that ignores roles.

use serde_json::{Value, json};

use super::answer::{APP_ID, Answer, CHANNEL, LIFETIME, ROLE, UID};
use super::checks::{Checker, issues};
use super::exchange::{Exchanges, Response};
use super::finding::{Code, Findings};
use super::request::Target;
use super::token_facts::TokenFacts;

const PROBE_CHANNEL: &str = "audit-probe-channel";
const PROBE_UID: u32 = 1_000_000_007;
/// Agora accepts neither the length nor the character.
const BAD_CHANNEL: &str = "audit/probe/0123456789012345678901234567890123456789012345678901234567890";
/// A week: Agora ends every token after a day.
const LONG_LIFETIME: u32 = 604_800;
const OTHER_APP_ID: &str = "0123456789abcdef0123456789abcdef";
/// Two users of 100,000 numbers share one with even odds among 370.
const FEW_UIDS: u32 = 100_000;

/// Makes the further requests.
pub(super) fn run(
    exchanges: &mut Exchanges<'_>,
    checker: &Checker<'_>,
    tokens: &[String],
    findings: &mut Findings,
) {
    let mut probe = Probe { exchanges, checker, findings };
    let channel = probe.channel_is_followed();
    let uid = probe.uid_is_followed();
    if channel || uid {
        probe.uids(uid);
        probe.roles();
        probe.lifetime();
        probe.bad_channels(channel);
        probe.app_id();
    } else {
        probe.varying_uids(tokens);
    }
    probe.errors();
}

struct Probe<'p, 'e, 'a> {
    exchanges: &'p mut Exchanges<'e>,
    checker: &'p Checker<'a>,
    findings: &'p mut Findings,
}

impl Probe<'_, '_, '_> {
    fn target(&self) -> Target {
        self.exchanges.target().clone()
    }

    fn response(&mut self, target: &Target) -> Option<Response> {
        self.exchanges.send(target).ok()
    }

    /// The token that the request gets, if it is one that parses.
    fn token(&mut self, target: &Target) -> Option<TokenFacts> {
        let response = self.response(target).filter(|response| response.status.is_success())?;
        Answer::read(&response).tokens.iter().find_map(|token| TokenFacts::read(token))
    }

    fn is_open(&self) -> bool {
        self.findings.has(Code::NoAuthentication)
    }

    fn channel_is_followed(&mut self) -> bool {
        let target = self.target();
        let Some(name) = target.name(CHANNEL) else { return false };
        let token = self.token(&target.with(name, Some(PROBE_CHANNEL.into())));
        let followed = token.is_some_and(|token| token.is_for_channel(PROBE_CHANNEL));
        // Without authentication this is expected.
        if followed && !self.is_open() {
            self.findings.add(Code::AnyChannel);
        }
        followed
    }

    fn uid_is_followed(&mut self) -> bool {
        let target = self.target();
        let name = target.name(UID).unwrap_or("uid");
        let value = match target.value(UID) {
            Some(text) if text.parse::<i64>().is_err() => json!(PROBE_UID.to_string()),
            _ => json!(PROBE_UID),
        };
        let token = self.token(&target.with(name, Some(value)));
        let followed = token.is_some_and(|token| token.is_for_uid(&PROBE_UID.to_string()));
        if followed && !self.is_open() {
            self.findings.add(Code::UidFromClient);
        }
        followed
    }

    fn uids(&mut self, followed: bool) {
        let target = self.target();
        let name = target.name(UID).unwrap_or("uid");
        let own = self.token(&target);
        if followed {
            for bad in [json!(-1), json!(4_294_967_296_u64), json!("NaN")] {
                let token = self.token(&target.with(name, Some(bad)));
                // One that is ignored leaves the token as it was.
                if token.is_some_and(|token| own.as_ref().is_none_or(|own| !token.has_same_uid(own))) {
                    self.findings.add(Code::UidNotValidated);
                }
            }
        }
        let without = target.with(name, None);
        let Some(token) = self.token(&without) else { return };
        if token.is_for_uid("") {
            self.findings.add(if followed { Code::Uid0ByDefault } else { Code::Uid0ForAll });
        } else if token.is_for_uid("0") {
            self.findings.add(Code::UidTextZero);
        } else if ["undefined", "null", "NaN", "None"].iter().any(|word| token.is_for_uid(word)) {
            self.findings.add(Code::UidNotValidated);
        } else {
            self.drawn_uids(&without, &token);
        }
    }

    /// An endpoint that follows neither channel nor uid can still draw uids.
    fn varying_uids(&mut self, tokens: &[String]) {
        let target = self.target();
        if let Some(token) = tokens.iter().find_map(|token| TokenFacts::read(token)) {
            self.drawn_uids(&target, &token);
        }
    }

    fn drawn_uids(&mut self, target: &Target, first: &TokenFacts) {
        let number = |token: &TokenFacts| token.uid()?.parse::<u32>().ok();
        let mut uids: Vec<u32> = number(first).into_iter().collect();
        for _ in 0..3 {
            uids.extend(self.token(target).as_ref().and_then(number));
        }
        let differ = uids.iter().any(|uid| Some(uid) != uids.first());
        if differ && uids.len() == 4 && uids.iter().all(|uid| *uid <= FEW_UIDS) {
            self.findings.add(Code::UidRandomSmall);
        }
    }

    fn roles(&mut self) {
        let target = self.target();
        let name = target.name(ROLE).unwrap_or("role");
        let (subscriber, unknown) = match target.value(ROLE).and_then(|role| role.parse::<u8>().ok()) {
            Some(_) => (json!(2), json!(77)),
            None => (json!("subscriber"), json!("audit-unknown-role")),
        };
        let Some(asked) = self.token(&target.with(name, Some(subscriber))) else { return };
        if asked.publishes() {
            return self.findings.add(Code::PublisherForAll);
        }
        if self.token(&target.with(name, None)).is_some_and(|token| token.publishes()) {
            self.findings.add(Code::PublisherByDefault);
        }
        if self.token(&target.with(name, Some(unknown))).is_some() {
            self.findings.add(Code::RoleGuessed);
        }
    }

    fn lifetime(&mut self) {
        let target = self.target();
        let Some(name) = target.name(LIFETIME) else { return };
        let Some(token) = self.token(&target.with(name, Some(LONG_LIFETIME.into()))) else { return };
        let moment = self.checker.now.plus(LONG_LIFETIME).as_secs();
        let close = |lifetime: u32| lifetime.abs_diff(moment) < 3_600;
        if token.lifetime().is_some_and(|lifetime| lifetime == LONG_LIFETIME || close(lifetime)) {
            self.findings.add(Code::LifetimeUnbounded);
        }
    }

    fn bad_channels(&mut self, followed: bool) {
        let target = self.target();
        let Some(name) = target.name(CHANNEL).filter(|_| followed) else { return };
        if let Some(token) = self.token(&target.with(name, Some(BAD_CHANNEL.into())))
            && !token.is_for_channel(BAD_CHANNEL)
            && token.channel().is_none_or(|channel| !channel.is_empty())
        {
            self.findings.add(Code::ChannelAltered);
        }
        if self.token(&target.with(name, None)).is_some_and(|token| !token.is_for_channel("")) {
            self.findings.add(Code::ChannelByDefault);
        }
    }

    fn app_id(&mut self) {
        let target = self.target();
        let Some(name) = target.name(APP_ID) else { return };
        let token = self.token(&target.with(name, Some(OTHER_APP_ID.into())));
        if token.is_some_and(|token| token.app_id().eq_ignore_ascii_case(OTHER_APP_ID)) {
            self.findings.add(Code::AppIdFromClient);
        }
    }

    /// How it answers a request that it cannot serve.
    fn errors(&mut self) {
        let target = self.target();
        let broken = Target { body: Some("{".to_owned()), ..target.clone() };
        let has_body = target.body.is_some();
        for request in [Some(target.emptied()), has_body.then_some(broken)].into_iter().flatten() {
            let Some(response) = self.response(&request) else { continue };
            if issues(&response) {
                continue;
            }
            if response.status.is_success() {
                self.findings.add(Code::ErrorWith200);
                if Answer::read(&response).empty_token {
                    self.findings.add(Code::EmptyTokenOnError);
                }
            }
            if has_stack_trace(&response.body) {
                self.findings.add(Code::StackInError);
            }
        }
    }
}

/// A stack trace of JavaScript, Python, PHP or Java, as text or as a member.
fn has_stack_trace(body: &str) -> bool {
    let in_member = serde_json::from_str::<Value>(body)
        .is_ok_and(|json| member(&json, &["stack", "stacktrace", "trace"]));
    in_member
        || body.contains("Traceback (most recent call last)")
        || body.contains("Stack trace:")
        || ["\n    at ", "\\n    at ", "\n\tat "].iter().any(|line| body.contains(line))
}

fn member(value: &Value, names: &[&str]) -> bool {
    match value {
        Value::Object(members) => members.iter().any(|(name, value)| {
            names.contains(&name.to_ascii_lowercase().as_str()) && !value.is_null() || member(value, names)
        }),
        Value::Array(list) => list.iter().any(|value| member(value, names)),
        _ => false,
    }
}
