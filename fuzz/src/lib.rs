//! Shared by the targets: wraps bytes of any layer of a token as a token.
//!
//! A fuzzer cannot guess base64, a checksum or an HMAC. The first byte of an input selects the layer of
//! its other bytes.

pub mod event;
pub mod server;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Agora's public test project.
pub const APP_ID: &str = "970CA35de60c44645bbae8a215061b33";
const APP_CERTIFICATE: &str = "5CFd2fd1755d40ecb72977518be15d3b";

/// A text that may be a 007 token, from the text itself, its compressed bytes, or the inflated bytes.
pub fn token_007(data: &[u8]) -> Option<String> {
    let (layer, rest) = data.split_first()?;
    match layer % 3 {
        0 => std::str::from_utf8(rest).ok().map(str::to_owned),
        1 => Some(format!("007{}", STANDARD.encode(rest))),
        _ => Some(format!("007{}", STANDARD.encode(stored(rest)))),
    }
}

/// The 007 token of these signed bytes, with the signature of [`APP_CERTIFICATE`].
pub fn signed_007(issued_at: u32, salt: u32, signed: &[u8]) -> String {
    let hmac = |key: &[u8], text: &[u8]| {
        let mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
        mac.chain_update(text).finalize().into_bytes()
    };
    let key = hmac(&salt.to_le_bytes(), &hmac(&issued_at.to_le_bytes(), APP_CERTIFICATE.as_bytes()));
    let mut bytes = vec![32, 0];
    bytes.extend(hmac(&key, signed));
    bytes.extend(signed);
    format!("007{}", STANDARD.encode(stored(&bytes)))
}

/// A text that may be a 006 token, from the text itself or its decoded bytes.
pub fn token_006(data: &[u8]) -> Option<String> {
    let (layer, rest) = data.split_first()?;
    match layer % 2 {
        0 => std::str::from_utf8(rest).ok().map(str::to_owned),
        _ => Some(format!("006{APP_ID}{}", STANDARD.encode(rest))),
    }
}

/// A zlib stream of stored blocks, which are cheap to write.
fn stored(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let mut blocks = bytes.chunks(65_535).peekable();
    if bytes.is_empty() {
        out.extend([1, 0, 0, 0xff, 0xff]);
    }
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).expect("chunks are of at most 65,535 bytes");
        out.push(u8::from(blocks.peek().is_none()));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(block);
    }
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in bytes {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    out.extend(((b << 16) | a).to_be_bytes());
    out
}
