//! Text that fits into a token.

use std::fmt;
use std::str::FromStr;

use super::error::NameError;

/// The longest text that a token can hold: the formats store the length in 16 bits.
const MAX_TEXT_BYTES: usize = 65_535;

/// UTF-8 text of at most `MAX` bytes (by default 65,535), so that packing it cannot fail.
///
/// ```
/// use agora_token_server::token::Text;
///
/// let lobby: Text = "lobby".parse()?;
/// assert_eq!(lobby.as_str(), "lobby");
/// assert_eq!("".parse(), Ok(Text::<64>::empty()));
/// assert!("x".repeat(65_536).parse::<Text>().is_err());
/// # Ok::<(), agora_token_server::token::NameError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Text<const MAX: usize = MAX_TEXT_BYTES>(pub(super) String);

impl<const MAX: usize> Text<MAX> {
    /// The empty text. The formats use it for "any".
    #[must_use]
    pub const fn empty() -> Self {
        Self(String::new())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> TryFrom<String> for Text<MAX> {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        const { assert!(MAX <= MAX_TEXT_BYTES) };
        if text.len() > MAX {
            return Err(NameError::TooLong { bytes: text.len(), max: MAX });
        }
        Ok(Self(text))
    }
}

impl<const MAX: usize> FromStr for Text<MAX> {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        text.to_owned().try_into()
    }
}

impl<const MAX: usize> AsRef<str> for Text<MAX> {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> fmt::Display for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MAX: usize> fmt::Debug for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<u32> for Text {
    fn from(number: u32) -> Self {
        Self(number.to_string())
    }
}
