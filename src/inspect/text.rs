//! Tokens inside other text: JSON, HTML, URLs, log lines, prose.

use sha2::{Digest, Sha256};

use super::view::View;

/// How many texts that look like tokens are read: each may take a third of a millisecond.
const MAX_READ: usize = 12;

/// The first characters of a token, to name it by.
const NAME_CHARS: usize = 10;

/// A token in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FoundToken {
    /// The token, without what surrounded it.
    pub token: String,
    /// Where it starts, in characters from 0.
    pub position: usize,
}

impl FoundToken {
    /// The first ten characters, to name the token without revealing it.
    #[must_use]
    pub fn name(&self) -> &str {
        self.token.get(..NAME_CHARS).unwrap_or(&self.token)
    }
}

/// The different tokens of version 006 and 007 in any text, with the escapes of JSON, HTML and URLs undone.
///
/// ```
/// use agora_token_server::inspect::tokens_in;
/// use agora_token_server::time::{Ttl, UnixTime};
/// use agora_token_server::token::{AccessToken2, Project, Service};
///
/// let (project, now) = (Project::public_test(), UnixTime::from_secs(1_700_000_000));
/// let service = Service::rtm(&"alice".parse()?, Ttl::HOUR.into());
/// let token = AccessToken2::new(project.app_id(), now, Ttl::HOUR, 1, service).build(project.certificate());
///
/// let php = format!(r#"{{"rtmToken":"{}"}}"#, token.replace('/', r"\/"));
/// let found = tokens_in(&php);
/// assert_eq!((found[0].token.as_str(), found[0].position), (token.as_str(), 13));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn tokens_in(text: &str) -> Vec<FoundToken> {
    let mut plain = text.to_owned();
    for undo in [json_unescaped, html_unescaped, percent_decoded] {
        plain = undo(&plain);
    }
    let found = scan(&plain);
    found.into_iter().map(|(token, offset)| located(text, &plain, token, offset)).collect()
}

/// The first 16 hexadecimal digits of the SHA-256 of a token: names it in logs without revealing it.
#[must_use]
pub fn token_hash(token: &str) -> String {
    base16ct::lower::encode_string(&Sha256::digest(token)[..8])
}

/// The different tokens in `plain`, which has no escapes, and the byte at which each starts.
pub(super) fn scan(plain: &str) -> Vec<(&str, usize)> {
    let mut found: Vec<(&str, usize)> = Vec::new();
    let mut read: Vec<&str> = Vec::new();
    for (start, run) in runs(plain, is_base64) {
        let within_last = found.last().is_some_and(|(token, at)| start < at + token.len());
        if within_last || !looks_like_token(run) || read.contains(&run) {
            continue;
        }
        if read.len() == MAX_READ {
            break;
        }
        read.push(run);
        if View::parse(run).is_ok() {
            found.push((run, start));
        }
    }
    found
}

/// Where tokens may start: at a version that is first in the text or behind a character outside
/// `A–Z a–z 0–9 +`.
fn starts(plain: &str) -> impl Iterator<Item = usize> {
    let bytes = plain.as_bytes();
    bytes.windows(3).enumerate().filter_map(move |(start, version)| {
        let before = start.checked_sub(1).and_then(|before| bytes.get(before));
        let is_apart = before.is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b'+');
        (is_apart && matches!(version, b"006" | b"007")).then_some(start)
    })
}

/// Each possible start, and the characters behind it that may belong to the token, with their padding. Takes
/// time in proportion to the text: starts in one run share its end.
pub(super) fn runs(plain: &str, is_part: fn(u8) -> bool) -> impl Iterator<Item = (usize, &str)> {
    let mut end = 0;
    starts(plain).map(move |start| {
        if start >= end {
            let rest = &plain.as_bytes()[start..];
            let length = rest.iter().take_while(|byte| is_part(**byte)).count();
            let padding = rest.iter().skip(length).take(2).take_while(|byte| **byte == b'=').count();
            end = start + length + padding;
        }
        (start, &plain[start..end])
    })
}

pub(super) fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
}

