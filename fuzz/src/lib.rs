//! What the targets share: bytes on any layer of a token, dressed as a token.
//!
//! Behind base64, a checksum and an HMAC a fuzzer finds nothing by itself, so the first byte of an
//! input says which layer the rest of it is.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

pub const APP_ID: &str = "970CA35de60c44645bbae8a215061b33";

/// A text that may be a 007 token: the text itself, its compressed bytes, or what these inflate to.
pub fn token_007(data: &[u8]) -> Option<String> {
    let (layer, rest) = data.split_first()?;
    match layer % 3 {
        0 => std::str::from_utf8(rest).ok().map(str::to_owned),
        1 => Some(format!("007{}", STANDARD.encode(rest))),
        _ => Some(format!("007{}", STANDARD.encode(stored(rest)))),
    }
}

/// A text that may be a 006 token: the text itself, or the bytes behind base64.
pub fn token_006(data: &[u8]) -> Option<String> {
    let (layer, rest) = data.split_first()?;
    match layer % 2 {
        0 => std::str::from_utf8(rest).ok().map(str::to_owned),
        _ => Some(format!("006{APP_ID}{}", STANDARD.encode(rest))),
    }
}

/// A zlib stream of stored blocks, which costs nothing to make.
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
