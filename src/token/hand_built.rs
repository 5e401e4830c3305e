//! Mistakes of 006 tokens that were built by hand.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::access_token::UnverifiedAccessToken;
use super::project::AppCertificate;

impl UnverifiedAccessToken {
    /// Whether `certificate` signed the checksums in place of the names, which Agora rejects: a mistake of builders made by
    /// hand. The checksums are four bytes each, in either order, or decimal text.
    #[must_use]
    pub fn signs_its_checksums(&self, certificate: &AppCertificate) -> bool {
        let sums = [self.crc_channel, self.crc_uid];
        let forms = [
            sums.map(u32::to_le_bytes).concat(),
            sums.map(u32::to_be_bytes).concat(),
            sums.map(|sum| sum.to_string()).concat().into_bytes(),
        ];
        forms.iter().any(|form| {
            let key = certificate.expose_secret();
            let mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
            let mac = mac.chain_update(self.app_id.as_str()).chain_update(form).chain_update(&self.packed);
            mac.verify_slice(&self.signature).is_ok()
        })
    }
}
