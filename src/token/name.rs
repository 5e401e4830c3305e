//! Names in a token: channels, user accounts and user IDs, each with its own bounds.
//!
//! Source: docs.agora.io, "Deploy a token server", for channel names, user accounts (89 characters;
//! 64 and 255 bytes) and wildcards; the Signaling and Chat references for user IDs.

use std::fmt;
use std::str::FromStr;

use md5::{Digest, Md5};

use super::error::NameError;
use super::text::Text;

/// An RTC channel: 1 to 64 bytes of the 89 characters that Agora allows. A `*` makes it a wildcard,
/// which matches several channels.
///
/// ```
/// use agora_token_server::token::ChannelName;
///
/// let channel: ChannelName = "room-1".parse()?;
/// assert!(!channel.is_wildcard());
/// assert!("room/1".parse::<ChannelName>().is_err());
/// # Ok::<(), agora_token_server::token::NameError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ChannelName(Text<64>);

impl ChannelName {
    /// The empty name. Agora reads it as "any channel".
    #[must_use]
    pub const fn any() -> Self {
        Self(Text::empty())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether the name matches more than one channel.
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

impl AsRef<str> for ChannelName {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for ChannelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<&ChannelName> for Text {
    fn from(name: &ChannelName) -> Self {
        Self(name.0.0.clone())
    }
}

/// A user account: 1 to 255 bytes of the 89 characters that Agora allows. A `*` makes it a wildcard.
///
/// In a token, the account `"42"` and the uid 42 are the same bytes. The account `"0"` is *not* uid 0:
/// Agora rejects it for a client that joins with uid 0 (error 110).
///
/// ```
/// use agora_token_server::token::Account;
///
/// let alice: Account = "alice".parse()?;
/// assert_eq!((alice.as_str(), alice.is_wildcard()), ("alice", false));
/// # Ok::<(), agora_token_server::token::NameError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Account(Text<255>);

impl Account {
    /// The account.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether the account matches more than one user.
    #[must_use]
    pub fn is_wildcard(&self) -> bool {
        is_wildcard(self.as_str())
    }
}

impl FromStr for Account {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        agora_name(text).map(Self)
    }
}

impl AsRef<str> for Account {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<&Account> for Text {
    fn from(account: &Account) -> Self {
        Self(account.0.0.clone())
    }
}

/// A user of RTM (Signaling) or Chat, or a room or user of Flexible Classroom: 1 to 64 bytes.
///
/// ```
/// use agora_token_server::token::UserId;
///
/// let alice: UserId = "alice".parse()?;
/// assert_eq!(alice.md5().as_str(), "6384e2b2184bcbf58eccf10ca7a6563c");
/// # Ok::<(), agora_token_server::token::NameError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UserId(Text<64>);

impl UserId {
    /// The ID.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The MD5 of the ID in hexadecimal. A Flexible Classroom user signs in to Chat as this user.
    #[must_use]
    pub fn md5(&self) -> Self {
        Self(Text(base16ct::lower::encode_string(&Md5::digest(self.as_str()))))
    }

    /// Whether the ID matches more than one user. RTM and Chat document no wildcards. A `*` counts
    /// as one nevertheless, so that no policy relies on that.
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

impl AsRef<str> for UserId {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
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

/// Whether Agora reads a name as a wildcard: if it is empty or has a `*`, which is not among the 89
/// characters.
pub(crate) fn is_wildcard(name: &str) -> bool {
    name.is_empty() || name.contains('*')
}

fn agora_name<const MAX: usize>(text: &str) -> Result<Text<MAX>, NameError> {
    if text.is_empty() {
        return Err(NameError::Empty);
    }
    let name: Text<MAX> = text.parse()?;
    match text.chars().enumerate().find(|(_, character)| !is_agora_character(*character)) {
        Some((index, character)) => Err(NameError::Character { position: index, character }),
        None => Ok(name),
    }
}

/// Whether the character is among Agora's 89, or the wildcard `*`.
pub(crate) fn is_agora_character(character: char) -> bool {
    character.is_ascii_graphic() && !matches!(character, '"' | '\'' | '/' | '\\' | '`') || character == ' '
}
