//! The versions before 006, by their looks. They are only recognized.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::token::AppId;

/// A version of Agora's tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// `AccessToken2`, the current one.
    V007,
    /// `AccessToken`.
    V006,
    /// `DynamicKey5`.
    V005,
    /// `DynamicKey4`.
    V004,
    /// `DynamicKey3`.
    V003,
    /// `DynamicKey`, without a number of its own in the token.
    V002,
    /// `SignalingToken`, which starts with `1:`.
    Signaling,
}

impl Version {
    /// `007`, `006`, …, or `signaling`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::V007 => "007",
            Self::V006 => "006",
            Self::V005 => "005",
            Self::V004 => "004",
            Self::V003 => "003",
            Self::V002 => "002",
            Self::Signaling => "signaling",
        }
    }
}

/// A token of an old version.
pub(super) struct Legacy {
    pub(super) version: Version,
    pub(super) app_id: Option<AppId>,
}

/// A token of an old version, if `text` has the looks of one.
pub(super) fn recognize(text: &str) -> Option<Legacy> {
    let legacy = |version, app_id: Option<&str>| {
        Some(Legacy { version, app_id: app_id.and_then(|digits| digits.parse().ok()) })
    };
    // Signatures are 40 hexadecimal digits, App IDs 32, times and uids 10, random numbers 8.
    match text.len() {
        90 | 110 if is_hex(text) => return legacy(Version::V002, text.get(40..72)),
        113 if is_hex(text) && text.starts_with("003") => return legacy(Version::V003, text.get(43..75)),
        103 if is_hex(text) && text.starts_with("004") => return legacy(Version::V004, text.get(43..75)),
        _ => {}
    }
    if let Some(rest) = text.strip_prefix("1:") {
        let mut parts = rest.split(':');
        let app_id = parts.next().filter(|digits| digits.parse::<AppId>().is_ok())?;
        let time = parts.next()?;
        let digest = parts.next()?;
        let fits = parts.next().is_none() && time.parse::<u32>().is_ok() && digest.len() == 32;
        return if fits && is_hex(digest) { legacy(Version::Signaling, Some(app_id)) } else { None };
    }
    let content = STANDARD.decode(text.strip_prefix("005")?).ok()?;
    // A service of 1 to 4, then the length of a signature of 40 digits.
    match content.get(..4)? {
        [1..=4, 0, 40, 0] => legacy(Version::V005, None),
        _ => None,
    }
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
