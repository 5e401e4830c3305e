//! Requests that the HTTP layer of a platform rejects before the handler sees them.

use http::StatusCode;

/// Why the HTTP layer rejected a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// The head is above the limit of the platform.
    HeadTooLarge,
    /// The head is not HTTP/1.1.
    HeadMalformed,
    /// The client begins with HTTP/2, which gets no answer.
    Http2,
    /// The client did not send the whole head in time, which gets no answer.
    HeadTimedOut,
}

impl Unread {
    /// The status of the answer that the HTTP layer gave.
    pub(super) fn status(self) -> Option<StatusCode> {
        match self {
            Self::HeadTooLarge => Some(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE),
            Self::HeadMalformed => Some(StatusCode::BAD_REQUEST),
            Self::Http2 | Self::HeadTimedOut => None,
        }
    }

    pub(super) fn cause(self) -> &'static str {
        match self {
            Self::HeadTooLarge => "head: above the limit",
            Self::HeadMalformed => "head: expected HTTP/1.1",
            Self::Http2 => "head: expected HTTP/1.1, got HTTP/2",
            Self::HeadTimedOut => "head: not received in time",
        }
    }
}
