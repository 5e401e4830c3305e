//! User IDs as RTM and Chat accept them.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use crate::token::{NameError, UserId, is_agora_character};

/// A user ID that RTM (Signaling) accepts: 1 to 64 bytes of Agora's 89 characters, without a space
/// at the start, and not `null`. Source: pub.dev `agora_rtm`, `login`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RtmUserId(UserId);

/// A user ID that Chat accepts: 1 to 64 letters, digits, `_`, `-` and `.`. Source: pub.dev
/// `agora_chat_sdk`, `createAccount`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ChatUserId(UserId);

impl RtmUserId {
    /// The user ID.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The user ID without what RTM requires of it.
    #[must_use]
    pub fn as_user_id(&self) -> &UserId {
        &self.0
    }
}

impl ChatUserId {
    /// The user ID.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The user ID without what Chat requires of it.
    #[must_use]
    pub fn as_user_id(&self) -> &UserId {
        &self.0
    }
}

impl FromStr for RtmUserId {
    type Err = BadUserId;

    fn from_str(text: &str) -> Result<Self, BadUserId> {
        let id = parse(text, |one| one != '*' && is_agora_character(one), Product::Rtm)?;
        if text.starts_with(' ') {
            return Err(BadUserId::LeadingSpace);
        }
        if text == "null" { Err(BadUserId::Null) } else { Ok(Self(id)) }
    }
}

impl FromStr for ChatUserId {
    type Err = BadUserId;

    fn from_str(text: &str) -> Result<Self, BadUserId> {
        let is_allowed = |one: char| one.is_ascii_alphanumeric() || matches!(one, '_' | '-' | '.');
        parse(text, is_allowed, Product::Chat).map(Self)
    }
}

/// The digits of a uid are an ID of both products.
impl From<NonZeroU32> for RtmUserId {
    fn from(uid: NonZeroU32) -> Self {
        Self(uid.get().into())
    }
}

impl From<NonZeroU32> for ChatUserId {
    fn from(uid: NonZeroU32) -> Self {
        Self(uid.get().into())
    }
}

impl AsRef<str> for RtmUserId {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for ChatUserId {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

/// A product that has user IDs of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Product {
    /// RTM (Signaling).
    Rtm,
    /// Chat.
    Chat,
}

/// Why a text is not a user ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadUserId {
    /// The text is empty, or has more than 64 bytes.
    Length(NameError),
    /// The product does not accept a character.
    Character {
        /// The product.
        product: Product,
        /// The character.
        character: char,
        /// Its position, counted in characters from 0.
        position: usize,
    },
    /// RTM accepts a space anywhere but at the start.
    LeadingSpace,
    /// RTM does not accept the text `null`.
    Null,
}

impl fmt::Display for BadUserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length(error) => error.fmt(f),
            Self::Character { product, character, position } => {
                let expected = match product {
                    Product::Rtm => "letters, digits, spaces and !#$%&()+,-.:;<=>?@[]^_{|}~",
                    Product::Chat => "letters, digits, _, - and .",
                };
                write!(f, "expected {expected}, got {character:?} at position {position}")
            }
            Self::LeadingSpace => f.write_str("expected no space at the start, got ' ' at position 0"),
            Self::Null => f.write_str("expected a user ID, got \"null\", which RTM does not accept"),
        }
    }
}

impl std::error::Error for BadUserId {}

fn parse(text: &str, is_allowed: impl Fn(char) -> bool, product: Product) -> Result<UserId, BadUserId> {
    let id = text.parse().map_err(BadUserId::Length)?;
    match text.chars().enumerate().find(|(_, one)| !is_allowed(*one)) {
        Some((position, character)) => Err(BadUserId::Character { product, character, position }),
        None => Ok(id),
    }
}
