//! What the handler needs from elsewhere, as a value: an adapter fetches it.

use std::fmt;
use std::time::Duration;

/// A `GET` that an adapter is to make.
///
/// Redirects are not followed; any status but 200 is a failure.
#[derive(Clone, PartialEq, Eq)]
pub struct Fetch {
    /// Where, http or https.
    pub url: String,
    /// A header to send, in lower case, and its secret value.
    pub header: Option<(&'static str, String)>,
    /// How long it may take, connecting included.
    pub timeout: Duration,
    /// The maximum size of the response's body.
    pub max_bytes: usize,
}

/// Without the header's value, which is a credential.
impl fmt::Debug for Fetch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetch").field("url", &self.url).finish_non_exhaustive()
    }
}

/// Why a fetch failed, as the adapter reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchError {
    /// No answer in time.
    TimedOut,
    /// More than what may be read.
    TooLarge,
    /// Another status than 200; redirects are not followed.
    Status(u16),
    /// No connection, no TLS, a broken answer.
    Unreachable,
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimedOut => f.write_str("no answer in time"),
            Self::TooLarge => f.write_str("the answer is too large"),
            Self::Status(status) => write!(f, "status {status}"),
            Self::Unreachable => f.write_str("unreachable"),
        }
    }
}
