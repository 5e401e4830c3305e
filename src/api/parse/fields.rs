//! The fields of a request, taken one by one; all faults are collected.

use std::borrow::Cow;

use crate::api::answer::problem::{FieldFault, Problem};
use crate::json::{self, Json};
use crate::time::Ttl;

/// Ten times what any request needs. It bounds the search for duplicate keys, and the size of the response.
const MAX_KEYS: usize = 64;

/// The fields of an object that are not taken yet, and the faults in the others.
#[derive(Debug)]
pub(in crate::api) struct Fields<'a> {
    /// Dotted, empty at the top.
    path: String,
    entries: Vec<(Cow<'a, str>, Json<'a>)>,
    faults: Vec<FieldFault>,
}

impl<'a> Fields<'a> {
    /// The object that a body is.
    pub(in crate::api) fn of_body(body: &'a [u8]) -> Result<Self, Problem> {
        Self::of_request(Self::entries_of(body)?)
    }

    /// The keys and values of the object that a body is.
    pub(in crate::api) fn entries_of(body: &'a [u8]) -> Result<Vec<(Cow<'a, str>, Json<'a>)>, Problem> {
        let value = json::read(body).map_err(|error| Problem::MalformedJson(error.to_string()))?;
        if let Json::Object(entries) = value {
            return Ok(entries);
        }
        let fault = FieldFault::new("body", format!("body: expected an object, got {value}"));
        Err(Problem::InvalidRequest(vec![fault]))
    }

    /// All fields of a request, from its body, path and query.
    pub(in crate::api) fn of_request(entries: Vec<(Cow<'a, str>, Json<'a>)>) -> Result<Self, Problem> {
        Self::new(String::new(), entries).map_err(|fault| Problem::InvalidRequest(vec![fault]))
    }

    /// Records duplicate keys and keeps the first value. Of an object with too many keys
    /// nothing else is said.
    fn new(path: String, entries: Vec<(Cow<'a, str>, Json<'a>)>) -> Result<Self, FieldFault> {
        if entries.len() > MAX_KEYS {
            let field = if path.is_empty() { "body".to_owned() } else { path };
            let detail = format!("{field}: expected at most {MAX_KEYS} keys, got {}", entries.len());
            return Err(FieldFault::new(field, detail));
        }
        let mut fields = Self { path, entries, faults: Vec::new() };
        let mut twice: Vec<Cow<'a, str>> = Vec::new();
        let mut index = 1;
        while index < fields.entries.len() {
            let (earlier, rest) = fields.entries.split_at(index);
            if earlier.iter().all(|(key, _)| *key != rest[0].0) {
                index += 1;
                continue;
            }
            let (key, _) = fields.entries.remove(index);
            if !twice.contains(&key) {
                twice.push(key);
            }
        }
        for key in twice {
            fields.fault_of_client(&key, "is given twice");
        }
        Ok(fields)
    }

    /// Says `what` of the field `name`: `uid is required`.
    pub(in crate::api) fn fault(&mut self, name: &'static str, what: impl AsRef<str>) {
        let field = self.name(name);
        let detail = detail(&field, what.as_ref());
        self.faults.push(FieldFault::new(field, detail));
    }

    /// The same of a field that the client named.
    fn fault_of_client(&mut self, name: &str, what: &str) {
        let field = self.name(name);
        let detail = detail(&field, what);
        self.faults.push(FieldFault::from_client(field, detail));
    }

    /// `name` with the names of its parents, shortened if it is long, quoted if it is empty.
    fn name(&self, name: &str) -> String {
        const SHOWN: usize = 64;
        let shown: String = if name.is_empty() { "\"\"".into() } else { name.chars().take(SHOWN).collect() };
        if self.path.is_empty() { shown } else { format!("{}.{shown}", self.path) }
    }

    pub(in crate::api) fn has(&self, name: &'static str) -> bool {
        self.get(name).is_some()
    }

