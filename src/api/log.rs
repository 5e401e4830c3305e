//! One line of JSON for each request. It holds no token, no body, no credential and no path as it
//! came, since a path may hold any of them.

use std::fmt::Write as _;
use std::time::Duration;

use http::{Method, StatusCode};
use serde::{Serialize, Serializer};

use super::answer::problem::Problem;
use super::probe::Probe;
use super::request::Context;
use super::unread::Unread;
use crate::auth::Caller;
use crate::time::UnixTime;

/// The log line of a request.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LogLine {
    level: &'static str,
    message: &'static str,
    time: u32,
    request_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_id: Option<String>,
    #[serde(serialize_with = "name_of", skip_serializing_if = "Option::is_none")]
    method: Option<Method>,
    route: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    caller: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<String>,
    duration_us: u64,
    #[serde(skip)]
    printed: bool,
    #[serde(skip)]
    key_set_fetches: Vec<KeySetFetch>,
}

impl LogLine {
    pub(super) fn new(now: UnixTime, request_id: &str, method: &Method, route: &'static str) -> Self {
        Self {
            level: "info",
            message: "request",
            time: now.as_secs(),
            request_id: request_id.to_owned(),
            trace_id: None,
            method: Some(method.clone()),
            route,
            status: None,
            code: None,
            rule: None,
            cause: None,
            token_type: None,
            token_hash: None,
            uid: None,
            caller: None,
            issuer: None,
            warning: None,
            duration_us: 0,
            printed: true,
            key_set_fetches: Vec::new(),
        }
    }

    /// The line for a request that the HTTP layer rejected.
    #[must_use]
    pub fn unread(why: Unread, context: &Context) -> Self {
        let line = Self::new(context.now, &context.request_id, &Method::GET, "none");
        let status = why.status().map(|status| status.as_u16());
        Self { level: "warn", method: None, status, cause: Some(why.cause().to_owned()), ..line }
    }

    pub(super) fn answered(&mut self, status: http::StatusCode) {
        self.status = Some(status.as_u16());
    }

    /// The type of a token and its hash, by which a leaked one is traced back to this line. Of two
    /// tokens, both hashes.
    pub(super) fn issued(&mut self, token_type: &'static str, token_hash: String) {
        self.token_type = Some(token_type);
        self.token_hash = Some(match self.token_hash.take() {
            Some(earlier) => format!("{earlier},{token_hash}"),
            None => token_hash,
        });
    }

    /// The uid that the server drew or derived, which nothing else names.
    pub(super) fn chose(&mut self, uid: String) {
        self.uid = Some(uid);
    }

    /// The trace that the request is part of.
    pub(super) fn traced(&mut self, trace_id: &str) {
        self.trace_id = Some(trace_id.to_owned());
    }

    /// The caller, and its issuer if there are several. A subject is the issuer's text and may be of
    /// any length.
    pub(super) fn called_by(&mut self, caller: &Caller) {
        const SHOWN: usize = 80;
        let shown = |text: &String| text.chars().take(SHOWN).collect();
        self.caller = caller.name.as_ref().map(shown);
        self.issuer = caller.issuer.as_ref().map(shown);
    }

    /// What went wrong without failing the request.
    pub(super) fn warn(&mut self, warnings: &[String]) {
        if !warnings.is_empty() {
            if self.level == "info" {
                self.level = "warn";
            }
            let earlier = self.warning.take();
            let all: Vec<&str> = earlier.iter().chain(warnings).map(String::as_str).collect();
            self.warning = Some(all.join("; "));
        }
    }

    pub(super) fn failed(&mut self, problem: &Problem) {
        self.level = if problem.status().is_server_error() { "error" } else { "warn" };
        self.code = Some(problem.code());
        self.rule = problem.rule().map(crate::policy::Rule::name);
        self.cause = problem.cause().map(std::borrow::Cow::into_owned);
        // A token that was made before a later one was refused has not been issued.
        (self.token_type, self.token_hash, self.uid) = (None, None, None);
    }

