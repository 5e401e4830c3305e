//! Which channels may be had.

use std::fmt;

/// A channel's name, or with a `*` at its end the start of one. `{sub}` in it stands for the `sub`
/// of the caller's JWT, put in as it is.
///
/// `user-{sub}-*` lets the subject `a` have `user-a-b-1`, which the subject `a-b` may have as well:
/// where subjects can hold the character behind `{sub}`, one may be the start of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelPattern {
    text: String,
    open_end: bool,
}

const SUBJECT: &str = "{sub}";

impl ChannelPattern {
    /// # Errors
    /// [`PatternError`] where a `*` stands anywhere but at the end, or where there is nothing.
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

    /// Whether it allows the channel to a caller of this subject. One that is missing, empty or
    /// holds a `*` matches no pattern with `{sub}`.
    pub(super) fn matches(&self, name: &str, subject: Option<&str>) -> bool {
        if !self.text.contains(SUBJECT) {
            return self.compare(&self.text, name);
        }
        match subject {
            Some(subject) if !subject.is_empty() && !subject.contains('*') => {
                self.compare(&self.text.replace(SUBJECT, subject), name)
            }
            _ => false,
        }
    }

    fn compare(&self, text: &str, name: &str) -> bool {
        if self.open_end { name.starts_with(text) } else { name == text }
    }
}

/// Whether an entry of a JWT's `channels` allows the channel: a name, or with a `*` at its end the
/// start of one.
pub(super) fn granted(entry: &str, name: &str) -> bool {
    entry.strip_suffix('*').map_or(name == entry, |start| name.starts_with(start))
}

/// Not a channel pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PatternError;

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a channel's name, or its start and a * at the end")
    }
}
