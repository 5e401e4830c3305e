//! Little-endian integers and text behind a 16-bit length, in both directions.

use super::ParseError;
use super::name::Text;

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

/// `bytes` behind their length.
pub(super) fn bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    count(out, bytes.len());
    out.extend_from_slice(bytes);
}

/// How many things follow.
pub(super) fn count(out: &mut Vec<u8>, count: usize) {
    u16(out, u16::try_from(count).expect("texts and lists are bounded by their types to 65,535"));
}

/// What is left to read.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn rest(self) -> &'a [u8] {
        self.0
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

    /// Bytes behind their length.
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

    /// A count and so many things, each of which takes at least one byte, so that the count
    /// allocates no more than what is there.
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
