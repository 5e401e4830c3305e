//! Text from outside, made fit for a log line.

use std::fmt;

/// The beginning of a text that came from outside, quoted and escaped, so that it can neither
/// forge a log line nor fill the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    text: String,
    cut: bool,
}

/// A `kid` is a hash or a date, an issuer or audience a URL; 80 characters hold nearly all of them.
const MAX_CHARACTERS: usize = 80;

impl From<&str> for Excerpt {
    fn from(text: &str) -> Self {
        let mut characters = text.chars();
        let beginning = characters.by_ref().take(MAX_CHARACTERS).collect();
        Self { text: beginning, cut: characters.next().is_some() }
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.text)?;
        if self.cut { f.write_str("…") } else { Ok(()) }
    }
}
