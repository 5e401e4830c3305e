//! Damages that tokens suffer on their way, what surrounds them, and how each is undone.

use std::fmt;

use super::finding::{FindingKind, Severity};
use super::other;
use super::text::{self, FoundToken};
use super::view::View;
use crate::token::Project;

/// Something that can be undone to get at a token.
pub struct Repair {
    /// A stable code, for programs.
    pub code: &'static str,
    /// What happened.
    pub what: &'static str,
    /// What to do about it.
    pub fix: &'static str,
    /// Whether a client that passes the text as it is may be at fault. What merely surrounds a token
    /// may come from the report alone.
    pub severity: Severity,
    /// The text without it, if it may have happened.
    undo: fn(&str) -> Option<String>,
    /// Whether it is kept only if the result is a token. Spaces may be lost pluses or mere breaks,
    /// and a text that cannot be divided by four may as well be cut off.
    is_guess: bool,
}

/// Escapes of the text that a token was copied from, the outermost first.
static ESCAPES: [Repair; 3] = [
    Repair {
        code: "json_escapes",
        what: "the token has escapes of JSON in it, such as \\/ and \\u003d",
        fix: "parse the JSON instead of copying from it; then pass the text as it is",
        severity: Severity::Warning,
        undo: |text| Some(text::json_unescaped(text)),
        is_guess: false,
    },
    Repair {
        code: "html_escapes",
        what: "the token has entities of HTML in or around it, such as &#x2F; and &quot;",
        fix: "write the token into JSON or a script without HTML escaping",
        severity: Severity::Warning,
        undo: |text| Some(text::html_unescaped(text)),
        is_guess: false,
    },
    Repair {
        code: "url_encoded",
        what: "the token is URL-encoded (%2B, %2F and %3D in it)",
        fix: "decode it once before joining: decodeURIComponent(token)",
        severity: Severity::Error,
        undo: |text| Some(text::percent_decoded(text)),
        is_guess: false,
    },
];

/// Encoding that belongs to the place of the token.
static URL_ENCODED_IN_URL: Repair = Repair {
    code: "url_encoded",
    what: "the token is part of a URL or a form, and encoded as it must be there",
    fix: "read the parameter with a URL parser, which decodes it once",
    severity: Severity::Warning,
    undo: |text| Some(text::percent_decoded(text)),
    is_guess: false,
};

/// What stands around a token that is alone in its text.
static WRAPPINGS: [Repair; 2] = [
    Repair {
        code: "surrounded",
        what: "there are spaces, line breaks or quotes around the token",
        fix: "pass the token without them; with them the client is refused",
        severity: Severity::Warning,
        undo: |text| Some(text::unwrapped(text).to_owned()),
        is_guess: false,
    },
    Repair {
        code: "labelled",
        what: "there are other words in front of the token",
        fix: "pass only the part that starts with the version, 007",
        severity: Severity::Warning,
        undo: |text| {
            let labels = ["Bearer ", "bearer ", "agora token=", "token=", "token:"];
            let rest = labels.iter().find_map(|label| text.strip_prefix(label))?;
            Some(rest.trim_start().to_owned())
        },
        is_guess: false,
    },
];

/// Other text before or behind a token.
static EMBEDDED: Repair = Repair {
    code: "embedded",
    what: "the token is inside other text, such as JSON, a URL or a log line",
    fix: "pass the token alone",
    severity: Severity::Warning,
    undo: |text| match text::scan(text)[..] {
        [(token, _)] => Some(token.to_owned()),
        _ => None,
    },
    is_guess: true,
};

/// Damages of the token itself. Each is tried on what those before it left, since a `+` may be lost
/// beside other damages.
static DAMAGES: [Repair; 5] = [
    Repair {
        code: "spaces_for_plus",
        what: "the token has spaces where each + was, as a query string leaves it",
        fix: "send the token in a JSON body, or put it into the URL with encodeURIComponent(token)",
        severity: Severity::Error,
        undo: |text| Some(text.replace(' ', "+")),
        is_guess: true,
    },
    Repair {
        code: "broken_lines",
        what: "the token is broken over several lines",
        fix: "join its lines without white space",
        severity: Severity::Error,
        undo: |text| Some(text.chars().filter(|character| !character.is_whitespace()).collect()),
        is_guess: false,
    },
    Repair {
        code: "url_safe",
        what: "the token has - and _ in the place of + and /",
        fix: "pass the token on as the server made it, not in the URL-safe alphabet",
        severity: Severity::Error,
        undo: |text| Some(text.replace('-', "+").replace('_', "/")),
        is_guess: false,
    },
    Repair {
        code: "unpadded",
        what: "the = at the end of the token are missing",
        fix: "pass the token on as the server made it, with its padding",
        severity: Severity::Error,
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
        what: "the first three characters of the token, 007, are missing",
        fix: "copy all of the token",
        severity: Severity::Error,
        undo: |text| Some(format!("007{text}")),
        is_guess: true,
    },
];

/// How many damaged texts inside other text are read.
const MAX_READ: usize = 32;

/// A token, and what had to be undone to get at it, in this order.
pub(super) struct Found {
    pub(super) token: String,
    pub(super) view: View,
    pub(super) repairs: Vec<&'static Repair>,
}

/// Why there is no one token in a text.
pub(super) enum Unread {
    Finding(FindingKind),
    Several(SeveralTokens),
}

/// More than one token in a text. Each must be inspected by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeveralTokens {
    /// The tokens, in the order of the text.
    pub tokens: Vec<FoundToken>,
}

impl fmt::Display for SeveralTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected one token, got {}: ", self.tokens.len())?;
        for (index, found) in self.tokens.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(f, "{separator}{}… at character {}", found.name(), found.position)?;
        }
        f.write_str("; inspect one at a time")
    }
}

