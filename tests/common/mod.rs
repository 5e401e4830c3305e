//! What several test files need.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

pub mod opened;
#[cfg(feature = "api")]
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

/// What an 007 token holds before compression, by a decoder that is not ours.
pub fn inflated(token: &str) -> Vec<u8> {
    let compressed = STANDARD.decode(token.strip_prefix("007").unwrap()).unwrap();
    miniz_oxide::inflate::decompress_to_vec_zlib(&compressed).unwrap()
}
