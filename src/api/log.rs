//! One line of JSON for each request. It holds no token, no body, no credential and no path as it
//! came, since a path may hold any of them.

use std::time::Duration;

use http::Method;
use serde::{Serialize, Serializer};

use super::answer::problem::Problem;
use crate::time::UnixTime;

/// What the log says of a request.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LogLine {
    level: &'static str,
    message: &'static str,
    time: u32,
    request_id: String,
    #[serde(serialize_with = "name_of")]
    method: Method,
    route: &'static str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    caller: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<String>,
    duration_us: u64,
}

impl LogLine {
    pub(super) fn new(now: UnixTime, request_id: &str, method: &Method, route: &'static str) -> Self {
        Self {
            level: "info",
            message: "request",
            time: now.as_secs(),
            request_id: request_id.to_owned(),
            method: method.clone(),
            route,
            status: 0,
            code: None,
            rule: None,
            cause: None,
            token_type: None,
            caller: None,
            warning: None,
            duration_us: 0,
        }
    }

    pub(super) fn answered(&mut self, status: http::StatusCode) {
        self.status = status.as_u16();
    }

    pub(super) fn issued(&mut self, token_type: &'static str) {
        self.token_type = Some(token_type);
    }

    /// Who asks. A subject is the issuer's text and may be of any length.
    pub(super) fn called_by(&mut self, caller: Option<String>) {
        const SHOWN: usize = 80;
        self.caller = caller.map(|caller| caller.chars().take(SHOWN).collect());
    }

    /// What went wrong without failing the request.
    pub(super) fn warn(&mut self, warnings: &[String]) {
        if !warnings.is_empty() {
            if self.level == "info" {
                self.level = "warn";
            }
            self.warning = Some(warnings.join("; "));
        }
    }

    pub(super) fn failed(&mut self, problem: &Problem) {
        self.level = if problem.status().is_server_error() { "error" } else { "warn" };
        self.code = Some(problem.code());
        self.rule = problem.rule().map(crate::policy::Rule::name);
        self.cause = problem.cause().map(std::borrow::Cow::into_owned);
    }

    /// The line, without its end.
    #[must_use]
    pub fn to_json(mut self, took: Duration) -> String {
        self.duration_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        serde_json::to_string(&self).expect("texts and numbers have a JSON form")
    }
}

/// A method of the client's own making may be of any length.
fn name_of<S: Serializer>(method: &Method, serializer: S) -> Result<S::Ok, S::Error> {
    let name = method.as_str();
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
    serde_json::to_string(&Note { level, message, time: now.as_secs() })
        .expect("texts and numbers have a JSON form")
}
