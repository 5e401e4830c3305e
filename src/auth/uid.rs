//! A stable integer uid for each user of an issuer.
//!
//! ```text
//! D   = HMAC-SHA256( UID_KEY, issuer 00 subject )
//! uid = the first four bytes of D as a big-endian integer, shifted right by one; if that is 0, the next four; 1 if all are 0
//! ```

use std::fmt;
use std::num::NonZeroU32;

use ::hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::variables::{Reader, var};

/// The minimum length of the key: as long as the hash (RFC 2104 §3).
const MIN_BYTES: usize = 32;

/// The secret for deriving integer uids (`UID_KEY`). Another key changes every uid.
#[derive(Clone)]
pub struct UidKey(Hmac<Sha256>);

impl UidKey {
    /// The key of `UID_KEY`, if it is set.
    pub(crate) fn from_variable(reader: &mut Reader<'_>) -> Option<Self> {
        let text = reader.get(var!("UID_KEY"))?;
        Self::new(&text).map_err(|error| reader.fault(var!("UID_KEY"), error.to_string())).ok()
    }

    /// The key of this text, as UTF-8.
    ///
    /// # Errors
    /// [`UidKeyTooShort`] for less than 32 bytes.
    pub fn new(text: &str) -> Result<Self, UidKeyTooShort> {
        if text.len() < MIN_BYTES {
            return Err(UidKeyTooShort { bytes: text.len() });
        }
        Hmac::new_from_slice(text.as_bytes()).map(Self).map_err(|_| UidKeyTooShort { bytes: text.len() })
    }

    /// The uid of a subject of an issuer, 1 to 2,147,483,647.
    #[must_use]
    pub fn uid(&self, issuer: &str, subject: &str) -> NonZeroU32 {
        let mac = self.0.clone().chain_update(issuer).chain_update([0]).chain_update(subject);
        let digest = mac.finalize().into_bytes();
        let words = digest.as_slice().as_chunks().0.iter();
        let mut uids = words.map(|word| u32::from_be_bytes(*word) >> 1).filter_map(NonZeroU32::new);
        uids.next().unwrap_or(NonZeroU32::MIN)
    }
}

impl fmt::Debug for UidKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UidKey([redacted])")
    }
}

/// A key of too few bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UidKeyTooShort {
    /// How many there are.
    pub bytes: usize,
}

impl fmt::Display for UidKeyTooShort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected a secret of at least {MIN_BYTES} bytes, got {}", self.bytes)
    }
}

impl std::error::Error for UidKeyTooShort {}
