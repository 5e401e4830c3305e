//! Helpers of several test files.

pub mod issuer;
pub mod opened;
pub mod secrets;
pub mod server;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// The vectors of one folder, by file name.
pub fn vectors(folder: &str) -> Vec<Value> {
    let path = format!("{}/tests/vectors/{folder}", env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<_> = std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{path} is empty");
    files.iter().map(|file| serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()).collect()
}

/// The content of a 007 token before compression, by an independent decoder.
pub fn inflated(token: &str) -> Vec<u8> {
    let compressed = STANDARD.decode(token.strip_prefix("007").unwrap()).unwrap();
    miniz_oxide::inflate::decompress_to_vec_zlib(&compressed).unwrap()
}

/// `bytes`, compressed and encoded as a 007 token.
pub fn dressed(bytes: &[u8]) -> String {
    format!("007{}", STANDARD.encode(miniz_oxide::deflate::compress_to_vec_zlib(bytes, 6)))
}

/// The content of a 007 token before compression, up to the number of services, which is 0, followed
/// by `rest`.
pub fn payload(rest: &[u8]) -> Vec<u8> {
    let mut bytes = vec![32, 0];
    bytes.extend([0; 32]);
    bytes.extend([32, 0]);
    bytes.extend(b"970CA35de60c44645bbae8a215061b33");
    bytes.extend([0; 14]);
    bytes.extend(rest);
    bytes
}

/// A 006 token with an empty signature and this content.
pub fn dressed_006(message: &[u8]) -> String {
    let mut bytes = vec![0; 10];
    bytes.extend(u16::try_from(message.len()).unwrap().to_le_bytes());
    bytes.extend(message);
    format!("006970CA35de60c44645bbae8a215061b33{}", STANDARD.encode(bytes))
}
