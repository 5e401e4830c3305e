//! Every reason to reject a request, and the one place that maps it to a status.
//!
//! Responses are problem documents (RFC 9457). `error` repeats `detail`, because clients of existing
//! token servers read it.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use http::{HeaderValue, Method, Response, StatusCode, header};
use serde::Serialize;

use crate::auth::AuthError;
use crate::policy::{Denied, Rule};

/// A reason to reject a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Problem {
    /// The body is not JSON: the position and the reason.
    MalformedJson(String),
    /// Fields of the body are invalid.
    InvalidRequest(Vec<FieldFault>),
    /// The credential is missing or invalid. Only the log states the cause.
    Unauthorized {
        /// For the log.
        cause: String,
    },
    /// The request is well-formed, but not allowed.
    Forbidden(Denied),
    /// No route matches the path.
    NotFound,
    /// The route does not allow the method. It allows these.
    MethodNotAllowed(Vec<Method>),
    /// The body is above the limit.
    PayloadTooLarge {
        /// The limit.
        max_bytes: usize,
    },
    /// The declared content type is not JSON.
    UnsupportedMediaType,
    /// The body is compressed.
    UnsupportedEncoding,
    /// The caller exceeds its rate limit.
    TooManyRequests {
        /// Seconds until the next request is allowed.
        retry_after: u32,
    },
    /// The handler panicked. No line of it raises this: [`App::failed`](crate::api::App::failed) does,
    /// for an adapter that catches the panic.
    Internal,
    /// The server is not ready: something that tokens need has not been fetched.
    NotReady {
        /// What is missing, in a few words.
        lacks: &'static str,
    },
    /// A dependency of the server is unavailable. Only the log states the cause.
    Unavailable {
        /// For the log.
        cause: String,
    },
}

/// One invalid field of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldFault {
    /// The name of the field, with dots for nested fields.
    pub field: Cow<'static, str>,
    /// What is wrong, what was received and what is expected.
    pub detail: String,
    /// Whether the name comes from the client. Such a name can be a secret, so no log line holds it.
    #[serde(skip)]
    pub from_client: bool,
}

impl FieldFault {
    /// A fault in a documented field.
    pub(in crate::api) fn new(field: impl Into<Cow<'static, str>>, detail: impl Into<String>) -> Self {
        Self { field: field.into(), detail: detail.into(), from_client: false }
    }

    /// A fault in a field that the client named.
    pub(in crate::api) fn from_client(field: String, detail: String) -> Self {
        Self { field: field.into(), detail, from_client: true }
    }

    fn logged_name(&self) -> &str {
        if self.from_client { "unknown field" } else { &self.field }
    }
}

/// How long a client should wait for an unavailable dependency.
const RETRY_UNAVAILABLE_SECS: u32 = 10;

impl Problem {
    /// Every code that [`Self::code`] can give, for documentation and tests.
    pub const CODES: [&'static str; 11] = [
        "malformed_json",
        "invalid_request",
        "unauthorized",
        "forbidden",
        "not_found",
        "method_not_allowed",
        "payload_too_large",
        "unsupported_media_type",
        "too_many_requests",
        "internal",
        "unavailable",
    ];

