//! The trace that a request is part of: `traceparent` of the W3C's Trace Context, version 00.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::drawn::Seed;

/// The header that carries it.
pub(super) static TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// A valid `traceparent`.
#[derive(Clone, Copy)]
pub(super) struct Trace<'a> {
    value: &'a HeaderValue,
    id: &'a str,
    flags: &'a str,
}

impl<'a> Trace<'a> {
    /// The trace of a request. Another version, an id of zeros and several headers
    /// are ignored.
    pub(super) fn of(headers: &'a HeaderMap) -> Option<Self> {
        let mut values = headers.get_all(&TRACEPARENT).iter();
        let value = values.next().filter(|value| value.len() == 55)?;
        let mut parts = value.to_str().ok()?.split('-');
        let (version, trace_id) = (parts.next()?, parts.next()?);
        let (parent_id, flags) = (parts.next()?, parts.next()?);
        let is_valid = version == "00"
            && is_id(trace_id, 32)
            && is_id(parent_id, 16)
            && is_hex(flags, 2)
            && parts.next().is_none()
            && values.next().is_none();
        is_valid.then_some(Self { value, id: trace_id, flags })
    }

    /// The header as received, for the response.
    pub(super) fn value(&self) -> &'a HeaderValue {
        self.value
    }

    pub(super) fn id(&self) -> &'a str {
        self.id
    }

    /// The header of a request that this one makes, and how many it made before: the same trace, a span
    /// of its own.
    pub(super) fn child(&self, Seed(seed): Seed, earlier: u64) -> String {
        let first = seed.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes));
        let span = first.wrapping_add(earlier).max(1);
        format!("00-{}-{span:016x}-{}", self.id, self.flags)
    }
}

fn is_id(text: &str, digits: usize) -> bool {
    is_hex(text, digits) && text.bytes().any(|digit| digit != b'0')
}

/// Lower case alone, as the standard has it.
fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|one| matches!(one, b'0'..=b'9' | b'a'..=b'f'))
}
