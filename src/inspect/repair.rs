//! Damages that tokens suffer on their way, and how each is undone.

use std::fmt;

use super::finding::FindingKind;
use super::other as text;
use super::view::View;
use crate::token::Project;

/// A damage that can be undone.
pub struct Repair {
    /// A stable code, for programs.
    pub code: &'static str,
    /// What happened, and what to do about it.
    pub what: &'static str,
    /// The text without the damage, if it may have happened.
    undo: fn(&str) -> Option<String>,
    /// Whether it is kept only if the result is a token. Spaces may be lost pluses or mere breaks,
    /// and a text that cannot be divided by four may as well be cut off.
    is_guess: bool,
}

impl fmt::Debug for Repair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Repair({})", self.code)
    }
}

impl PartialEq for Repair {
    fn eq(&self, other: &Self) -> bool {
        self.code == other.code
    }
}

impl Eq for Repair {}

/// Every repair, that of the outermost damage first. Each is tried on what those before it left,
/// since a `+` may be lost beside other damages.
pub(super) static REPAIRS: [Repair; 8] = [
    Repair {
        code: "surrounded",
        what: "there are spaces, line breaks or quotes around the token: take them away, or clients are \
               refused (error 110)",
        undo: |text| Some(text::unwrapped(text).to_owned()),
        is_guess: false,
    },
    Repair {
        code: "labelled",
        what: "there are other words in front of the token: pass only what starts with its version, 007",
        undo: |text| {
            let labels = ["Bearer ", "bearer ", "agora token=", "token=", "token:"];
            let rest = labels.iter().find_map(|label| text.strip_prefix(label))?;
            Some(rest.trim_start().to_owned())
        },
        is_guess: false,
    },
    Repair {
        code: "url_encoded",
        what: "the token is URL-encoded (%2B, %2F and %3D in it): decode it once, with \
               decodeURIComponent(token), before joining",
        undo: |text| Some(text::percent_decoded(text)),
        is_guess: false,
    },
    Repair {
        code: "spaces_for_plus",
        what: "the token has spaces where each + was, which is what a query string does to it: send it in a \
               JSON body, or put it into the URL with encodeURIComponent(token)",
        undo: |text| Some(text.replace(' ', "+")),
        is_guess: true,
    },
    Repair {
        code: "broken_lines",
        what: "the token is broken over several lines: put it together without white space",
        undo: |text| Some(text.chars().filter(|character| !character.is_whitespace()).collect()),
        is_guess: false,
    },
    Repair {
        code: "url_safe",
        what: "the token has - and _ where + and / were: something made it URL-safe; pass it on exactly as the \
               server made it",
        undo: |text| Some(text.replace('-', "+").replace('_', "/")),
        is_guess: false,
    },
    Repair {
        code: "unpadded",
        what: "the = at the token's end are missing: something took them away; pass it on exactly as the \
               server made it",
        undo: |text| {
            let head = if text.starts_with("006") { 3 + 32 } else { 3 };
            match text.len().saturating_sub(head) % 4 {
                2 => Some(format!("{text}==")),
                3 => Some(format!("{text}=")),
                _ => None,
            }
        },
        is_guess: true,
    },
    Repair {
        code: "version_missing",
        what: "the token's first three characters, 007, are missing: copy all of it",
        undo: |text| Some(format!("007{text}")),
        is_guess: true,
    },
];

/// A token, and what had to be undone before it was one, in this order.
pub(super) struct Found {
    pub(super) view: View,
    pub(super) repairs: Vec<&'static Repair>,
}

/// Reads a token as it is, or else with damages undone.
pub(super) fn read(text: &str, project: &Project) -> Result<Found, FindingKind> {
    let error = match View::parse(text) {
        Ok(view) => return Ok(Found { view, repairs: Vec::new() }),
        Err(error) => error,
    };
    if let Some(kind) = text::recognize(text::unwrapped(text), project) {
        return Err(kind);
    }
    let mut repaired = text.to_owned();
    let mut repairs = Vec::new();
    for repair in &REPAIRS {
        let Some(candidate) = (repair.undo)(&repaired).filter(|candidate| *candidate != repaired) else {
            continue;
        };
        if let Ok(view) = View::parse(&candidate) {
            repairs.push(repair);
            return Ok(Found { view, repairs });
        }
        if !repair.is_guess {
            repaired = candidate;
            repairs.push(repair);
        }
    }
    Err(text::why_not(&repaired, error))
}
