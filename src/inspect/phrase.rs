//! Parts of the texts of findings: lengths of time, texts in quotes, names that differ.

use std::fmt;

use crate::time::UnixTime;

/// A length of time, in its two largest units.
#[derive(Clone, Copy)]
pub(crate) struct Span(u64);

impl Span {
    pub(crate) fn secs(seconds: u32) -> Self {
        Self(seconds.into())
    }

    /// From one moment to the other, whichever is earlier.
    pub(crate) fn between(one: UnixTime, other: UnixTime) -> Self {
        Self(one.until(other).unsigned_abs())
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(u64, &str); 5] =
            [(365 * 86_400, "year"), (86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
        let mut rest = self.0;
        let counts = UNITS.map(|(seconds, unit)| {
            let count = rest / seconds;
            rest %= seconds;
            (count, unit)
        });
        let largest = counts.iter().position(|(count, _)| *count > 0).unwrap_or(UNITS.len() - 1);
        let written = |(count, unit)| format!("{count} {unit}{}", if count == 1 { "" } else { "s" });
        f.write_str(&written(counts[largest]))?;
        // The second unit follows the first one directly: "1 year", not "1 year 3 minutes".
        match counts.get(largest + 1) {
            Some(second @ (1.., _)) => write!(f, " {}", written(*second)),
            _ => Ok(()),
        }
    }
}

/// A text in quotes, its special characters escaped, cut where it is long.
pub(crate) struct Quoted<'a>(pub(crate) &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MAX_CHARS: usize = 80;
        match self.0.char_indices().nth(MAX_CHARS) {
            None => write!(f, "{:?}", self.0),
            Some((end, _)) => write!(f, "{:?}…", &self.0[..end]),
        }
    }
}

/// Names with commas between them.
pub(super) fn list(names: &[impl AsRef<str>]) -> String {
    names.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ")
}

/// The year of a time.
pub(super) fn year(seconds: u32) -> String {
    UnixTime::from_secs(seconds).to_string().chars().take(4).collect()
}

/// A name of the token, and the one that the client uses instead.
pub(super) struct Differs<'a> {
    pub(super) what: &'a str,
    pub(super) token: &'a Option<String>,
    pub(super) joins: &'a str,
}

impl fmt::Display for Differs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, token, joins } = *self;
        let joins_zero = what == "uid" && joins == "0";
        let client =
            if joins_zero { "0, for which the SDK draws one".to_owned() } else { Quoted(joins).to_string() };
        let Some(token) = token else {
            return write!(
                f,
                "the token is for another {what} than {client} of the client; 006 holds a checksum only"
            );
        };
        let how = if !joins_zero && token.trim() == joins.trim() {
            ", which differs in spaces"
        } else if token.eq_ignore_ascii_case(joins) {
            ", which differs in upper and lower case"
        } else if token.parse::<u64>().is_ok_and(|number| Ok(number) == joins.parse()) {
            "; for Agora, leading zeros make another user"
        } else {
            ""
        };
        write!(f, "the token is for the {what} {}, but the client uses {client}{how}", Quoted(token))
    }
}

/// A wildcard, or the word for the empty one.
pub(super) struct Pattern<'a> {
    pub(super) text: &'a str,
    pub(super) empty: &'static str,
}

impl fmt::Display for Pattern<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.text.is_empty() { f.write_str(self.empty) } else { Quoted(self.text).fmt(f) }
    }
}

pub(super) fn is_everything(pattern: &str) -> bool {
    pattern.is_empty() || pattern == "*"
}
