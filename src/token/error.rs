//! Why a name or a token is invalid.

use std::fmt;

use super::project::NotHex32;

/// Why a text is not a token of the expected format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParseError {
    /// The text does not start with the version.
    Version,
    /// The text after the version is not standard, padded base64.
    Base64,
    /// The compressed part is not a zlib stream, or its checksum differs.
    Zlib,
    /// The compressed part inflates to more than 64 KiB.
    TooLarge,
    /// The token ends inside a field or inside its compressed part.
    CutOff,
    /// This many bytes follow the end of the token.
    TrailingBytes(usize),
    /// A text in the token is not UTF-8.
    NotUtf8,
    /// The App ID is invalid.
    AppId(NotHex32),
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version => f.write_str("expected the version at the start"),
            Self::Base64 => f.write_str("expected padded base64 after the version"),
            Self::Zlib => f.write_str("expected a valid zlib stream"),
            Self::TooLarge => f.write_str("expected at most 64 KiB inflated"),
            Self::CutOff => f.write_str("expected more bytes, got the end of the token"),
            Self::TrailingBytes(bytes) => {
                let plural = if *bytes == 1 { "" } else { "s" };
                write!(f, "expected the end of the token, got {bytes} more byte{plural}")
            }
            Self::NotUtf8 => f.write_str("expected text in UTF-8"),
            Self::AppId(error) => write!(f, "App ID: {error}"),
        }
    }
}

impl std::error::Error for ParseError {}

/// The signature does not match the certificate, or a 006 token is for another channel or uid. It holds
/// no detail: a forger must not learn which part differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidSignature;

impl fmt::Display for InvalidSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the signature does not match")
    }
}

impl std::error::Error for InvalidSignature {}

/// Why a text is not a name of the expected kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NameError {
    /// The text is empty.
    Empty,
    /// The text has too many bytes.
    TooLong {
        /// The number of its bytes.
        bytes: usize,
        /// The highest allowed number.
        max: usize,
    },
    /// A character is not among the 89 that Agora allows.
    Character {
        /// Its position, counted in characters from 0.
        position: usize,
        /// The character.
        character: char,
    },
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("expected at least 1 byte, got 0"),
            Self::TooLong { bytes, max } => write!(f, "expected at most {max} bytes, got {bytes}"),
            Self::Character { position, character } => write!(
                f,
                "expected letters, digits, spaces and !#$%&()+,-.:;<=>?@[]^_{{|}}~, got {character:?} at position \
                 {position}"
            ),
        }
    }
}

impl std::error::Error for NameError {}
