//! Percent-encoded parts of a URL.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use crate::api::answer::problem::{FieldFault, Problem};

/// A percent-encoded part of a path, or a name in a query.
pub(super) fn decoded<'a>(name: &'static str, text: &'a str) -> Result<Cow<'a, str>, Problem> {
    percent_decode_str(text).decode_utf8().map_err(|_| not_utf8(FieldFault::new(name, not_utf8_text(name))))
}

/// A percent-encoded value of a query, in which `+` is a space. `known` are the names that the route
/// reads.
pub(super) fn form_decoded<'a>(
    name: &str,
    text: &'a str,
    known: &[&'static str],
) -> Result<Cow<'a, str>, Problem> {
    let decoded = if text.contains('+') {
        let text = text.replace('+', " ");
        percent_decode_str(&text).decode_utf8().map(|decoded| Cow::Owned(decoded.into_owned()))
    } else {
        percent_decode_str(text).decode_utf8()
    };
    decoded.map_err(|_| {
        let shown: String =
            if name.is_empty() { "\"\"".into() } else { name.chars().take(MAX_NAME_CHARS).collect() };
        let detail = not_utf8_text(&shown);
        not_utf8(match known.iter().find(|known| **known == name) {
            Some(known) => FieldFault::new(*known, detail),
            None => FieldFault::from_client(shown, detail),
        })
    })
}

/// How much is repeated of a name that the client made up.
const MAX_NAME_CHARS: usize = 64;

fn not_utf8_text(name: &str) -> String {
    format!("{name} is not UTF-8 after percent-decoding")
}

fn not_utf8(fault: FieldFault) -> Problem {
    Problem::InvalidRequest(vec![fault])
}
