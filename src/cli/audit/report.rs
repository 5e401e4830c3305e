//! An audit in text, JSON and SARIF. Tokens are shown by their start and their hash, credentials never.

use std::fmt::Write;

use serde_json::{Value, json};

use super::finding::Finding;
use super::request::Target;
use crate::inspect::token_hash;

const SHOWN: usize = 10;

pub(super) struct Report<'a> {
    pub(super) target: &'a Target,
    pub(super) tokens: &'a [String],
    pub(super) findings: &'a [Finding],
    pub(super) requests: usize,
}

impl Report<'_> {
    pub(super) fn to_text(&self) -> String {
        let mut text = format!("{} {}\n", self.target.method, self.url());
        for token in self.tokens {
            let (start, hash) = shown(token);
            let _ = writeln!(text, "  token {start}… (hash {hash})");
        }
        let count = self.findings.len();
        let _ = match count {
            0 => writeln!(text, "no findings in {} requests", self.requests),
            1 => writeln!(text, "1 finding in {} requests\n", self.requests),
            _ => writeln!(text, "{count} findings in {} requests\n", self.requests),
        };
        for Finding { code, detail } in self.findings {
            let detail = detail.as_ref().map(|detail| format!(" ({detail})")).unwrap_or_default();
            let _ = writeln!(text, "{}: {}{detail}\n  fix: {}", code.name(), code.what(), code.fix());
        }
        text
    }

    pub(super) fn to_json(&self) -> String {
        let tokens: Vec<Value> = self
            .tokens
            .iter()
            .map(|token| {
                let (start, hash) = shown(token);
                json!({ "start": start, "tokenHash": hash })
            })
            .collect();
        let findings: Vec<Value> = self
            .findings
            .iter()
            .map(|Finding { code, detail }| {
                json!({ "code": code.name(), "what": code.what(), "detail": detail, "fix": code.fix() })
            })
            .collect();
        pretty(&json!({
            "method": self.target.method.as_str(),
            "url": self.url(),
            "requests": self.requests,
            "tokens": tokens,
            "findings": findings,
        }))
    }

    /// SARIF 2.1.0 (OASIS): one rule for each code that was found.
    pub(super) fn to_sarif(&self) -> String {
        let rules: Vec<Value> = self
            .findings
            .iter()
            .map(|Finding { code, .. }| {
                json!({
                    "id": code.name(),
                    "shortDescription": { "text": code.what() },
                    "help": { "text": code.fix() },
                })
            })
            .collect();
        let results: Vec<Value> = self
            .findings
            .iter()
            .enumerate()
            .map(|(index, Finding { code, detail })| {
                let detail = detail.as_ref().map(|detail| format!(" ({detail})")).unwrap_or_default();
                json!({
                    "ruleId": code.name(),
                    "ruleIndex": index,
                    "level": "error",
                    "message": { "text": format!("{}{detail}. Fix: {}.", code.what(), code.fix()) },
                    "locations": [{ "physicalLocation": { "artifactLocation": { "uri": self.url() } } }],
                })
            })
            .collect();
        pretty(&json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": {
                    "name": "agora-token-server audit",
                    "version": env!("CARGO_PKG_VERSION"),
                    "rules": rules,
                }},
                "results": results,
            }],
        }))
    }

    /// Without user, password and query, which may hold a credential.
    fn url(&self) -> String {
        let uri = &self.target.uri;
        let authority = uri.authority().map_or("", |authority| {
            let text = authority.as_str();
            text.rsplit_once('@').map_or(text, |(_, host)| host)
        });
        format!("{}://{authority}{}", uri.scheme_str().unwrap_or_default(), uri.path())
    }
}

fn shown(token: &str) -> (String, String) {
    (token.chars().take(SHOWN).collect(), token_hash(token))
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).expect("texts and numbers have a JSON form")
}