    /// The request is a probe: its line is printed if it reports an error or a change.
    pub(super) fn probed(&mut self, probe: &Probe) {
        let status = self.status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or_default();
        self.printed = probe.is_logged(status, self.warning.is_some(), UnixTime::from_secs(self.time));
    }

    pub(super) fn fetched(&mut self, issuer: &str, result: &'static str) {
        self.key_set_fetches.push(KeySetFetch { issuer: issuer.to_owned(), result });
    }

    /// The key sets that the request fetched, for metrics.
    #[must_use]
    pub fn key_set_fetches(&self) -> &[KeySetFetch] {
        &self.key_set_fetches
    }

    /// What metrics count.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let Self { route, status, code, rule, token_type, .. } = *self;
        Outcome { route, status, code, rule, token_type }
    }

    /// The line to print, without its end, if the request is to be logged.
    #[must_use]
    pub fn line(self, took: Duration) -> Option<String> {
        self.printed.then(|| self.to_json(took))
    }

    /// The line, without its end.
    #[must_use]
    pub fn to_json(mut self, took: Duration) -> String {
        self.duration_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        json(&self)
    }

    /// The line for lines that an adapter dropped because its output was not read.
    #[must_use]
    pub fn dropped(count: u64, now: UnixTime) -> String {
        #[derive(Serialize)]
        struct Loss {
            level: &'static str,
            message: &'static str,
            dropped: u64,
            time: u32,
        }
        let message = "log lines dropped: standard output is not read fast enough";
        json(&Loss { level: "warn", message, dropped: count, time: now.as_secs() })
    }
}

/// A key set that a request fetched, or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySetFetch {
    /// One of the configured issuers.
    pub issuer: String,
    /// `ok`, `timeout`, `status`, `too_large`, `unreachable` or `invalid`.
    pub result: &'static str,
}

/// The outcome of a request. Each member has few values, and clients cannot add any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Outcome {
    /// The pattern of the route, `none` or `preflight`.
    pub route: &'static str,
    /// The status, if the request got a response.
    pub status: Option<u16>,
    /// The code of the problem.
    pub code: Option<&'static str>,
    /// The rule that a 403 names.
    pub rule: Option<&'static str>,
    /// The type of the token that was issued.
    pub token_type: Option<&'static str>,
}

/// JSON without a character that changes how a terminal or an editor shows the text around it.
/// `serde_json` escapes U+0000 to U+001F alone.
fn json(line: &impl Serialize) -> String {
    let json = serde_json::to_string(line).expect("texts and numbers have a JSON form");
    // Nearly every line: two passes over bytes are faster than one over characters.
    if json.is_ascii() && !json.as_bytes().contains(&0x7f) || !json.contains(is_disguise) {
        return json;
    }
    let mut escaped = String::with_capacity(json.len() + 64);
    for character in json.chars() {
        if is_disguise(character) {
            // All of them are in the basic plane; in JSON they occur within texts alone.
            let _ = write!(escaped, "\\u{:04x}", u32::from(character));
        } else {
            escaped.push(character);
        }
    }
    escaped
}

/// DEL and the C1 controls, line and paragraph separators, and the bidirectional formatting
/// characters (Unicode Standard Annex #9, table 1 and 2).
fn is_disguise(character: char) -> bool {
    matches!(
        character,
        '\u{7f}'..='\u{9f}'
            | '\u{61c}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
    )
}

/// A method that a client invents may have any length.
#[expect(clippy::ref_option, reason = "serde passes fields so")]
fn name_of<S: Serializer>(method: &Option<Method>, serializer: S) -> Result<S::Ok, S::Error> {
    let name = method.as_ref().map_or("", Method::as_str);
    serializer.serialize_str(name.get(..16).unwrap_or(name))
}

/// A line that belongs to no request.
pub(super) fn note(level: &'static str, now: UnixTime, message: &str) -> String {
    #[derive(Serialize)]
    struct Note<'a> {
        level: &'static str,
        message: &'a str,
        time: u32,
    }
    json(&Note { level, message, time: now.as_secs() })
}
