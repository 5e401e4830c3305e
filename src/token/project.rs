//! A project of the Agora Console: its App ID and its secret App Certificate.

use std::fmt;
use std::str::FromStr;

/// 32 hexadecimal digits that identify a project. Public: every client holds it.
///
/// Either case is kept as it came, since the digits enter the signature as text.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct AppId([u8; 32]);

impl AppId {
    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("hexadecimal digits are ASCII")
    }
}

impl FromStr for AppId {
    type Err = NotHex32;

    fn from_str(text: &str) -> Result<Self, NotHex32> {
        hex32(text.as_bytes()).map(Self)
    }
}

impl fmt::Display for AppId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for AppId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AppId({self})")
    }
}

/// 32 hexadecimal digits that sign tokens. Secret: whoever has it can make any token.
///
/// There is no `Display`, and `Debug` shows no digit.
#[derive(Clone)]
pub struct AppCertificate([u8; 32]);

impl AppCertificate {
    /// The digits as the ASCII text that keys the signatures. The one way to the secret.
    pub(crate) fn expose_secret(&self) -> &[u8; 32] {
        &self.0
    }
}

impl FromStr for AppCertificate {
    type Err = NotHex32;

    fn from_str(text: &str) -> Result<Self, NotHex32> {
        hex32(text.as_bytes()).map(Self)
    }
}

impl fmt::Debug for AppCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AppCertificate([redacted])")
    }
}

/// What tokens are issued for and signed with.
#[derive(Clone, Debug)]
pub struct Project {
    /// The App ID.
    pub app_id: AppId,
    /// The certificate that signs.
    pub certificate: AppCertificate,
    /// A second certificate that is only verified against, during a rotation.
    pub secondary: Option<AppCertificate>,
}

impl Project {
    /// Agora's public test project, from the tests of `AgoraIO/Tools`. Anybody can sign for it and
    /// no client can join with it, so it is good for trying things out and for nothing else.
    #[must_use]
    pub fn public_test() -> Self {
        Self {
            app_id: AppId(*b"970CA35de60c44645bbae8a215061b33"),
            certificate: AppCertificate(*b"5CFd2fd1755d40ecb72977518be15d3b"),
            secondary: None,
        }
    }
}

/// Not 32 hexadecimal digits. Carries no digit, since the text may be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotHex32 {
    /// So many bytes instead of 32.
    Length(usize),
    /// 32 bytes, but not a hexadecimal digit at this index.
    Digit(usize),
}

impl fmt::Display for NotHex32 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length(bytes) => write!(f, "{bytes} characters, expected 32 hexadecimal digits"),
            Self::Digit(index) => {
                write!(f, "character {} is not a hexadecimal digit, expected 32 of them", index + 1)
            }
        }
    }
}

impl std::error::Error for NotHex32 {}

fn hex32(text: &[u8]) -> Result<[u8; 32], NotHex32> {
    let digits: [u8; 32] = text.try_into().map_err(|_| NotHex32::Length(text.len()))?;
    match digits.iter().position(|byte| !byte.is_ascii_hexdigit()) {
        Some(index) => Err(NotHex32::Digit(index)),
        None => Ok(digits),
    }
}
