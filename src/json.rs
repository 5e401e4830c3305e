//! The one reader of JSON, for bodies, JWTs, key sets and secrets.
//!
//! RFC 8259 §4 does not define duplicate keys, so two parsers can read two messages from
//! one text. Here the last value never wins: [`read`] keeps every member, so that a fault can name
//! the key, and [`read_unique`] rejects the text.

use std::borrow::Cow;
use std::collections::BinaryHeap;
use std::fmt;
use std::time::Duration;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// Reads a JSON text. Duplicate keys are kept.
///
/// # Errors
/// Where the text stops being JSON.
pub fn read(text: &[u8]) -> Result<Json<'_>, SyntaxError> {
    serde_json::from_slice(text).map_err(SyntaxError)
}

/// Reads a JSON object in which no object holds a key twice, at any depth.
///
/// # Errors
/// If it is not one.
pub fn read_unique(text: &[u8]) -> Result<Members<'_>, NotAnObject> {
    match read(text) {
        Ok(value) if value.has_duplicates() => Err(NotAnObject::Duplicate),
        Ok(Json::Object(members)) => Ok(Members(members)),
        Ok(_) => Err(NotAnObject::OtherType),
        Err(SyntaxError(error)) => Err(NotAnObject::Syntax { line: error.line(), column: error.column() }),
    }
}

/// A text that is not JSON.
#[derive(Debug)]
pub struct SyntaxError(serde_json::Error);

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for SyntaxError {}

/// Why a text is not one JSON object with unique keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAnObject {
    /// Not JSON, from this place on.
    Syntax {
        /// Counted from 1.
        line: usize,
        /// Counted from 1; 0 where the text ends too early.
        column: usize,
    },
    /// JSON, but a list, a text, a number, …
    OtherType,
    /// An object holds a key twice.
    Duplicate,
}

impl fmt::Display for NotAnObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax { line, column } => write!(f, "not JSON at line {line}, column {column}"),
            Self::OtherType => f.write_str("expected an object"),
            Self::Duplicate => f.write_str("a name is repeated"),
        }
    }
}

impl std::error::Error for NotAnObject {}

/// A JSON value. Texts are borrowed from the body where they hold no escape.
#[derive(Debug, Clone, PartialEq)]
pub enum Json<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer that fits 64 bits, unsigned or signed.
    Integer(i128),
    /// Any other number.
    Float(f64),
    /// A string.
    Text(Cow<'a, str>),
    /// An array.
    Array(Vec<Json<'a>>),
    /// The members in order, duplicates included.
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

impl Json<'_> {
    /// The text of a string.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The values of an array.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Json<'_>]> {
        match self {
            Self::Array(values) => Some(values),
            _ => None,
        }
    }

    /// The members of an object.
    #[must_use]
    pub fn as_object(&self) -> Option<Object<'_>> {
        match self {
            Self::Object(members) => Some(Object(members)),
            _ => None,
        }
    }

    fn has_duplicates(&self) -> bool {
        match self {
            Self::Array(values) => values.iter().any(Self::has_duplicates),
            Self::Object(members) => {
                // In order: a key set can have more keys than may be compared pair by pair. A heap is a
                // tenth of the code of a sorted list.
                let mut keys: BinaryHeap<&str> = members.iter().map(|(key, _)| key.as_ref()).collect();
                let mut last = None;
                while let Some(key) = keys.pop() {
                    if last.replace(key) == Some(key) {
                        return true;
                    }
                }
                members.iter().any(|(_, value)| value.has_duplicates())
            }
            Self::Null | Self::Bool(_) | Self::Integer(_) | Self::Float(_) | Self::Text(_) => false,
        }
    }
}

/// The members of an object with unique keys.
#[derive(Debug)]
pub struct Members<'a>(Vec<(Cow<'a, str>, Json<'a>)>);

impl Members<'_> {
    /// The object that they are of.
    #[must_use]
    pub fn object(&self) -> Object<'_> {
        Object(&self.0)
    }
}