impl std::error::Error for SeveralTokens {}

impl fmt::Debug for Repair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Repair({})", self.code)
    }
}

impl PartialEq for Repair {
    fn eq(&self, other: &Self) -> bool {
        (self.code, self.severity) == (other.code, other.severity)
    }
}

impl Eq for Repair {}

/// Reads the one token in a text: as it is, alone in it, inside it, or with damages undone.
pub(super) fn read(text: &str, project: &Project) -> Result<Found, Unread> {
    let error = match View::parse(text) {
        Ok(view) => return Ok(Found { token: text.to_owned(), view, repairs: Vec::new() }),
        Err(error) => error,
    };
    if let Some(kind) = other::recognize(text::unwrapped(text), project) {
        return Err(Unread::Finding(kind));
    }
    let layers = layers(text);
    let plain = layers.last().expect("the text itself is the first layer");
    if let Some(found) = layers.iter().find_map(|layer| layer.undo(&WRAPPINGS)) {
        return Ok(found);
    }
    match text::scan(&plain.text)[..] {
        [] => {}
        [(token, _)] => {
            let layer =
                layers.iter().find(|layer| text::scan(&layer.text).iter().any(|(found, _)| *found == token));
            if let Some(found) = layer.and_then(|layer| layer.undo(std::slice::from_ref(&EMBEDDED))) {
                return Ok(found);
            }
        }
        ref several => {
            let tokens =
                several.iter().map(|(token, offset)| text::located(text, &plain.text, token, *offset));
            return Err(Unread::Several(SeveralTokens { tokens: tokens.collect() }));
        }
    }
    let unwrapped = plain.clone().stripped(&WRAPPINGS);
    if let Some(found) = unwrapped.undo(&DAMAGES).or_else(|| damaged_inside(plain)) {
        return Ok(found);
    }
    let rest = unwrapped.stripped(&DAMAGES).text;
    Err(Unread::Finding(other::why_not(&rest, &plain.text, error)))
}

/// A text from which something was undone.
#[derive(Clone)]
struct Layer {
    text: String,
    repairs: Vec<&'static Repair>,
}

/// The text, and what is left of it with each escape undone.
fn layers(text: &str) -> Vec<Layer> {
    let mut layers = vec![Layer { text: text.to_owned(), repairs: Vec::new() }];
    for escape in &ESCAPES {
        let layer = layers.last().and_then(|layer| layer.without(escape));
        layers.extend(layer);
    }
    layers
}

impl Layer {
    /// With one repair more, if it changes anything.
    fn without(&self, repair: &'static Repair) -> Option<Self> {
        let text = (repair.undo)(&self.text).filter(|text| *text != self.text)?;
        let mut repairs = self.repairs.clone();
        repairs.push(repair);
        Some(Self { text, repairs })
    }

    /// With every repair that is no guess.
    fn stripped(self, repairs: &'static [Repair]) -> Self {
        let certain = repairs.iter().filter(|repair| !repair.is_guess);
        certain.fold(self, |layer, repair| layer.without(repair).unwrap_or(layer))
    }

    /// The token that is left after one of the repairs, those before it that are no guesses included.
    fn undo(&self, repairs: &'static [Repair]) -> Option<Found> {
        if let Some(found) = self.parse(&self.text) {
            return Some(found);
        }
        let mut layer = self.clone();
        for repair in repairs {
            let Some(next) = layer.without(repair) else { continue };
            if let Some(found) = next.parse(&self.text) {
                return Some(found);
            }
            if !repair.is_guess {
                layer = next;
            }
        }
        None
    }

    fn parse(&self, around: &str) -> Option<Found> {
        let view = View::parse(&self.text).ok()?;
        let mut repairs = self.repairs.clone();
        if is_in_url(around, &self.text) {
            for repair in &mut repairs {
                if repair.code == URL_ENCODED_IN_URL.code {
                    *repair = &URL_ENCODED_IN_URL;
                }
            }
        }
        Some(Found { token: self.text.clone(), view, repairs })
    }
}

/// Whether a token is a parameter of a URL or a form.
fn is_in_url(text: &str, token: &str) -> bool {
    text.split_once(token).is_some_and(|(before, _)| {
        before.contains("://") || before.ends_with('=') && !before.contains(char::is_whitespace)
    })
}

/// The one token inside other text that is whole once damages are undone.
fn damaged_inside(plain: &Layer) -> Option<Found> {
    let mut found: Vec<Found> = Vec::new();
    let mut left = MAX_READ;
    let mut end = 0;
    for start in text::starts(&plain.text) {
        if start < end {
            continue;
        }
        let region = region(&plain.text[start..]);
        for (length, _) in region.match_indices(char::is_whitespace).chain([(region.len(), "")]) {
            if !text::looks_like_token(&region[..length]) {
                continue;
            }
            left = left.checked_sub(1)?;
            let mut repairs = plain.repairs.clone();
            repairs.push(&EMBEDDED);
            let layer = Layer { text: region[..length].to_owned(), repairs };
            // The version is there.
            if let Some(token) = layer.undo(&DAMAGES[..4]) {
                end = start + length;
                if !found.iter().any(|other| other.token == token.token) {
                    found.push(token);
                }
                break;
            }
        }
    }
    if found.len() == 1 { found.pop() } else { None }
}

/// What may be a damaged token at the start of `text`, perhaps with other words behind it.
fn region(text: &str) -> &str {
    let is_part = |character: char| {
        character.is_ascii_alphanumeric()
            || matches!(character, '+' | '/' | '-' | '_' | '=')
            || character.is_ascii_whitespace()
    };
    text.split(|character| !is_part(character)).next().unwrap_or_default().trim_end()
}