    /// The stable, machine-readable name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::MalformedJson(_) => "malformed_json",
            Self::InvalidRequest(_) => "invalid_request",
            Self::Unauthorized { .. } => "unauthorized",
            Self::Forbidden(_) => "forbidden",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed(_) => "method_not_allowed",
            Self::PayloadTooLarge { .. } => "payload_too_large",
            Self::UnsupportedMediaType | Self::UnsupportedEncoding => "unsupported_media_type",
            Self::TooManyRequests { .. } => "too_many_requests",
            Self::Internal => "internal",
            Self::Unavailable { .. } | Self::NotReady { .. } => "unavailable",
        }
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::MalformedJson(_) | Self::InvalidRequest(_) => StatusCode::BAD_REQUEST,
            Self::Unauthorized { .. } => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::PayloadTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType | Self::UnsupportedEncoding => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooManyRequests { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable { .. } | Self::NotReady { .. } => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The cause that the log states and the response does not.
    #[must_use]
    pub fn cause(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Unauthorized { cause } | Self::Unavailable { cause } => Some(Cow::Borrowed(cause)),
            Self::Internal => Some(Cow::Borrowed("the handler panicked; standard error says where")),
            Self::InvalidRequest(faults) => {
                let mut names: Vec<&str> = faults.iter().map(FieldFault::logged_name).collect();
                names.dedup();
                names.truncate(8);
                Some(Cow::Owned(names.join(", ")))
            }
            Self::Forbidden(denied) => Some(Cow::Owned(denied.to_string())),
            Self::MalformedJson(_)
            | Self::NotFound
            | Self::MethodNotAllowed(_)
            | Self::PayloadTooLarge { .. }
            | Self::UnsupportedMediaType
            | Self::UnsupportedEncoding
            | Self::TooManyRequests { .. }
            | Self::NotReady { .. } => None,
        }
    }

    /// The rule that denied the request.
    #[must_use]
    pub fn rule(&self) -> Option<Rule> {
        match self {
            Self::Forbidden(denied) => Some(denied.rule()),
            _ => None,
        }
    }

    /// The response.
    #[must_use]
    pub fn response(&self, request_id: &str) -> Response<Bytes> {
        let detail = self.to_string();
        let status = self.status();
        let document = Document {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            detail: &detail,
            code: self.code(),
            error: &detail,
            errors: match self {
                Self::InvalidRequest(faults) => Some(faults),
                _ => None,
            },
            rule: self.rule().map(Rule::name),
            request_id,
        };
        let body = serde_json::to_vec(&document).expect("texts and numbers have a JSON form");
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        match self {
            Self::Unauthorized { .. } => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            Self::MethodNotAllowed(allowed) => {
                let names: Vec<&str> = allowed.iter().map(Method::as_str).collect();
                let value = HeaderValue::from_str(&names.join(", ")).expect("methods are tokens");
                headers.insert(header::ALLOW, value);
            }
            // RFC 9110 §15.5.16: it distinguishes the encoding from the type.
            Self::UnsupportedEncoding => {
                headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
            }
            Self::TooManyRequests { retry_after } => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(*retry_after));
            }
            Self::Unavailable { .. } | Self::NotReady { .. } => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(RETRY_UNAVAILABLE_SECS));
            }
            _ => {}
        }
        response
    }
}

impl From<AuthError> for Problem {
    fn from(error: AuthError) -> Self {
        match error {
            AuthError::Refused(cause) => Self::Unauthorized { cause: cause.to_string() },
            AuthError::Unavailable(cause) => Self::Unavailable { cause: cause.to_string() },
        }
    }
}

/// `detail`: a text for the person who can fix it.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MalformedJson(why) => write!(f, "the body is not JSON: {why}"),
            Self::InvalidRequest(faults) => {
                for (index, fault) in faults.iter().enumerate() {
                    let separator = if index == 0 { "" } else { "; " };
                    write!(f, "{separator}{}", fault.detail)?;
                }
                Ok(())
            }
            Self::Unauthorized { .. } => f.write_str("the credential was not accepted"),
            Self::Forbidden(denied) => denied.fmt(f),
            Self::NotFound => f.write_str("path: no route matches"),
            Self::MethodNotAllowed(allowed) => {
                let names: Vec<&str> = allowed.iter().map(Method::as_str).collect();
                write!(f, "method: expected {}", names.join(", "))
            }
            Self::PayloadTooLarge { max_bytes } => write!(f, "body: expected at most {max_bytes} bytes"),
            Self::UnsupportedMediaType => f.write_str("Content-Type: expected application/json"),
            Self::UnsupportedEncoding => f.write_str("Content-Encoding: expected none"),
            Self::TooManyRequests { retry_after } => {
                write!(f, "too many requests; try again in {retry_after} s")
            }
            Self::NotReady { lacks } => f.write_str(lacks),
            Self::Internal => f.write_str("the server failed; see its log"),
            Self::Unavailable { .. } => {
                f.write_str("the server is unavailable or not configured; see its log")
            }
        }
    }
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: &'a str,
    code: &'static str,
    error: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    errors: Option<&'a [FieldFault]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'static str>,
    #[serde(rename = "requestId")]
    request_id: &'a str,
}
