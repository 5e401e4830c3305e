//! What the first answers show: the tokens, by `inspect`, and the endpoint's manners.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, HeaderName, HeaderValue,
    ORIGIN,
};

use super::answer::{Answer, CHANNEL, UID};
use super::exchange::{Exchanges, NoResponse, Response};
use super::finding::{Code, Findings};
use super::request::Target;
use super::token_facts::TokenFacts;
use crate::inspect::{Client, Inspection, Severity, Use};
use crate::time::UnixTime;
use crate::token::Project;

/// An origin that no endpoint lists (RFC 2606 §2 reserves the name).
const FOREIGN_ORIGIN: HeaderValue = HeaderValue::from_static("https://audit.invalid");

/// The project and the client against which tokens are checked.
pub(super) struct Checker<'a> {
    pub(super) project: Project,
    pub(super) now: UnixTime,
    pub(super) purpose: Option<Use>,
    pub(super) channel: Option<&'a str>,
    pub(super) uid: Option<&'a str>,
}

/// Requests a token with the given credential and without one; returns the tokens and their faults.
pub(super) fn first_answers(
    exchanges: &mut Exchanges<'_>,
    checker: &Checker<'_>,
    findings: &mut Findings,
) -> Result<Vec<String>, String> {
    let target = exchanges.target();
    let response = match exchanges.send(target) {
        Ok(response) => response,
        Err(NoResponse::OtherOrigin(origin)) => {
            findings.add_with(Code::RedirectToOtherOrigin, Some(format!("to {origin}")));
            return Ok(Vec::new());
        }
        Err(NoResponse::Failed(why)) => return Err(format!("no answer: {why}")),
    };
    if response.status.is_server_error() {
        findings.add_with(Code::BuilderMissing, Some(format!("status {}", response.status.as_u16())));
        return Ok(Vec::new());
    }
    let answer = Answer::read(&response);
    if response.status.is_success() && answer.tokens.is_empty() && answer.empty_token {
        findings.add(Code::EmptyTokenOnError);
        return Ok(Vec::new());
    }
    if !response.status.is_success() || answer.tokens.is_empty() {
        return Err(no_token(&response, target));
    }
    for token in &answer.tokens {
        checker.token(token, &answer, target, findings);
    }
    manners(&response, checker, findings);
    credentials_and_origin(exchanges, findings);
    Ok(answer.tokens)
}

fn no_token(response: &Response, target: &Target) -> String {
    let status = response.status.as_u16();
    match status {
        401 | 403 if target.has_credential() => {
            format!("status {status}: the endpoint rejects the credential")
        }
        401 | 403 => format!("status {status}: pass the credential that clients send with --header"),
        200..=299 => format!("status {status}: the answer holds no token"),
        _ => format!("status {status}: request a token as clients do, with --method, --header and --body"),
    }
}

/// Caching, and a certificate in the answer.
fn manners(response: &Response, checker: &Checker<'_>, findings: &mut Findings) {
    if allows_caching(response) {
        findings.add(Code::CacheableAnswer);
    }
    if holds_certificate(&response.body, &checker.project) {
        findings.add(Code::CertificateReadable);
    }
}

/// Whether the response holds a certificate of the project.
fn holds_certificate(body: &str, project: &Project) -> bool {
    let body = body.to_ascii_lowercase();
    [Some(project.certificate()), project.secondary()].into_iter().flatten().any(|certificate| {
        str::from_utf8(certificate.expose_secret())
            .is_ok_and(|digits| body.contains(&digits.to_ascii_lowercase()))
    })
}

/// Whether the response allows caches to keep it (RFC 9111 §5.2.2). Without Cache-Control they rarely do.
fn allows_caching(response: &Response) -> bool {
    let lines = response.headers.get_all(CACHE_CONTROL).iter().filter_map(|line| line.to_str().ok());
    let directives: Vec<String> = lines
        .flat_map(|line| line.split(','))
        .map(|directive| directive.trim().to_ascii_lowercase())
        .collect();
    let lasts = |directive: &String| {
        let age = directive.strip_prefix("s-maxage=").or_else(|| directive.strip_prefix("max-age="));
        age.is_some_and(|age| age.parse::<u64>().is_ok_and(|age| age > 0)) || directive == "public"
    };
    let forbids = |directive: &String| matches!(directive.as_str(), "no-store" | "private" | "no-cache");
    directives.iter().any(lasts) && !directives.iter().any(forbids)
}

/// Whether a token is issued without a credential, or to pages of any origin with the user's cookies.
fn credentials_and_origin(exchanges: &mut Exchanges<'_>, findings: &mut Findings) {
    let target = exchanges.target();
    let without = if target.has_credential() {
        exchanges.send(&target.without_credential()).ok().is_some_and(|response| issues(&response))
    } else {
        true
    };
    if without {
        findings.add(Code::NoAuthentication);
    }
    let mut from_page = target.clone();
    from_page.headers.retain(|(name, _): &(HeaderName, HeaderValue)| name != ORIGIN);
    from_page.headers.push((ORIGIN, FOREIGN_ORIGIN));
    if let Ok(response) = exchanges.send(&from_page) {
        let says = |name| response.headers.get(name).map(HeaderValue::as_bytes);
        let credentials = says(ACCESS_CONTROL_ALLOW_CREDENTIALS) == Some(b"true");
        if credentials && says(ACCESS_CONTROL_ALLOW_ORIGIN) == Some(FOREIGN_ORIGIN.as_bytes()) {
            findings.add(Code::CorsCredentials);
        }
    }
}

