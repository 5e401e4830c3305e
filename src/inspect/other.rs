//! Explains texts that are not tokens.

use super::finding::FindingKind;
use super::view::View;
use super::{names, text};
use crate::token::{AppId, ParseError, Project};

/// A text that cannot have a token in it.
pub(super) fn recognize(text: &str, project: &Project) -> Option<FindingKind> {
    if text.is_empty() {
        return Some(FindingKind::Empty);
    }
    if let Some(word) = names::placeholder(text) {
        return Some(FindingKind::Placeholder(word));
    }
    let digits = text.parse::<AppId>().ok()?;
    Some(if digits == project.app_id() { FindingKind::OurAppId } else { FindingKind::Hex32 })
}

/// Why a text holds no token: `repaired` is the text read as a token, `plain` the
/// text with its escapes undone.
pub(super) fn why_not(repaired: &str, plain: &str, error: ParseError) -> FindingKind {
    let inside = || {
        let runs = text::runs(plain, text::is_base64).map(|(_, run)| run);
        runs.filter(|run| text::looks_like_token(run)).max_by_key(|run| run.len())
    };
    match repaired {
        text if text.starts_with("eyJ") => FindingKind::Jwt,
        text if text.starts_with(['{', '[']) => inside().map_or(FindingKind::Json, |run| damaged(run, error)),
        text if has_version(text) => damaged(text, error),
        _ => inside().map_or(FindingKind::NotAToken, |run| damaged(run, error)),
    }
}

fn has_version(text: &str) -> bool {
    text.starts_with("00") && text.as_bytes().get(2).is_some_and(u8::is_ascii_digit)
}

/// What is wrong with a text that starts with a version.
fn damaged(text: &str, error: ParseError) -> FindingKind {
    match &text[..3] {
        "006" | "007" => {}
        "002" | "003" | "004" | "005" => return FindingKind::Damaged(error),
        version => return FindingKind::UnknownVersion(version.to_owned()),
    }
    match View::parse(text).err().unwrap_or(error) {
        ParseError::CutOff => FindingKind::CutOff,
        // What is left of base64 after a cut has no = at its end, and ends between groups of four.
        ParseError::Base64 if text.bytes().all(text::is_base64) => FindingKind::CutOff,
        error => FindingKind::Damaged(error),
    }
}
