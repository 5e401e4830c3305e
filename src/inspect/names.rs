//! Names as Agora compares them: wildcards, and texts that should not be names.

use std::borrow::Cow;
use std::fmt;

use crate::token::Field;
pub(super) use crate::token::is_wildcard;
use crate::token::{Account, ChannelName, NameError, UserId, canonical_u32};

/// A name in a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    /// The text. Only some checksums have one: uid 0 and the text 0, a wildcard, placeholders.
    pub(super) text: Option<String>,
    /// In 006, the CRC-32 of the text.
    checksum: Option<u32>,
    /// Whether Agora accepts wildcards in it.
    pub(super) is_wildcard: bool,
}

impl Name {
    /// A name of a 007 token.
    pub(super) fn of_text(text: &str) -> Self {
        Self { text: Some(text.to_owned()), checksum: None, is_wildcard: is_wildcard(text) }
    }

    /// The uid of a 006 token, whose one wildcard is uid 0.
    pub(super) fn of_uid_checksum(checksum: u32) -> Self {
        let name = Self::of_checksum(checksum);
        Self { is_wildcard: name.is(""), ..name }
    }

    /// Another name of a 006 token.
    pub(super) fn of_checksum(checksum: u32) -> Self {
        let name = Self { text: None, checksum: Some(checksum), is_wildcard: false };
        let text = ["", "0", "*"].into_iter().chain(PLACEHOLDERS).find(|text| name.is(text));
        Self { text: text.map(str::to_owned), ..name }
    }

    /// Whether it is `text`, by its checksum if that is all there is.
    pub(super) fn is(&self, text: &str) -> bool {
        match self.checksum {
            Some(checksum) => checksum == crc32fast::hash(text.as_bytes()),
            None => self.text.as_deref() == Some(text),
        }
    }

    /// Its text, if it is a wildcard.
    pub(super) fn pattern(&self) -> Option<String> {
        self.text.clone().filter(|_| self.is_wildcard)
    }

    /// Whether a client can use `text` with it.
    pub(super) fn fits(&self, text: &str) -> bool {
        match &self.text {
            Some(pattern) if self.is_wildcard => matches(pattern, text),
            _ => self.is(text),
        }
    }
}

/// What a uid is that looks like a number, but is not one of 1 to 4,294,967,295.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OddUid {
    /// Below 0. Languages without unsigned integers show this number so, if there is one.
    Negative(Option<u32>),
    /// Above 4,294,967,295.
    TooLarge,
    /// With zeros in front.
    LeadingZeros,
    /// With a fraction or an exponent.
    NotWhole,
}

impl fmt::Display for OddUid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Negative(_) => "is negative",
            Self::TooLarge => "is more than 4294967295",
            Self::LeadingZeros => "has leading zeros",
            Self::NotWhole => "is not a whole number",
        })
    }
}

impl OddUid {
    /// What to do about it.
    pub(super) fn fix(self) -> Cow<'static, str> {
        match self {
            Self::Negative(Some(unsigned)) => format!("pass it as an unsigned integer: {unsigned}").into(),
            Self::LeadingZeros => "pass the number without leading zeros".into(),
            Self::Negative(None) | Self::TooLarge | Self::NotWhole => {
                "use an integer from 1 to 4294967295".into()
            }
        }
    }
}

/// Whether a wildcard of a token matches a client's name. Takes time in proportion to both lengths.
fn matches(wildcard: &str, name: &str) -> bool {
    let Some((head, rest)) = wildcard.split_once('*') else {
        // The empty one.
        return true;
    };
    let (middle, tail) = rest.rsplit_once('*').unwrap_or(("", rest));
    let Some(name) = name.strip_prefix(head).and_then(|name| name.strip_suffix(tail)) else {
        return false;
    };
    // The leftmost match of each part leaves the longest rest for the others.
    let mut name = name;
    middle.split('*').all(|part| match name.find(part) {
        Some(index) => {
            name = &name[index + part.len()..];
            true
        }
        None => false,
    })
}

/// The uid that a client joins with as tokens write it: uid 0 is empty.
pub(super) fn uid_in_token(claimed: &str) -> &str {
    if claimed == "0" { "" } else { claimed }
}

/// Texts that programming languages print for a missing value.
const PLACEHOLDERS: [&str; 6] = ["undefined", "null", "NaN", "None", "nil", "[object Object]"];

/// The word for a missing value that `name` is, if it is one.
pub(super) fn placeholder(name: &str) -> Option<&'static str> {
    PLACEHOLDERS.into_iter().find(|word| name == *word)
}

/// Why Agora rejects a name that is not a wildcard.
pub(super) fn not_allowed(service: &str, field: Field, name: &str) -> Option<NameError> {
    let max = 64;
    match field {
        Field::Channel => name.parse::<ChannelName>().err(),
        Field::Uid | Field::Account => name.parse::<Account>().err(),
        _ if name.len() > max => Some(NameError::TooLong { bytes: name.len(), max }),
        // Of Chat, and of rooms, Agora states the length only.
        Field::UserId if service != "chat" => name.parse::<Account>().err(),
        _ => None,
    }
}

/// Whether a service's user is `user`. Chat folds case, and users of Flexible Classroom log in to
/// it under the MD5 of their ID.
pub(super) fn is_user(service: &str, name: &Name, user: &str) -> bool {
    let is_md5 = || user.parse::<UserId>().is_ok_and(|user| name.is(user.md5().as_str()));
    let folds = || name.text.as_deref().is_some_and(|text| text.eq_ignore_ascii_case(user));
    name.is(user) || service == "chat" && (folds() || is_md5())
}

/// Whether it has the form of a UUID.
pub(super) fn is_uuid(text: &str) -> bool {
    let groups = text
        .split('-')
        .map(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(group.len()));
    groups.eq([8, 4, 4, 4, 12].map(Some))
}

/// What a uid is that looks like a number without being a uid.
pub(super) fn odd_uid(uid: &str) -> Option<OddUid> {
    let digits = uid.strip_prefix(['-', '+']).unwrap_or(uid);
    let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if canonical_u32(uid).is_some() {
        None
    } else if all_digits && uid.starts_with('-') {
        Some(OddUid::Negative(uid.parse::<i32>().ok().map(i32::cast_unsigned)))
    } else if all_digits && digits.len() > 1 && digits.starts_with('0') {
        Some(OddUid::LeadingZeros)
    } else if all_digits && uid == digits {
        Some(OddUid::TooLarge)
    } else {
        is_decimal(digits).then_some(OddUid::NotWhole)
    }
}

/// Whether a text is digits with a fraction, an exponent or both, as languages print a number that
/// is not whole. Rust's own parser is 14 KB of the Worker.
fn is_decimal(text: &str) -> bool {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (number, exponent) = match text.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))),
        None => (text, None),
    };
    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (number, None),
    };
    (fraction.is_some() || exponent.is_some())
        && is_digits(whole)
        && fraction.is_none_or(|fraction| fraction.is_empty() || is_digits(fraction))
        && exponent.is_none_or(is_digits)
}
