//! A project of the Agora Console: its App ID and its secret App Certificate.

use std::fmt;
use std::str::FromStr;

/// The App ID of a project: 32 hexadecimal digits. It is public; every client holds it.
///
/// Upper and lower case are kept, since the signature covers the digits as text.
///
/// ```
/// use agora_token_server::token::AppId;
///
/// let app_id: AppId = "970CA35de60c44645bbae8a215061b33".parse()?;
/// assert_eq!(app_id.to_string(), "970CA35de60c44645bbae8a215061b33");
/// # Ok::<(), agora_token_server::token::NotHex32>(())
/// ```
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

impl AsRef<str> for AppId {
    fn as_ref(&self) -> &str {
        self.as_str()
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

/// The App Certificate of a project: 32 hexadecimal digits. It is a secret: it signs every token of
/// the project.
///
/// It has no `Display`, and its `Debug` shows no digit.
///
/// ```
/// use agora_token_server::token::AppCertificate;
///
/// let certificate: AppCertificate = "5CFd2fd1755d40ecb72977518be15d3b".parse()?;
/// assert_eq!(format!("{certificate:?}"), "AppCertificate([redacted])");
/// # Ok::<(), agora_token_server::token::NotHex32>(())
/// ```
#[derive(Clone)]
pub struct AppCertificate([u8; 32]);

impl AppCertificate {
    /// The digits as ASCII text, the key of the signatures. The only access to the secret.
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

/// A project: its App ID and the certificates of its tokens.
///
/// ```
/// use agora_token_server::token::Project;
///
/// let app_id = "970CA35de60c44645bbae8a215061b33".parse()?;
/// let project = Project::new(app_id, "5CFd2fd1755d40ecb72977518be15d3b".parse()?);
/// assert!(project.secondary().is_none());
///
/// // During a rotation, the other certificate verifies.
/// let rotating = project.with_secondary(Some("0123456789abcdef0123456789abcdef".parse()?));
/// assert!(rotating.secondary().is_some());
/// # Ok::<(), agora_token_server::token::NotHex32>(())
/// ```
#[derive(Clone, Debug)]
pub struct Project {
    app_id: AppId,
    certificate: AppCertificate,
    secondary: Option<AppCertificate>,
}

impl Project {
    /// A project with one certificate, which signs and verifies.
    #[must_use]
    pub fn new(app_id: AppId, certificate: AppCertificate) -> Self {
        Self { app_id, certificate, secondary: None }
    }

    /// Sets a second certificate that verifies only. It serves the time of a rotation.
    #[must_use]
    pub fn with_secondary(self, secondary: Option<AppCertificate>) -> Self {
        Self { secondary, ..self }
    }

    /// Agora's public test project, from the tests of `AgoraIO/Tools`. Its certificate is public, and
    /// no client can join with its tokens: use it for experiments only.
    #[must_use]
    pub fn public_test() -> Self {
        Self {
            app_id: AppId(*b"970CA35de60c44645bbae8a215061b33"),
            certificate: AppCertificate(*b"5CFd2fd1755d40ecb72977518be15d3b"),
            secondary: None,
        }
    }

    /// The App ID.
    #[must_use]
    pub fn app_id(&self) -> AppId {
        self.app_id
    }

    /// The certificate that signs and verifies.
    #[must_use]
    pub fn certificate(&self) -> &AppCertificate {
        &self.certificate
    }

    /// The certificate that verifies only.
    #[must_use]
    pub fn secondary(&self) -> Option<&AppCertificate> {
        self.secondary.as_ref()
    }
}

/// A text is not 32 hexadecimal digits. The error holds no digit, since the text can be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotHex32 {
    /// The text has this many bytes.
    Length(usize),
    /// The text has 32 bytes, but the one at this index is not a hexadecimal digit.
    Digit(usize),
}

impl fmt::Display for NotHex32 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length(bytes) => {
                let plural = if *bytes == 1 { "" } else { "s" };
                write!(f, "expected 32 hexadecimal digits, got {bytes} character{plural}")
            }
            Self::Digit(index) => {
                write!(f, "expected 32 hexadecimal digits, got another character at position {index}")
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
