//! Reads the zlib stream of a 007 token from any source.

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::{
    TINFL_FLAG_PARSE_ZLIB_HEADER, TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF,
};
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};

use super::error::ParseError;

/// The highest inflated size of a token, which is what the official C++ packer can hold. It bounds
/// the work that a hostile token can cause.
pub(super) const MAX_INFLATED_BYTES: usize = 64 * 1024;

/// Inflates one zlib stream. Checks its checksum, and that nothing follows it.
pub(super) fn zlib(compressed: &[u8]) -> Result<Vec<u8>, ParseError> {
    let flags = TINFL_FLAG_PARSE_ZLIB_HEADER | TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let mut decompressor = Box::<DecompressorOxide>::default();
    let mut out = vec![0; compressed.len().saturating_mul(2).clamp(512, MAX_INFLATED_BYTES)];
    let (mut read, mut written) = (0, 0);
    loop {
        let (status, consumed, produced) =
            decompress(&mut decompressor, &compressed[read..], &mut out, written, flags);
        read += consumed;
        written += produced;
        match status {
            TINFLStatus::Done if read == compressed.len() => {
                out.truncate(written);
                return Ok(out);
            }
            TINFLStatus::Done => return Err(ParseError::TrailingBytes(compressed.len() - read)),
            TINFLStatus::HasMoreOutput if out.len() < MAX_INFLATED_BYTES => {
                out.resize(out.len().saturating_mul(2).min(MAX_INFLATED_BYTES), 0);
            }
            TINFLStatus::HasMoreOutput => return Err(ParseError::TooLarge),
            TINFLStatus::FailedCannotMakeProgress => return Err(ParseError::CutOff),
            _ => return Err(ParseError::Zlib),
        }
    }
}
