//! An App Certificate that is fetched from AWS Secrets Manager or Parameter Store.
//!
//! Both are asked through AWS's "Parameters and Secrets" Lambda extension: plain HTTP to this
//! machine, no SDK. Source: docs.aws.amazon.com, "Use AWS Secrets Manager secrets in AWS Lambda
//! functions" and "Using Parameter Store parameters in AWS Lambda functions".
//!
//! Nothing here waits or reads a clock: a request asks what to fetch, the adapter fetches.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::fetch::{Fetch, FetchError};
use crate::time::UnixTime;
use crate::token::{AppCertificate, NotHex32};

/// The extension answers from its cache within milliseconds; when it has to ask the store, within
/// a second. A request waits for it.
const TIMEOUT: Duration = Duration::from_secs(3);

/// The largest secret that Secrets Manager holds, and what stands around it.
const MAX_BYTES: usize = 96 * 1024;

/// How often a certificate is fetched anew. The extension's own cache (300 s, where it is not set
/// otherwise) comes on top.
const REFRESH_AFTER: i64 = 60;

/// The least time between two tries while there is no certificate.
const RETRY_AFTER: i64 = 1;

/// The member that holds the certificate where the secret is a JSON object.
const MEMBER: &str = "APP_CERTIFICATE";

/// A certificate that is fetched.
#[derive(Debug)]
pub struct RemoteCertificate {
    fetch: Fetch,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    certificate: Option<AppCertificate>,
    asked: Option<UnixTime>,
    failure: Option<CertificateError>,
}

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
        Self { fetch, state: Mutex::default() }
    }

    /// What to fetch before a token can be signed, where that is due. To be answered with
    /// [`Self::fetched`]; meanwhile a certificate that is there stays in use.
    pub fn fetch_due(&self, now: UnixTime) -> Option<&Fetch> {
        let mut state = self.state();
        let pause = if state.certificate.is_some() { REFRESH_AFTER } else { RETRY_AFTER };
        // A clock that was set back counts as passed.
        if state.asked.is_some_and(|asked| (0..pause).contains(&asked.until(now))) {
            return None;
        }
        state.asked = Some(now);
        Some(&self.fetch)
    }

    /// Takes what the fetch brought.
    ///
    /// # Errors
    /// Why there is no new certificate, for the log. The one that was there stays in use.
    pub fn fetched(&self, answer: Result<&[u8], FetchError>) -> Result<(), CertificateError> {
        let parsed = answer.map_err(CertificateError::Fetch).and_then(certificate_in);
        let mut state = self.state();
        match parsed {
            Ok(certificate) => {
                *state = State { certificate: Some(certificate), asked: state.asked, failure: None };
                Ok(())
            }
            Err(error) => {
                state.failure = Some(error);
                Err(error)
            }
        }
    }

    /// The certificate in use; where there is none, why.
    pub fn current(&self) -> Result<AppCertificate, CertificateError> {
        let state = self.state();
        state.certificate.clone().ok_or(state.failure.unwrap_or(CertificateError::Awaited))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No code here leaves the state half-written, so a panic elsewhere does not spoil it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why there is no certificate. Holds nothing of a secret.
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

impl fmt::Display for CertificateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("APP_CERTIFICATE_SECRET: ")?;
        match self {
            Self::Awaited => f.write_str("being fetched"),
            Self::Fetch(error) => write!(f, "the Parameters and Secrets extension: {error}"),
            Self::Answer => f.write_str("the Parameters and Secrets extension: not its kind of answer"),
            Self::Member => write!(f, "the secret is an object without {MEMBER}"),
            Self::Digits(error) => error.fmt(f),
        }
    }
}

/// The certificate in the extension's answer: the secret is its digits, or an object that holds
/// them, as the AWS console makes it.
fn certificate_in(answer: &[u8]) -> Result<AppCertificate, CertificateError> {
    let answer: Value = serde_json::from_slice(answer).map_err(|_| CertificateError::Answer)?;
    let secret = answer.get("SecretString").or_else(|| answer.get("Parameter")?.get("Value"));
    let secret = secret.and_then(Value::as_str).ok_or(CertificateError::Answer)?.trim();
    let object: Option<Value> = secret.starts_with('{').then(|| serde_json::from_str(secret).ok()).flatten();
    let digits = match &object {
        Some(object) => object.get(MEMBER).and_then(Value::as_str).ok_or(CertificateError::Member)?,
        None => secret,
    };
    digits.parse().map_err(CertificateError::Digits)
}
