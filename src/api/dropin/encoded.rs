//! Percent-encoded parts of a URL.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::super::answer::problem::{FieldFault, Problem};

/// A percent-encoded part of a path.
pub(super) fn decoded<'a>(name: &str, text: &'a str) -> Result<Cow<'a, str>, Problem> {
    percent_decode_str(text).decode_utf8().map_err(|_| not_utf8(name))
}

/// A percent-encoded value of a query, where `+` is a space.
pub(super) fn form_decoded<'a>(name: &str, text: &'a str) -> Result<Cow<'a, str>, Problem> {
    if !text.contains('+') {
        return decoded(name, text);
    }
    let text = text.replace('+', " ");
    let decoded = percent_decode_str(&text).decode_utf8().map_err(|_| not_utf8(name))?;
    Ok(Cow::Owned(decoded.into_owned()))
}

fn not_utf8(name: &str) -> Problem {
    let name: String = if name.is_empty() { "\"\"".into() } else { name.chars().take(64).collect() };
    let detail = format!("{name} is not UTF-8 after percent-decoding");
    Problem::InvalidRequest(vec![FieldFault::new(name, detail)])
}