    /// The field's value, unless it is missing.
    pub(in crate::api) fn take(&mut self, name: &'static str) -> Option<Json<'a>> {
        let index = self.entries.iter().position(|(key, _)| key == name)?;
        // A taken name is a documented one, also in the fault of a duplicate field.
        if !self.faults.is_empty() {
            let field = self.name(name);
            let of_this = self.faults.iter_mut().filter(|fault| fault.field == field);
            of_this.for_each(|fault| fault.from_client = false);
        }
        Some(self.entries.remove(index).1)
    }

    /// Takes the field where it holds empty text.
    pub(in crate::api) fn take_if_empty_text(&mut self, name: &'static str) -> bool {
        let empty = matches!(self.get(name), Some(Json::Text(text)) if text.is_empty());
        empty && self.take(name).is_some()
    }

    /// Whether the field holds no value: it is missing, `null` or empty text.
    pub(in crate::api) fn is_missing(&self, name: &'static str) -> bool {
        match self.get(name) {
            None | Some(Json::Null) => true,
            Some(Json::Text(text)) => text.is_empty(),
            Some(_) => false,
        }
    }

    /// The field's value, left where it is.
    pub(in crate::api) fn get(&self, name: &'static str) -> Option<&Json<'a>> {
        self.entries.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The value of a required field. `null` and empty text count as missing.
    pub(in crate::api) fn required(&mut self, name: &'static str) -> Option<Json<'a>> {
        let missing = self.is_missing(name);
        let value = self.take(name);
        if missing {
            self.fault(name, "is required");
            return None;
        }
        value
    }

    /// Records that `value` is invalid for the field.
    pub(in crate::api) fn unexpected(&mut self, name: &'static str, value: &Json<'_>, expected: &str) {
        self.fault(name, format!("expected {expected}, got {value}"));
    }

    /// The object that the field holds, to be given back with [`Self::leave`].
    pub(in crate::api) fn enter(&mut self, name: &'static str, value: Json<'a>) -> Option<Fields<'a>> {
        match value {
            Json::Object(entries) => {
                Fields::new(self.name(name), entries).map_err(|fault| self.faults.push(fault)).ok()
            }
            other => {
                self.unexpected(name, &other, "an object");
                None
            }
        }
    }

    /// Whatever is left inside is unknown.
    pub(in crate::api) fn leave(&mut self, inside: Fields<'_>) {
        self.faults.extend(inside.finish());
    }

    /// One of a closed set of words.
    pub(in crate::api) fn word<T>(
        &mut self,
        name: &'static str,
        value: &Json<'_>,
        named: impl Fn(&str) -> Option<T>,
        expected: &str,
    ) -> Option<T> {
        let found = match value {
            Json::Text(text) => named(text),
            _ => None,
        };
        if found.is_none() {
            self.unexpected(name, value, expected);
        }
        found
    }

    /// A whole number of seconds from `min` to `max`.
    pub(in crate::api) fn seconds(
        &mut self,
        name: &'static str,
        value: &Json<'_>,
        min: u32,
        max: u32,
    ) -> Option<u32> {
        match value {
            Json::Integer(seconds) if (i128::from(min)..=i128::from(max)).contains(seconds) => {
                return u32::try_from(*seconds).ok();
            }
            value if looks_like_unix_time(value) => {
                let expected = format!("{min} to {max} seconds from now");
                self.fault(name, format!("expected {expected}, got the Unix timestamp {value}"));
            }
            Json::Integer(seconds) if *seconds > i128::from(max) && max == Ttl::MAX.as_secs() => {
                let reason = "Agora ends every token after 24 hours";
                self.fault(name, format!("expected {min} to {max}, got {seconds}; {reason}"));
            }
            Json::Integer(seconds) => self.fault(name, format!("expected {min} to {max}, got {seconds}")),
            other => self.unexpected(name, other, &format!("an integer from {min} to {max}")),
        }
        None
    }

    /// The token's lifetime.
    pub(in crate::api) fn expire_time(&mut self) -> Option<Ttl> {
        let value = self.required("expireTime")?;
        let seconds = self.seconds("expireTime", &value, 1, Ttl::MAX.as_secs())?;
        Ttl::from_secs(seconds).ok()
    }

    /// Rejects the fields that were not taken.
    pub(in crate::api) fn refuse_rest<'f>(&mut self, rest: impl Fn(&str) -> Rest<'f>) {
        for (key, _) in std::mem::take(&mut self.entries) {
            match rest(&key) {
                Rest::Elsewhere(what) => {
                    let field = self.name(&key);
                    let detail = detail(&field, &what);
                    self.faults.push(FieldFault::new(field, detail));
                }
                Rest::Unknown { meant: None } => self.fault_of_client(&key, "is unknown"),
                Rest::Unknown { meant: Some(field) } => {
                    self.fault_of_client(&key, &format!("is unknown; did you mean {field:?}?"));
                }
            }
        }
    }

    /// Ignores the fields that were not taken.
    pub(in crate::api) fn forget_rest(&mut self) {
        self.entries.clear();
    }

    /// All faults, those of fields that were not taken included.
    pub(in crate::api) fn finish(mut self) -> Vec<FieldFault> {
        self.refuse_rest(|_| Rest::Unknown { meant: None });
        self.faults
    }
}

/// Why a field that was not taken is refused.
#[derive(Debug)]
pub(in crate::api) enum Rest<'f> {
    /// Records that the field belongs to other requests, and to which.
    Elsewhere(String),
    /// No request has it. `meant` is the most similar field.
    Unknown { meant: Option<&'f str> },
}

/// "uid is required", but "uid: expected …, got 7".
fn detail(field: &str, what: &str) -> String {
    let joint = if what.starts_with("is ") { " " } else { ": " };
    format!("{field}{joint}{what}")
}

/// Whether a number is a time instead of a lifetime: from 2001 on, in seconds, with or without a
/// fraction, or in milliseconds.
fn looks_like_unix_time(value: &Json<'_>) -> bool {
    match value {
        Json::Integer(number) => *number >= 1_000_000_000,
        Json::Float(number) => *number >= 1e9,
        _ => false,
    }
}
