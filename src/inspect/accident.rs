//! Texts that are no token, and tokens that something happened to on their way.

use std::fmt;

use super::{Fact, Token, names};
use crate::token::ParseError;
use crate::token::{AppId, Project};

/// What happened to a token that is whole once this is undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accident {
    /// White space, quotes or invisible characters around it.
    Surrounded,
    /// `Bearer`, `token=` or the like in front of it.
    Labelled,
    /// `%2B` and the like in it.
    UrlEncoded,
    /// `+` became a space.
    SpacesForPlus,
    /// White space in the middle.
    Broken,
    /// `-` and `_` instead of `+` and `/`.
    UrlSafe,
    /// The `=` at its end are gone.
    Unpadded,
    /// `007` in front is gone.
    VersionMissing,
}

impl Accident {
    /// Its stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Surrounded => "surrounded",
            Self::Labelled => "labelled",
            Self::UrlEncoded => "url_encoded",
            Self::SpacesForPlus => "spaces_for_plus",
            Self::Broken => "broken_lines",
            Self::UrlSafe => "url_safe",
            Self::Unpadded => "unpadded",
            Self::VersionMissing => "version_missing",
        }
    }

    /// `text` with this undone, if it may have happened.
    fn undone(self, text: &str) -> Option<String> {
        let repaired = match self {
            Self::Surrounded => text.trim_matches(is_wrapping).to_owned(),
            Self::Labelled => {
                let label = ["Bearer ", "bearer ", "agora token=", "token=", "token:"];
                label.iter().find_map(|label| text.strip_prefix(label))?.trim_start().to_owned()
            }
            Self::UrlEncoded => percent_decoded(text),
            Self::SpacesForPlus => text.replace(' ', "+"),
            Self::Broken => text.chars().filter(|character| !character.is_whitespace()).collect(),
            Self::UrlSafe => text.replace('-', "+").replace('_', "/"),
            Self::Unpadded => {
                let head = if text.starts_with("006") { 3 + 32 } else { 3 };
                match text.len().saturating_sub(head) % 4 {
                    2 => format!("{text}=="),
                    3 => format!("{text}="),
                    _ => return None,
                }
            }
            Self::VersionMissing => format!("007{text}"),
        };
        (repaired != text).then_some(repaired)
    }
}

impl fmt::Display for Accident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Surrounded => {
                "there are spaces, line breaks or quotes around the token: take them away, or clients are \
                 refused (error 110)"
            }
            Self::Labelled => {
                "there are other words in front of the token: pass only what starts with its version, 007"
            }
            Self::UrlEncoded => {
                "the token is URL-encoded (%2B, %2F and %3D in it): decode it once, with \
                 decodeURIComponent(token), before joining"
            }
            Self::SpacesForPlus => {
                "the token has spaces where each + was, which is what a query string does to it: send it \
                 in a JSON body, or put it into the URL with encodeURIComponent(token)"
            }
            Self::Broken => "the token is broken over several lines: put it together without white space",
            Self::UrlSafe => {
                "the token has - and _ where + and / were: something made it URL-safe; pass it on exactly as \
                 the server made it"
            }
            Self::Unpadded => {
                "the = at the token's end are missing: something took them away; pass it on exactly as the \
                 server made it"
            }
            Self::VersionMissing => "the token's first three characters, 007, are missing: copy all of it",
        })
    }
}

/// A token, and what had to be undone before it was one, in this order.
pub(super) struct Found {
    pub(super) token: Token,
    pub(super) accidents: Vec<Accident>,
}

/// Reads a token as it is, or else as it was before one of the usual accidents.
pub(super) fn read(text: &str, project: &Project) -> Result<Found, Fact> {
    // A `+` may be lost beside others, so each is tried on what those before it left. The order is
    // that of the outermost first.
    const ALL: [Accident; 8] = [
        Accident::Surrounded,
        Accident::Labelled,
        Accident::UrlEncoded,
        Accident::SpacesForPlus,
        Accident::Broken,
        Accident::UrlSafe,
        Accident::Unpadded,
        Accident::VersionMissing,
    ];
    let first_error = match Token::parse(text) {
        Ok(token) => return Ok(Found { token, accidents: Vec::new() }),
        Err(error) => error,
    };
    if let Some(fact) = recognise(text.trim_matches(is_wrapping), project) {
        return Err(fact);
    }
    let mut repaired = text.to_owned();
    let mut accidents = Vec::new();
    for accident in ALL {
        let Some(candidate) = accident.undone(&repaired) else { continue };
        if let Ok(token) = Token::parse(&candidate) {
            accidents.push(accident);
            return Ok(Found { token, accidents });
        }
        // These three are guesses: spaces may be lost pluses or mere breaks, and a text that cannot
        // be divided by four may as well be cut off.
        if !matches!(accident, Accident::SpacesForPlus | Accident::Unpadded | Accident::VersionMissing) {
            repaired = candidate;
            accidents.push(accident);
        }
    }
    Err(why_not(&repaired, first_error))
}

/// A text that is something else than a token.
fn recognise(text: &str, project: &Project) -> Option<Fact> {
    if text.is_empty() {
        return Some(Fact::Empty);
    }
    if let Some(word) = names::placeholder(text) {
        return Some(Fact::Placeholder(word));
    }
    if text.starts_with("eyJ") {
        return Some(Fact::Jwt);
    }
    if text.starts_with('{') || text.starts_with('[') {
        return Some(Fact::Json);
    }
    if let Ok(digits) = text.parse::<AppId>() {
        return Some(Fact::Hex32 { our_app_id: digits == project.app_id });
    }
    None
}

/// Why a text that is nothing else is not a token either.
fn why_not(text: &str, error: ParseError) -> Fact {
    let digits: String = text.chars().take(3).take_while(char::is_ascii_digit).collect();
    let version =
        if digits.len() == 3 && digits.starts_with("00") { digits } else { return Fact::NotAToken };
    match version.as_str() {
        "006" | "007" => {}
        "002" | "003" | "004" | "005" => return Fact::Damaged(error),
        _ => return Fact::UnknownVersion(version),
    }
    let error = match Token::parse(text) {
        Err(error) => error,
        Ok(_) => error,
    };
    match error {
        ParseError::CutOff => Fact::CutOff,
        // What is left of base64 after a cut has no = at its end, and ends between groups of four.
        ParseError::Base64 if is_base64_part(text) => Fact::CutOff,
        error => Fact::Damaged(error),
    }
}

fn is_base64_part(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/')
}

fn is_wrapping(character: char) -> bool {
    let invisible = matches!(character, '\u{feff}' | '\u{200b}'..='\u{200d}' | '\u{2060}');
    character.is_whitespace() || invisible || matches!(character, '"' | '\'' | '`' | ',' | ';' | '<' | '>')
}

/// `text` with the escapes that encoders make of base64 undone.
fn percent_decoded(text: &str) -> String {
    let mut decoded = text.to_owned();
    // Twice: a token that was encoded twice has %252B.
    for (escape, character) in [("%25", "%"), ("%2B", "+"), ("%2F", "/"), ("%3D", "="), ("%20", " ")] {
        decoded = decoded.replace(escape, character).replace(&escape.to_ascii_lowercase(), character);
    }
    decoded
}
