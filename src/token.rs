#![doc = include_str!("token/builders.md")]

mod access_token;
mod access_token2;
mod deflate;
mod inflate;
mod name;
mod pack;
mod payload;
mod permissions;
mod privilege;
mod project;
mod service;

use std::fmt;

pub use access_token::{AccessToken, UnverifiedAccessToken};
pub use access_token2::{AccessToken2, UnverifiedAccessToken2};
pub use name::{
    Account, ChannelName, MAX_TEXT_BYTES, NameError, Text, Uid, UserId, canonical_u32, is_wildcard,
};

pub use payload::{Field, Payload};
pub use permissions::{Access, Permissions, Resource, TooManyPermissions};
pub use privilege::{PrivilegeTtl, RtcPrivileges};
pub use project::{AppCertificate, AppId, NotHex32, Project};
pub use service::Service;

/// Why a text is not a token of the version that it was read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParseError {
    /// It does not start with the version.
    Version,
    /// Not standard, padded base64.
    Base64,
    /// Not a zlib stream, or a damaged one.
    Zlib,
    /// It inflates to more than 64 KiB.
    TooLarge,
    /// It ends too early: inside of a field, or of its compressed part.
    CutOff,
    /// So many bytes follow where it should end.
    TrailingBytes(usize),
    /// A text that is not UTF-8.
    NotUtf8,
    /// The App ID is none.
    AppId(NotHex32),
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version => f.write_str("it does not start with the version"),
            Self::Base64 => f.write_str("what follows the version is not padded base64"),
            Self::Zlib => f.write_str("its compressed part is damaged"),
            Self::TooLarge => f.write_str("it inflates to more than 64 KiB"),
            Self::CutOff => f.write_str("it ends too early"),
            Self::TrailingBytes(bytes) => write!(f, "{bytes} bytes follow where it should end"),
            Self::NotUtf8 => f.write_str("a text in it is not UTF-8"),
            Self::AppId(error) => write!(f, "its app id has {error}"),
        }
    }
}

impl std::error::Error for ParseError {}
