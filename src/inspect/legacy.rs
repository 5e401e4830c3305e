//! The versions before 006, by their looks. They are only recognized.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::token::{AppId, closed_set};

closed_set! {
    /// A version of Agora's tokens.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Version {
        /// `AccessToken2`, the current one.
        V007 = "007",
        /// `AccessToken`.
        V006 = "006",
        /// `DynamicKey5`.
        V005 = "005",
        /// `DynamicKey4`.
        V004 = "004",
        /// `DynamicKey3`.
        V003 = "003",
        /// `DynamicKey`, without a number of its own in the token.
        V002 = "002",
        /// `SignalingToken`, which starts with `1:`.
        Signaling = "signaling",
    }
}

/// The version and the App ID, if `text` has the looks of an old version.
pub(super) fn recognize(text: &str) -> Option<(Version, Option<AppId>)> {
    // Signatures are 40 hexadecimal digits, App IDs 32, times and uids 10, random numbers 8.
    let by_length = match text.len() {
        90 | 110 => Some((Version::V002, "", 40)),
        113 => Some((Version::V003, "003", 43)),
        103 => Some((Version::V004, "004", 43)),
        _ => None,
    };
    if let Some((version, prefix, app_id)) = by_length
        && text.starts_with(prefix)
        && is_hex(text)
    {
        return Some((version, text.get(app_id..app_id + 32)?.parse().ok()));
    }
    if let Some(rest) = text.strip_prefix("1:") {
        let parts: Vec<&str> = rest.splitn(4, ':').collect();
        let [app_id, time, digest] = parts[..] else { return None };
        let fits = time.parse::<u32>().is_ok() && digest.len() == 32 && is_hex(digest);
        return fits.then_some((Version::Signaling, Some(app_id.parse().ok()?)));
    }
    let content = STANDARD.decode(text.strip_prefix("005")?).ok()?;
    // A service of 1 to 4, then the length of a signature of 40 digits.
    matches!(content.get(..4)?, [1..=4, 0, 40, 0]).then_some((Version::V005, None))
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
