//! Reading the one token in a text.

use std::fmt;

use super::finding::FindingKind;
use super::other;
use super::repair::{DAMAGES, EMBEDDED, ESCAPES, Repair, URL_ENCODED_IN_URL, WRAPPINGS};
use super::text::{self, FoundToken};
use super::view::View;
use crate::token::Project;

/// How many damaged texts inside other text are read, of how many bytes, ending at how many words.
const MAX_READ: usize = 32;
const MAX_DAMAGED_BYTES: usize = 4096;
const MAX_WORDS: usize = 64;

/// A token, and the repairs that were needed to read it, in this order. By default, none.
#[derive(Default)]
pub(super) struct Found {
    pub(super) token: String,
    pub(super) view: View,
    pub(super) repairs: Vec<&'static Repair>,
}

/// Why a text does not hold one token.
pub(super) enum Unread {
    Finding(FindingKind),
    Several(SeveralTokens),
}

/// The text holds several tokens. Inspect each separately.
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

/// Reads the only token in a text: unchanged, the whole text, inside it, or repaired.
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
    // A space at the end may be a lost plus as well.
    let whole = || plain.undo(&DAMAGES);
    if let Some(found) = unwrapped.undo(&DAMAGES).or_else(whole).or_else(|| damaged_inside(plain)) {
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

/// The text, and its forms with each escape undone.
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

    /// With every repair that is not a guess.
    fn stripped(self, repairs: &'static [Repair]) -> Self {
        let certain = repairs.iter().filter(|repair| !repair.is_guess);
        certain.fold(self, |layer, repair| layer.without(repair).unwrap_or(layer))
    }

    /// The token that is left after one of the repairs, with the earlier repairs that are not guesses.
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
        let is_in_url = is_in_url(around, &self.text);
        let repairs = self.repairs.iter().map(|repair| match repair.code {
            code if is_in_url && code == URL_ENCODED_IN_URL.code => &URL_ENCODED_IN_URL,
            _ => *repair,
        });
        Some(Found { token: self.text.clone(), view, repairs: repairs.collect() })
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
    for (start, run) in text::runs(&plain.text, is_part) {
        let region = run.get(..MAX_DAMAGED_BYTES).unwrap_or(run).trim_end();
        if start < end || !text::looks_like_token(region) {
            continue;
        }
        let words = region.match_indices(char::is_whitespace).map(|(length, _)| length);
        let words = words.take(MAX_WORDS).chain([region.len()]);
        for length in words.filter(|length| text::looks_like_token(&region[..*length])) {
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

/// What may be part of a damaged token, or of words behind it.
fn is_part(byte: u8) -> bool {
    text::is_base64(byte) || matches!(byte, b'-' | b'_' | b'=') || byte.is_ascii_whitespace()
}