/// Whether the answer holds a token.
pub(super) fn issues(response: &Response) -> bool {
    response.status.is_success() && !Answer::read(response).tokens.is_empty()
}

impl Checker<'_> {
    fn token(&self, token: &str, answer: &Answer, target: &Target, findings: &mut Findings) {
        let Some(facts) = TokenFacts::read(token) else {
            return self.unreadable(token, findings);
        };
        // 006 is signed with its names, so every name that was used is tried.
        let mut problems = self.inspect(token, self.channel, self.uid);
        if let TokenFacts::V006(_) = facts {
            let channels = names(self.channel, answer.channel.as_deref(), target.value(CHANNEL));
            let uids = names(self.uid, answer.uid.as_deref(), target.value(UID));
            let pair = channels
                .iter()
                .flat_map(|channel| uids.iter().map(move |uid| (channel, uid)))
                .find(|(channel, uid)| facts.is_for_channel(channel) && facts.is_for_uid(zero_is_empty(uid)));
            if let Some((channel, uid)) = pair {
                problems = self.inspect(token, Some(channel), Some(uid));
            }
        }
        let mut codes: Vec<Code> = Vec::new();
        for (code, severity) in problems {
            codes.extend(code_of(code, severity == Severity::Error));
        }
        if codes.contains(&Code::ExpireIsAMoment) {
            codes.retain(|code| *code != Code::PrivilegeExpireIsAMoment);
        }
        if codes.contains(&Code::SignatureInvalid) && self.signs_checksums(&facts) {
            codes.insert(0, Code::InventedFormat);
        }
        if let TokenFacts::V006(_) = facts
            && !codes.contains(&Code::SignatureInvalid)
        {
            codes.push(Code::Deprecated006);
        }
        for code in codes {
            findings.add(code);
        }
    }

    /// A known mistake of hand-built 006 tokens: the checksums are signed in place of the names.
    fn signs_checksums(&self, facts: &TokenFacts) -> bool {
        match facts {
            TokenFacts::V006(token) => token.signs_its_checksums(self.project.certificate()),
            TokenFacts::V007(_) => false,
        }
    }

    /// What `inspect` finds. A single token is never several, so an error of that kind means no findings.
    fn inspect(
        &self,
        token: &str,
        channel: Option<&str>,
        uid: Option<&str>,
    ) -> Vec<(&'static str, Severity)> {
        let client = Client::new(channel, uid).with_use(self.purpose);
        let inspection = Inspection::new(token, &self.project, self.now, client);
        let findings = inspection.map(|inspection| inspection.findings).unwrap_or_default();
        findings.iter().map(|finding| (finding.code(), finding.severity)).collect()
    }

    fn unreadable(&self, token: &str, findings: &mut Findings) {
        let problems = self.inspect(token, None, None);
        if problems.iter().any(|(code, _)| *code == "old_version") {
            return findings.add(Code::LegacyFormat);
        }
        findings.add(Code::InventedFormat);
        if token.len() == 32 && token.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            findings.add(Code::TokenIsAppId);
        } else if is_plain_text(token) {
            findings.add(Code::Unsigned);
        }
    }
}

/// Whether the base64 behind a version is readable text, so that nothing in it can be a signature.
fn is_plain_text(token: &str) -> bool {
    let encoded = token.strip_prefix("007").or_else(|| token.strip_prefix("006")).unwrap_or(token);
    STANDARD.decode(encoded).is_ok_and(|bytes| bytes.iter().all(|byte| matches!(byte, b' '..=b'~')))
}

/// Every name that the caller, the answer and the request give, none twice.
fn names(given: Option<&str>, answered: Option<&str>, requested: Option<String>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in [given.map(str::to_owned), answered.map(str::to_owned), requested].into_iter().flatten() {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.is_empty() {
        names.push(String::new());
    }
    names
}

fn zero_is_empty(uid: &str) -> &str {
    if uid == "0" { "" } else { uid }
}

/// The code of a problem that `inspect` names; warnings have one only if it is in this table.
fn code_of(code: &'static str, is_error: bool) -> Option<Code> {
    match code {
        "expire_is_timestamp" => Some(Code::ExpireIsAMoment),
        "privilege_is_timestamp" => Some(Code::PrivilegeExpireIsAMoment),
        "signature_invalid" => Some(Code::SignatureInvalid),
        "no_service" | "no_rtc_service" => Some(Code::WrongService),
        "old_version" => Some(Code::LegacyFormat),
        // The project of the environment need not be the endpoint's.
        "other_app_id" => None,
        other => is_error.then_some(Code::Inspect(other)),
    }
}