/// A JSON object, to be read by key.
#[derive(Clone, Copy, Debug)]
pub struct Object<'a>(&'a [(Cow<'a, str>, Json<'a>)]);

impl<'a> Object<'a> {
    /// The first value of this key.
    #[must_use]
    pub fn get(self, key: &str) -> Option<&'a Json<'a>> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// The text of this key, if it is one.
    #[must_use]
    pub fn text(self, key: &str) -> Option<&'a str> {
        self.get(key).and_then(Json::as_text)
    }

    /// The keys in order.
    pub fn keys(self) -> impl Iterator<Item = &'a str> {
        self.members().map(|(name, _)| name)
    }

    /// The keys and their values in order.
    pub fn members(self) -> impl Iterator<Item = (&'a str, &'a Json<'a>)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value))
    }
}

/// The value as an error message shows it: short, whatever came.
impl fmt::Display for Json<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 40;
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => value.fmt(f),
            Self::Integer(value) => value.fmt(f),
            Self::Float(value) => fmt_float(*value, f),
            Self::Text(text) => Excerpt::new(text, SHOWN).fmt(f),
            Self::Array(_) => f.write_str("a list"),
            Self::Object(_) => f.write_str("an object"),
        }
    }
}

/// Up to nine decimals, at least one. The standard library prints all of them, by 20 KB of code that the
/// Worker needs for nothing else.
fn fmt_float(value: f64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let Ok(seconds) = Duration::try_from_secs_f64(value.abs()) else {
        return f.write_str("a number beyond 64 bits");
    };
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let decimals = format!("{:09}", seconds.subsec_nanos());
    let decimals = match decimals.trim_end_matches('0') {
        "" => "0",
        decimals => decimals,
    };
    write!(f, "{sign}{}.{decimals}", seconds.as_secs())
}

impl<'de: 'a, 'a> Deserialize<'de> for Json<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

/// The beginning of a text that came from outside, quoted and escaped, so that it can neither forge
/// a log line nor fill the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt<'a> {
    beginning: Cow<'a, str>,
    is_cut: bool,
}

impl<'a> Excerpt<'a> {
    /// The first `max` characters of `text`.
    #[must_use]
    pub fn new(text: &'a str, max: usize) -> Self {
        match text.char_indices().nth(max) {
            Some((end, _)) => Self { beginning: Cow::Borrowed(&text[..end]), is_cut: true },
            None => Self { beginning: Cow::Borrowed(text), is_cut: false },
        }
    }

    fn into_owned(self) -> Excerpt<'static> {
        Excerpt { beginning: Cow::Owned(self.beginning.into_owned()), is_cut: self.is_cut }
    }
}

/// The beginning that a log line shows. A `kid` is a hash or a date, an issuer or audience a URL; 80
/// characters hold nearly all of them.
impl From<&str> for Excerpt<'static> {
    fn from(text: &str) -> Self {
        Excerpt::new(text, 80).into_owned()
    }
}

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}{}", self.beginning, if self.is_cut { "…" } else { "" })
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json<'de>, E> {
        Ok(Json::Integer(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json<'de>, E> {
        Ok(Json::Integer(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json<'de>, E> {
        Ok(Json::Float(value))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json<'de>, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = seq.next_element()? {
            list.push(value);
        }
        Ok(Json::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json<'de>, A::Error> {
        // Not allocated ahead: thousands of empty objects fit into a body.
        let mut entries = Vec::new();
        while let Some((Key(key), value)) = map.next_entry()? {
            entries.push((key, value));
        }
        Ok(Json::Object(entries))
    }
}

struct Key<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Key<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(KeyReader)
    }
}

struct KeyReader;

impl<'de> Visitor<'de> for KeyReader {
    type Value = Key<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Key<'de>, E> {
        Ok(Key(Cow::Borrowed(key)))
    }

    fn visit_str<E>(self, key: &str) -> Result<Key<'de>, E> {
        Ok(Key(Cow::Owned(key.to_owned())))
    }
}
