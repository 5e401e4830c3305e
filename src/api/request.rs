//! What an adapter hands in: the request's body and its context, within the limits.

use std::net::IpAddr;
use std::num::NonZeroU32;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::answer::problem::{FieldFault, Problem};
use super::drawn::Seed;
use crate::time::UnixTime;

/// The maximum size of a body. The largest legal one holds Signaling permissions; a token for
/// `POST /inspect` is smaller.
pub const MAX_BODY_BYTES: usize = 64 * 1024;

/// A header that holds an API key, besides `Authorization`.
pub(super) static X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// The header that names the request in its answer.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A request's body, as far as the adapter read it.
#[derive(Clone, Debug)]
pub enum Body {
    /// All of it, of any length.
    Whole(Bytes),
    /// It is above [`MAX_BODY_BYTES`], by its declared length or by the received bytes.
    TooLarge,
    /// It ended before its declared length, or the connection did.
    CutOff,
    /// It was not read, because the head is invalid: see [`check_framing`](super::check_framing).
    Misframed(FieldFault),
}

/// A body of at most [`MAX_BODY_BYTES`].
#[derive(Clone, Copy)]
pub(super) enum Received<'a> {
    Whole(&'a [u8]),
    CutOff,
}

impl Body {
    /// Whether the head is unambiguous.
    pub(super) fn framed(&self) -> Result<(), Problem> {
        match self {
            Self::Misframed(fault) => Err(misframed(fault)),
            Self::Whole(_) | Self::TooLarge | Self::CutOff => Ok(()),
        }
    }

    /// The body, within the limit. Some platforms read all of it before the handler runs.
    pub(super) fn received(&self) -> Result<Received<'_>, Problem> {
        match self {
            Self::Whole(body) if body.len() <= MAX_BODY_BYTES => Ok(Received::Whole(body)),
            Self::Whole(_) | Self::TooLarge => Err(Problem::PayloadTooLarge { max_bytes: MAX_BODY_BYTES }),
            Self::CutOff => Ok(Received::CutOff),
            Self::Misframed(fault) => Err(misframed(fault)),
        }
    }
}

impl<'a> Received<'a> {
    /// The bytes, whatever they are declared to be.
    pub(super) fn whole(self) -> Result<&'a [u8], Problem> {
        match self {
            Self::Whole(body) => Ok(body),
            Self::CutOff => Err(Problem::MalformedJson("it was cut off".to_owned())),
        }
    }

    /// The bytes of a body that must be declared as JSON, if it is declared at all.
    pub(super) fn json(self, headers: &HeaderMap) -> Result<&'a [u8], Problem> {
        match headers.get(header::CONTENT_TYPE) {
            Some(declared) if !is_json(declared) => Err(Problem::UnsupportedMediaType),
            // Nothing here decompresses, so that a small body cannot become a large one.
            _ if is_encoded(headers) => Err(Problem::UnsupportedEncoding),
            _ => self.whole(),
        }
    }
}

/// What the handler needs besides the request: its only source of time and randomness.
#[derive(Clone, Debug)]
pub struct Context {
    /// The time of the request, the only one that it reads.
    pub now: UnixTime,
    /// Random: the token's salt.
    pub salt: u32,
    /// Random: the uid of a request without one.
    pub drawn_uid: NonZeroU32,
    /// Random: the source of other drawn values.
    pub seed: Seed,
    /// The platform's name of the request, or a random one.
    pub request_id: String,
    /// The address of the peer, if the platform reports it.
    pub peer: Option<IpAddr>,
}

fn misframed(fault: &FieldFault) -> Problem {
    Problem::InvalidRequest(vec![fault.clone()])
}

fn is_encoded(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(header::CONTENT_ENCODING).iter();
    codings.any(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

fn is_json(content_type: &HeaderValue) -> bool {
    let Ok(text) = content_type.to_str() else { return false };
    let essence = text.split(';').next().unwrap_or_default().trim();
    let Some((kind, subtype)) = essence.split_once('/') else { return false };
    let suffix = subtype.as_bytes().last_chunk::<5>();
    kind.eq_ignore_ascii_case("application")
        && (subtype.eq_ignore_ascii_case("json")
            || suffix.is_some_and(|suffix| suffix.eq_ignore_ascii_case(b"+json")))
}
