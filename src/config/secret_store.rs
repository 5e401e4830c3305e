//! An App Certificate that is fetched from AWS Secrets Manager or Parameter Store.
//!
//! Both are read through AWS's "Parameters and Secrets" Lambda extension: plain HTTP to this
//! machine, no SDK. Source: docs.aws.amazon.com, "Use AWS Secrets Manager secrets in AWS Lambda
//! functions" and "Using Parameter Store parameters in AWS Lambda functions".
//!
//! Nothing here waits or reads a clock: a request returns what to fetch, and the adapter fetches.

use std::fmt;
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::fetch::{Claim, Fetch, FetchError, RefreshPolicy, Refreshed};
use crate::json::{self, Json};
use crate::time::UnixTime;
use crate::token::{AppCertificate, NotHex32};

/// The extension answers from its cache within milliseconds; if it must fetch from the store, within
/// a second. A request waits for it.
const TIMEOUT: Duration = Duration::from_secs(3);

/// The largest secret of Secrets Manager, with the JSON around it.
const MAX_BYTES: usize = 96 * 1024;

const REFRESH: RefreshPolicy = RefreshPolicy {
    // The cache of the extension (300 s by default) adds to it.
    refresh_after: 60,
    retry_after: 60,
    first_retry_after: 1,
    // A function with an old certificate is better than one with none.
    max_age: None,
    lost_after: 1,
    max_first_fetches: 1,
};

/// The member that holds the certificate where the secret is a JSON object.
const MEMBER: &str = "APP_CERTIFICATE";

/// A certificate that is fetched.
#[derive(Debug)]
pub struct RemoteCertificate(Refreshed<AppCertificate, CertificateError>);

/// The fetch of a certificate, claimed by the request that needs it.
pub type CertificateClaim<'a> = Claim<'a, AppCertificate, CertificateError>;

impl RemoteCertificate {
    /// A secret of Secrets Manager by its name or ARN, or with `ssm:` in front of it a parameter of
    /// Parameter Store by its name.
    pub(crate) fn from_extension(name: &str, port: u16, session_token: String) -> Self {
        let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let path = match name.strip_prefix("ssm:") {
            Some(parameter) => {
                format!("systemsmanager/parameters/get?name={}&withDecryption=true", encode(parameter))
            }
            None => format!("secretsmanager/get?secretId={}", encode(name)),
        };
        let fetch = Fetch {
            url: format!("http://localhost:{port}/{path}"),
            header: Some(("x-aws-parameters-secrets-token", session_token)),
            timeout: TIMEOUT,
            max_bytes: MAX_BYTES,
        };
        Self(Refreshed::new(fetch, certificate_in, REFRESH))
    }

    /// The fetch that has to be made before a token can be signed. Meanwhile a certificate that is
    /// there stays in use.
    pub fn fetch_due(&self, now: UnixTime) -> Option<CertificateClaim<'_>> {
        self.0.claim(now, |_| false)
    }

    /// The certificate in use at `now`, or why it is missing.
    pub fn current(&self, now: UnixTime) -> Result<AppCertificate, CertificateError> {
        let current = self.0.current(now).map_err(|failure| failure.unwrap_or(CertificateError::Awaited))?;
        Ok((*current).clone())
    }
}

/// Why the certificate is missing. Holds nothing of a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateError {
    /// Another request is fetching it.
    Awaited,
    /// The extension did not answer.
    Fetch(FetchError),
    /// Not the answer of the extension.
    Answer,
    /// A JSON object without the member that holds it.
    Member,
    /// Not 32 hexadecimal digits.
    Digits(NotHex32),
}

impl From<FetchError> for CertificateError {
    fn from(error: FetchError) -> Self {
        Self::Fetch(error)
    }
}

impl fmt::Display for CertificateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("APP_CERTIFICATE_SECRET: ")?;
        match self {
            Self::Awaited => f.write_str("being fetched"),
            Self::Fetch(error) => write!(f, "the Parameters and Secrets extension: {error}"),
            Self::Answer => f.write_str("the Parameters and Secrets extension: expected JSON with a secret"),
            Self::Member => write!(f, "the secret is an object without {MEMBER}"),
            Self::Digits(error) => error.fmt(f),
        }
    }
}

/// The certificate in the extension's answer: the secret is its digits, or an object that holds
/// them, as the AWS console makes it.
fn certificate_in(answer: &[u8]) -> Result<AppCertificate, CertificateError> {
    let answer = json::read_unique(answer).map_err(|_| CertificateError::Answer)?;
    let answer = answer.object();
    let parameter = || answer.get("Parameter")?.as_object()?.get("Value");
    let secret = answer.get("SecretString").or_else(parameter);
    let secret = secret.and_then(Json::as_text).ok_or(CertificateError::Answer)?.trim();
    let members = secret.starts_with('{').then(|| json::read_unique(secret.as_bytes()).ok()).flatten();
    let digits = match &members {
        Some(members) => members.object().text(MEMBER).ok_or(CertificateError::Member)?,
        None => secret,
    };
    digits.parse().map_err(CertificateError::Digits)
}
