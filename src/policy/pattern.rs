//! Which channels are allowed.

use std::fmt;

use crate::token::is_wildcard;

/// A channel's name, or the start of one if it ends in `*`. A `{sub}` in it is replaced by the `sub`
/// of the caller's JWT, inserted as it is.
///
/// `user-{sub}-*` allows the channel `user-a-b-1` to the subject `a` and to the subject `a-b`: if
/// subjects can contain the character behind `{sub}`, one can be the start of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelPattern {
    text: String,
    open_end: bool,
}

const SUBJECT: &str = "{sub}";

impl ChannelPattern {
    /// # Errors
    /// [`PatternError`] if the pattern is empty or a `*` is anywhere but at its end.
    pub fn parse(pattern: &str) -> Result<Self, PatternError> {
        let (text, open_end) = match pattern.strip_suffix('*') {
            Some(text) => (text, true),
            None => (pattern, false),
        };
        if text.contains('*') || pattern.is_empty() {
            return Err(PatternError);
        }
        Ok(Self { text: text.to_owned(), open_end })
    }

    /// Whether the pattern allows every channel to every caller.
    #[must_use]
    pub fn is_any(&self) -> bool {
        self.open_end && self.text.is_empty()
    }

    /// Whether the pattern contains `{sub}`.
    #[must_use]
    pub fn names_subject(&self) -> bool {
        self.text.contains(SUBJECT)
    }

    /// Whether the pattern continues after `{sub}`, so that one subject can be the start of another.
    #[must_use]
    pub fn continues_after_subject(&self) -> bool {
        self.open_end && self.names_subject()
    }

    /// Whether a channel exists that both the pattern and an entry of a grant's `channels` allow to a
    /// caller without a subject.
    #[must_use]
    pub fn overlaps(&self, entry: &str) -> bool {
        match (entry.strip_suffix('*'), self.open_end) {
            _ if self.names_subject() => false,
            (Some(start), true) => self.text.starts_with(start) || start.starts_with(&self.text),
            (Some(start), false) => self.text.starts_with(start),
            (None, _) => self.compare(&self.text, entry),
        }
    }

    /// Whether the pattern allows the channel to a caller of this subject. A subject that is
    /// missing, empty or contains a `*` matches no pattern with `{sub}`.
    pub(super) fn matches(&self, name: &str, subject: Option<&str>) -> bool {
        if !self.text.contains(SUBJECT) {
            return self.compare(&self.text, name);
        }
        let subject = subject.filter(|subject| !is_wildcard(subject));
        subject.is_some_and(|subject| self.compare(&self.text.replace(SUBJECT, subject), name))
    }

    fn compare(&self, text: &str, name: &str) -> bool {
        if self.open_end { name.starts_with(text) } else { name == text }
    }
}

/// Whether an entry of a JWT's `channels` allows the channel: a name, or the start of one if it
/// ends in `*`.
pub(super) fn granted(entry: &str, name: &str) -> bool {
    entry.strip_suffix('*').map_or(name == entry, |start| name.starts_with(start))
}

/// The text is not a channel pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PatternError;

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a channel's name, or its start and a * at the end")
    }
}

impl std::error::Error for PatternError {}

impl fmt::Display for ChannelPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.text, if self.open_end { "*" } else { "" })
    }
}
