//! Names inside of a token: channels, accounts and user ids, each with its own bounds.
//!
//! Source: docs.agora.io, "Deploy a token server", for channel names and user accounts (89
//! characters, 64 and 255 bytes) and wildcards; Signaling and Chat references for user ids.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use md5::{Digest, Md5};

/// The longest text that the formats can hold: its length is stored in 16 bits.
pub const MAX_TEXT_BYTES: usize = 65_535;

/// UTF-8 text of at most `MAX` bytes, so that packing it cannot fail.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Text<const MAX: usize = MAX_TEXT_BYTES>(String);

impl<const MAX: usize> Text<MAX> {
    /// No text at all: what the formats write for "any".
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
            return Err(NameError::TooLong { bytes: text.len(), most: MAX });
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

/// An RTC channel: 1 to 64 bytes of Agora's 89 characters. A `*` makes it a wildcard, which
/// matches many channels.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ChannelName(Text<64>);

impl ChannelName {
    /// The empty name, which Agora reads as "any channel".
    #[must_use]
    pub const fn any() -> Self {
        Self(Text::empty())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether it stands for more than one channel.
    #[must_use]
    pub fn is_wildcard(&self) -> bool {
        is_wildcard(self.as_str())
    }
}

impl FromStr for ChannelName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        agora_name(text).map(Self)
    }
}

impl From<&ChannelName> for Text {
    fn from(name: &ChannelName) -> Self {
        Self(name.0.0.clone())
    }
}

/// A user account: 1 to 255 bytes of Agora's 89 characters. A `*` makes it a wildcard.
///
/// In a token the account `"42"` and the uid 42 are the same bytes. The account `"0"` is *not*
/// uid 0: a client that joins with uid 0 is refused with it (error 110).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Account(Text<255>);

impl Account {
    /// The account.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl FromStr for Account {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        agora_name(text).map(Self)
    }
}

/// Who may join an RTC channel with a token.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Uid {
    /// uid 0: anybody.
    Any,
    /// One integer uid, 1 to 4,294,967,295.
    Number(NonZeroU32),
    /// One user account, or with a `*` in it several.
    Account(Account),
}

impl Uid {
    /// Whether it stands for more than one user.
    #[must_use]
    pub fn is_wildcard(&self) -> bool {
        match self {
            Self::Any => true,
            Self::Number(_) => false,
            Self::Account(account) => is_wildcard(account.as_str()),
        }
    }
}

impl From<u32> for Uid {
    fn from(uid: u32) -> Self {
        NonZeroU32::new(uid).map_or(Self::Any, Self::Number)
    }
}

/// Text that spells an integer uid canonically (`"42"`, `"0"`) is that uid, any other an account.
impl FromStr for Uid {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        match canonical_u32(text) {
            Some(uid) => Ok(uid.into()),
            None => text.parse().map(Self::Account),
        }
    }
}

/// As Agora writes it: uid 0 is the empty account.
impl From<&Uid> for Text {
    fn from(uid: &Uid) -> Self {
        match uid {
            Uid::Any => Self::empty(),
            Uid::Number(uid) => uid.get().into(),
            Uid::Account(account) => Self(account.0.0.clone()),
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

/// A user of RTM (Signaling) or Chat, or a room or user of Flexible Classroom: 1 to 64 bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UserId(Text<64>);

impl UserId {
    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The MD5 of the id in hexadecimal: as whom a Flexible Classroom user signs in to Chat.
    #[must_use]
    pub fn md5(&self) -> Self {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let digest = Md5::digest(self.as_str());
        let digits = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        Self(Text(digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()))
    }

    /// Whether it stands for more than one user. RTM and Chat document no wildcards; a `*` is
    /// treated as one all the same, so that a policy need not rely on that.
    #[must_use]
    pub fn is_wildcard(&self) -> bool {
        is_wildcard(self.as_str())
    }
}

impl FromStr for UserId {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        text.parse().map(Self)
    }
}

impl From<u32> for UserId {
    fn from(number: u32) -> Self {
        Self(Text(number.to_string()))
    }
}

impl From<&UserId> for Text {
    fn from(id: &UserId) -> Self {
        Self(id.0.0.clone())
    }
}

/// A text that is not the name it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameError {
    /// Nothing.
    Empty,
    /// More bytes than the name may have.
    TooLong {
        /// How many came.
        bytes: usize,
        /// How many fit.
        most: usize,
    },
    /// A character that is not among Agora's 89.
    Character {
        /// Its place, counted in characters from 1.
        position: usize,
        /// The character.
        character: char,
    },
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("empty, expected at least 1 byte"),
            Self::TooLong { bytes, most } => write!(f, "{bytes} bytes, expected at most {most}"),
            Self::Character { position, character } => write!(
                f,
                "character {position} is {character:?}, expected letters, digits, space or one of \
                 !#$%&()+-:;<=.>?@[]^_{{}}|~,"
            ),
        }
    }
}

impl std::error::Error for NameError {}

/// The integer that `text` spells in its one canonical form: no sign, no leading zero, in range.
#[must_use]
pub fn canonical_u32(text: &str) -> Option<u32> {
    let canonical = text == "0" || text.as_bytes().first().is_some_and(|byte| (b'1'..=b'9').contains(byte));
    if canonical { text.parse().ok() } else { None }
}

/// Whether a name stands for more than one: Agora reads the empty name and any `*` so. Since `*`
/// is not among the 89 characters, it can mean nothing else.
#[must_use]
pub fn is_wildcard(name: &str) -> bool {
    name.is_empty() || name.contains('*')
}

fn agora_name<const MAX: usize>(text: &str) -> Result<Text<MAX>, NameError> {
    if text.is_empty() {
        return Err(NameError::Empty);
    }
    if text.len() > MAX {
        return Err(NameError::TooLong { bytes: text.len(), most: MAX });
    }
    match text.chars().enumerate().find(|(_, character)| !is_agora_character(*character)) {
        Some((index, character)) => Err(NameError::Character { position: index + 1, character }),
        None => Ok(Text(text.to_owned())),
    }
}

fn is_agora_character(character: char) -> bool {
    character.is_ascii_graphic() && !matches!(character, '"' | '\'' | '/' | '\\' | '`') || character == ' '
}
