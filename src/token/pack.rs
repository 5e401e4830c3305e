//! Packs and reads the fields of a token: little-endian integers, and texts after a 16-bit length.

use super::error::ParseError;
use super::text::Text;

pub(super) fn u16(out: &mut Vec<u8>, value: u16) {
    out.extend_from_slice(&value.to_le_bytes());
}

pub(super) fn i16(out: &mut Vec<u8>, value: i16) {
    out.extend_from_slice(&value.to_le_bytes());
}

pub(super) fn u32(out: &mut Vec<u8>, value: u32) {
    out.extend_from_slice(&value.to_le_bytes());
}

pub(super) fn text(out: &mut Vec<u8>, text: &Text) {
    bytes(out, text.as_str().as_bytes());
}

/// Packs the length of `bytes`, then `bytes`.
pub(super) fn bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    count(out, bytes.len());
    out.extend_from_slice(bytes);
}

/// Packs the number of items that follow.
pub(super) fn count(out: &mut Vec<u8>, count: usize) {
    u16(out, u16::try_from(count).expect("texts and lists are bounded by their types to 65,535"));
}

/// The bytes that are still unread.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn rest(self) -> &'a [u8] {
        self.0
    }

    /// Fails if bytes are left.
    pub(super) fn end(self) -> Result<(), ParseError> {
        if self.0.is_empty() { Ok(()) } else { Err(ParseError::TrailingBytes(self.0.len())) }
    }

    pub(super) fn u16(&mut self) -> Result<u16, ParseError> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn i16(&mut self) -> Result<i16, ParseError> {
        self.array().map(i16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32, ParseError> {
        self.array().map(u32::from_le_bytes)
    }

    /// Reads a length, then that many bytes.
    pub(super) fn bytes(&mut self) -> Result<&'a [u8], ParseError> {
        let length = usize::from(self.u16()?);
        let (bytes, rest) = self.0.split_at_checked(length).ok_or(ParseError::CutOff)?;
        self.0 = rest;
        Ok(bytes)
    }

    pub(super) fn text(&mut self) -> Result<Text, ParseError> {
        let text = std::str::from_utf8(self.bytes()?).map_err(|_| ParseError::NotUtf8)?;
        Ok(text.parse().expect("a 16-bit length bounds the text"))
    }

    /// Reads a count, then that many items. The count allocates at most 16 items in advance, since a
    /// hostile token can claim 65,535.
    pub(super) fn list<T>(
        &mut self,
        mut one: impl FnMut(&mut Self) -> Result<T, ParseError>,
    ) -> Result<Vec<T>, ParseError> {
        let count = usize::from(self.u16()?);
        let mut list = Vec::with_capacity(count.min(self.0.len()).min(16));
        for _ in 0..count {
            list.push(one(self)?);
        }
        Ok(list)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ParseError> {
        let (head, rest) = self.0.split_first_chunk::<N>().ok_or(ParseError::CutOff)?;
        self.0 = rest;
        Ok(*head)
    }
}