/// Rules out most other text cheaply: 007 starts a zlib stream, 006 an App ID.
pub(super) fn looks_like_token(run: &str) -> bool {
    match run.as_bytes() {
        // CM is 8 and the window at most 32 KiB (RFC 1950), so the first digit of base64 is one of eight.
        [b'0', b'0', b'7', first, rest @ ..] => b"CGKOSWae".contains(first) && rest.len() >= 40,
        [b'0', b'0', b'6', rest @ ..] => rest.len() >= 80 && rest.iter().take(32).all(u8::is_ascii_hexdigit),
        _ => false,
    }
}

/// A token of `plain`, with its position in the text that `plain` was made of.
pub(super) fn located(text: &str, plain: &str, token: &str, offset: usize) -> FoundToken {
    let found = FoundToken { token: token.to_owned(), position: 0 };
    let earlier = plain[..offset].matches(found.name()).count();
    let in_text = text.match_indices(found.name()).nth(earlier).map(|(index, _)| &text[..index]);
    let position = in_text.unwrap_or(&plain[..offset]).chars().count();
    FoundToken { position, ..found }
}

/// `text` with the escapes of JSON strings undone, those of strings in strings too.
pub(super) fn json_unescaped(text: &str) -> String {
    undo_repeatedly(text, '\\', |rest| {
        let mut characters = rest.chars();
        Some(match characters.next()? {
            'n' => ('\n', 1),
            'r' => ('\r', 1),
            't' => ('\t', 1),
            escaped @ ('"' | '\'' | '/' | '\\') => (escaped, 1),
            'u' => (hexadecimal(rest.get(1..5)?)?, 5),
            _ => return None,
        })
    })
}

/// `text` with the entities of HTML undone, those of `&amp;` too.
pub(super) fn html_unescaped(text: &str) -> String {
    undo_repeatedly(text, '&', |rest| {
        // The longest entity below has eight characters.
        let end = rest.bytes().take(10).position(|byte| byte == b';')?;
        let name = &rest[..end];
        let character = match name {
            "quot" => '"',
            "apos" => '\'',
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "sol" => '/',
            "plus" => '+',
            "equals" => '=',
            "NewLine" => '\n',
            "nbsp" => ' ',
            _ => {
                let number = name.strip_prefix('#')?;
                match number.strip_prefix(['x', 'X']) {
                    Some(digits) => hexadecimal(digits)?,
                    None => ascii(number.parse().ok()?)?,
                }
            }
        };
        Some((character, end + 1))
    })
}

/// `text` with percent-encoding undone, that of `%25` too. A `+` stays, since base64 has it.
pub(super) fn percent_decoded(text: &str) -> String {
    undo_repeatedly(text, '%', |rest| Some((hexadecimal(rest.get(..2)?)?, 2)))
}

/// `text` with the bytes after each `mark` replaced: `undo` returns the character and the number of bytes.
fn undo_repeatedly(text: &str, mark: char, undo: fn(&str) -> Option<(char, usize)>) -> String {
    let mut undone = text.to_owned();
    for _ in 0..3 {
        let mut result = String::with_capacity(undone.len());
        let mut rest = undone.as_str();
        while let Some((before, after)) = rest.split_once(mark) {
            result.push_str(before);
            if let Some((character, bytes)) = undo(after) {
                result.push(character);
                rest = &after[bytes..];
            } else {
                result.push(mark);
                rest = after;
            }
        }
        result.push_str(rest);
        if result == undone {
            break;
        }
        undone = result;
    }
    undone
}

fn hexadecimal(digits: &str) -> Option<char> {
    let is_number = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    ascii(u32::from_str_radix(digits, 16).ok().filter(|_| is_number)?)
}

/// Tokens and what surrounds them are ASCII, so that no other character need be undone.
fn ascii(code: u32) -> Option<char> {
    char::from_u32(code).filter(char::is_ascii)
}

/// `text` without white space, quotes and invisible characters around it.
pub(super) fn unwrapped(text: &str) -> &str {
    text.trim_matches(|character: char| {
        let invisible = matches!(character, '\u{feff}' | '\u{200b}'..='\u{200d}' | '\u{2060}');
        let quote = matches!(character, '"' | '\'' | '`' | ',' | ';' | '<' | '>');
        character.is_whitespace() || invisible || quote
    })
}
