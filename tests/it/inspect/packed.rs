//! Tokens with content that no builder makes. Their signatures are empty.

use crate::common::{dressed, dressed_006, payload};
use agora_token_server::time::UnixTime;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A service of a 007 token, without privileges.
pub(super) fn service(number: u16, texts: &[&str]) -> Vec<u8> {
    with_privileges(number, 0, texts)
}

/// The same with privileges 1 to `privileges`, which expire with the token.
pub(super) fn with_privileges(number: u16, privileges: u16, texts: &[&str]) -> Vec<u8> {
    let mut bytes = [number.to_le_bytes(), privileges.to_le_bytes()].concat();
    bytes.extend((1..=privileges).flat_map(entry));
    for text in texts {
        bytes.extend(u16::try_from(text.len()).unwrap().to_le_bytes());
        bytes.extend(text.as_bytes());
    }
    bytes
}

fn entry(privilege: u16) -> [u8; 6] {
    let [low, high] = privilege.to_le_bytes();
    [low, high, 0, 0, 0, 0]
}

/// A 007 token with these services.
pub(super) fn token(services: &[Vec<u8>]) -> String {
    dressed(&content(services))
}

fn content(services: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = payload(&[]);
    let count = bytes.len() - 2;
    bytes.splice(count.., u16::try_from(services.len()).unwrap().to_le_bytes());
    bytes.extend(services.concat());
    bytes
}

/// A 006 token of RTC that expires at `expires_at`, with this number of privileges.
pub(super) fn token_006_until(expires_at: UnixTime, privileges: u16) -> String {
    let mut message = [[0; 4], expires_at.as_secs().to_le_bytes()].concat();
    message.extend(privileges.to_le_bytes());
    message.extend((1..=privileges).flat_map(entry));
    dressed_006(&message)
}

/// A 006 token whose signature has this length.
pub(super) fn token_006_with_signature(length: u8) -> String {
    let token = token_006_until(UnixTime::from_secs(0), 1);
    let (head, content) = token.split_at(35);
    let mut bytes = STANDARD.decode(content).unwrap();
    bytes.splice(..2, [length, 0].into_iter().chain((0..length).map(|_| 7)));
    format!("{head}{}", STANDARD.encode(bytes))
}

/// A 007 token in whose text 40 other tokens seem to start. It is stored uncompressed, so that the bytes after an unknown
/// service stay unchanged.
pub(super) fn token_with_starts_within() -> String {
    let mut bytes = content(&[vec![99, 0, 0, 0]]);
    // In base64, three bytes are four characters. Zlib adds seven bytes at the start.
    while !(bytes.len() + 7).is_multiple_of(3) {
        bytes.push(0);
    }
    bytes.extend(STANDARD.decode("/007CAAA".repeat(40)).unwrap());
    bytes.extend([0; 48]);
    let token = format!("007{}", STANDARD.encode(miniz_oxide::deflate::compress_to_vec_zlib(&bytes, 0)));
    assert_eq!(token.matches("/007CAAA").count(), 40);
    token
}
