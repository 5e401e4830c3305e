//! Damages that tokens suffer on their way, what surrounds them, and how each is undone.

use super::text;
use super::verdict::Severity;

/// Something that can be undone to get at a token.
#[derive(Debug)]
pub struct Repair {
    /// A stable code, for programs.
    pub code: &'static str,
    /// What happened.
    pub what: &'static str,
    /// What to do about it.
    pub fix: &'static str,
    /// Whether a client that passes the text unchanged may be at fault. What merely surrounds a token
    /// may come from the report alone.
    pub severity: Severity,
    /// The text without it, if it may have happened.
    pub(super) undo: fn(&str) -> Option<String>,
    /// Whether it is kept only if the result is a token. Spaces may be lost pluses or mere breaks,
    /// and a text that cannot be divided by four may as well be cut off.
    pub(super) is_guess: bool,
}

/// A row states its differences from one of these.
const AROUND: Repair =
    Repair { code: "", what: "", fix: "", severity: Severity::Warning, undo: |_| None, is_guess: false };
const DAMAGE: Repair = Repair { severity: Severity::Error, ..AROUND };

/// Escapes of the text that a token was copied from, the outermost first.
pub(super) static ESCAPES: [Repair; 3] = [
    Repair {
        code: "json_escapes",
        what: "the token has escapes of JSON in it, such as \\/ and \\u003d",
        fix: "parse the JSON instead of copying from it; then pass the text as it is",
        undo: |text| Some(text::json_unescaped(text)),
        ..AROUND
    },
    Repair {
        code: "html_escapes",
        what: "the token has entities of HTML in or around it, such as &#x2F; and &quot;",
        fix: "write the token into JSON or a script without HTML escaping",
        undo: |text| Some(text::html_unescaped(text)),
        ..AROUND
    },
    Repair {
        code: "url_encoded",
        what: "the token is URL-encoded (%2B, %2F and %3D in it)",
        fix: "decode it once before joining: decodeURIComponent(token)",
        undo: |text| Some(text::percent_decoded(text)),
        ..DAMAGE
    },
];

/// Encoding that belongs to the place of the token: reported in place of `url_encoded`, which undid it.
pub(super) static URL_ENCODED_IN_URL: Repair = Repair {
    code: "url_encoded",
    what: "the token is part of a URL or a form, and encoded as it must be there",
    fix: "read the parameter with a URL parser, which decodes it once",
    ..AROUND
};

/// The characters around a token that is alone in its text.
pub(super) static WRAPPINGS: [Repair; 2] = [
    Repair {
        code: "surrounded",
        what: "there are spaces, line breaks or quotes around the token",
        fix: "pass the token without them; with them the client is refused",
        undo: |text| Some(text::unwrapped(text).to_owned()),
        ..AROUND
    },
    Repair {
        code: "labelled",
        what: "there are other words in front of the token",
        fix: "pass only the part that starts with the version, 007",
        undo: |text| {
            let labels = ["Bearer ", "bearer ", "agora token=", "token=", "token:"];
            let rest = labels.iter().find_map(|label| text.strip_prefix(label))?;
            Some(rest.trim_start().to_owned())
        },
        ..AROUND
    },
];

/// Other text before or behind a token.
pub(super) static EMBEDDED: Repair = Repair {
    code: "embedded",
    what: "the token is inside other text, such as JSON, a URL or a log line",
    fix: "pass the token alone",
    undo: |text| match text::scan(text)[..] {
        [(token, _)] => Some(token.to_owned()),
        _ => None,
    },
    is_guess: true,
    ..AROUND
};

/// Damages of the token itself. Each is tried on what those before it left, since a `+` may be lost
/// beside other damages.
pub(super) static DAMAGES: [Repair; 5] = [
    Repair {
        code: "spaces_for_plus",
        what: "the token has spaces where each + was, as a query string leaves it",
        fix: "send the token in a JSON body, or put it into the URL with encodeURIComponent(token)",
        undo: |text| Some(text.replace(' ', "+")),
        is_guess: true,
        ..DAMAGE
    },
    Repair {
        code: "broken_lines",
        what: "there are line breaks or spaces within the token",
        fix: "join its lines without white space",
        undo: |text| Some(text.chars().filter(|character| !character.is_whitespace()).collect()),
        ..DAMAGE
    },
    Repair {
        code: "url_safe",
        what: "the token has - and _ in the place of + and /",
        fix: "pass the token on as the server made it, not in the URL-safe alphabet",
        undo: |text| Some(text.replace('-', "+").replace('_', "/")),
        ..DAMAGE
    },
    Repair {
        code: "unpadded",
        what: "the = at the end of the token are missing",
        fix: "pass the token on as the server made it, with its padding",
        undo: |text| {
            let head = if text.starts_with("006") { 3 + 32 } else { 3 };
            match text.len().saturating_sub(head) % 4 {
                2 => Some(format!("{text}==")),
                3 => Some(format!("{text}=")),
                _ => None,
            }
        },
        is_guess: true,
        ..DAMAGE
    },
    Repair {
        code: "version_missing",
        what: "the first three characters of the token, 007, are missing",
        fix: "copy all of the token",
        undo: |text| Some(format!("007{text}")),
        is_guess: true,
        ..DAMAGE
    },
];

impl PartialEq for Repair {
    fn eq(&self, other: &Self) -> bool {
        (self.code, self.severity) == (other.code, other.severity)
    }
}

impl Eq for Repair {}
