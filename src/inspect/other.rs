//! Texts that are no token, and why.

use super::finding::FindingKind;
use super::names;
use super::view::View;
use crate::token::{AppId, ParseError, Project};

/// A text that is something else than a token.
pub(super) fn recognize(text: &str, project: &Project) -> Option<FindingKind> {
    if text.is_empty() {
        return Some(FindingKind::Empty);
    }
    if let Some(word) = names::placeholder(text) {
        return Some(FindingKind::Placeholder(word));
    }
    if text.starts_with("eyJ") {
        return Some(FindingKind::Jwt);
    }
    if text.starts_with(['{', '[']) {
        return Some(FindingKind::Json);
    }
    let digits = text.parse::<AppId>().ok()?;
    Some(FindingKind::Hex32 { our_app_id: digits == project.app_id() })
}

/// Why a text that is nothing else is not a token either.
pub(super) fn why_not(text: &str, error: ParseError) -> FindingKind {
    let version = text.get(..3).filter(|version| version.bytes().all(|byte| byte.is_ascii_digit()));
    match version {
        Some("006" | "007") => {}
        Some("002" | "003" | "004" | "005") => return FindingKind::Damaged(error),
        Some(version) if version.starts_with("00") => {
            return FindingKind::UnknownVersion(version.to_owned());
        }
        _ => return FindingKind::NotAToken,
    }
    match View::parse(text).err().unwrap_or(error) {
        ParseError::CutOff => FindingKind::CutOff,
        // What is left of base64 after a cut has no = at its end, and ends between groups of four.
        ParseError::Base64 if is_base64_part(text) => FindingKind::CutOff,
        error => FindingKind::Damaged(error),
    }
}

/// `text` without white space, quotes and invisible characters around it.
pub(super) fn unwrapped(text: &str) -> &str {
    text.trim_matches(is_wrapping)
}

/// `text` with the escapes that encoders make of base64 undone.
pub(super) fn percent_decoded(text: &str) -> String {
    let mut decoded = text.to_owned();
    // Twice: a token that was encoded twice has %252B.
    for (escape, character) in [("%25", "%"), ("%2B", "+"), ("%2F", "/"), ("%3D", "="), ("%20", " ")] {
        decoded = decoded.replace(escape, character).replace(&escape.to_ascii_lowercase(), character);
    }
    decoded
}

fn is_base64_part(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/')
}

fn is_wrapping(character: char) -> bool {
    let invisible = matches!(character, '\u{feff}' | '\u{200b}'..='\u{200d}' | '\u{2060}');
    character.is_whitespace() || invisible || matches!(character, '"' | '\'' | '`' | ',' | ';' | '<' | '>')
}
