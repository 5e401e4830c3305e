//! The user of an RTC token.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use super::error::NameError;
use super::name::Account;
use super::text::Text;

/// The user who can join an RTC channel with a token.
///
/// The set is closed: the token holds one text, which is empty, an integer or an account.
///
/// ```
/// use agora_token_server::token::Uid;
///
/// assert_eq!("42".parse::<Uid>()?, Uid::from(42));
/// assert_eq!("0".parse::<Uid>()?, Uid::Any);
/// assert!(matches!("042".parse::<Uid>()?, Uid::Account(_)));
/// # Ok::<(), agora_token_server::token::NameError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Uid {
    /// uid 0: any user.
    Any,
    /// One integer uid: 1 to 4,294,967,295.
    Number(NonZeroU32),
    /// One user account, or several if it has a `*`.
    Account(Account),
}

impl Uid {
    /// Whether it matches more than one user.
    #[must_use]
    pub fn is_wildcard(&self) -> bool {
        match self {
            Self::Any => true,
            Self::Number(_) => false,
            Self::Account(account) => account.is_wildcard(),
        }
    }
}

impl From<u32> for Uid {
    fn from(uid: u32) -> Self {
        NonZeroU32::new(uid).map_or(Self::Any, Self::Number)
    }
}

/// Text in the canonical form of an integer uid (`"42"`, `"0"`) is that uid; any other is an account.
impl FromStr for Uid {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        match canonical_u32(text) {
            Some(uid) => Ok(uid.into()),
            None => text.parse().map(Self::Account),
        }
    }
}

/// The text in a token. Agora writes uid 0 as the empty account.
impl From<&Uid> for Text {
    fn from(uid: &Uid) -> Self {
        match uid {
            Uid::Any => Self::empty(),
            Uid::Number(uid) => uid.get().into(),
            Uid::Account(account) => account.into(),
        }
    }
}

impl fmt::Display for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("0"),
            Self::Number(uid) => uid.fmt(f),
            Self::Account(account) => f.write_str(account.as_str()),
        }
    }
}

/// The integer that `text` spells in its one canonical form: no sign, no leading zero, in range.
pub(crate) fn canonical_u32(text: &str) -> Option<u32> {
    let canonical = text == "0" || text.as_bytes().first().is_some_and(|byte| (b'1'..=b'9').contains(byte));
    if canonical { text.parse().ok() } else { None }
}
