//! The body of `POST /inspect`.

use std::borrow::Cow;

use super::fields::Fields;
use crate::api::answer::problem::Problem;
use crate::json::Json;

/// A token to explain, and what its client joins with.
#[derive(Debug)]
pub(in crate::api) struct InspectRequest<'a> {
    pub(in crate::api) token: Cow<'a, str>,
    pub(in crate::api) channel: Option<Cow<'a, str>>,
    pub(in crate::api) uid: Option<Cow<'a, str>>,
}

/// The request that a body is. Whatever stands in the token is explained, so any text will do.
pub(in crate::api) fn parse(body: &[u8]) -> Result<InspectRequest<'_>, Problem> {
    let mut fields = Fields::of_body(body)?;
    let token = fields.required("token").and_then(|value| text(&mut fields, "token", value));
    let channel = optional(&mut fields, "channel");
    let uid = optional(&mut fields, "uid");
    let faults = fields.finish();
    match token {
        Some(token) if faults.is_empty() => Ok(InspectRequest { token, channel, uid }),
        _ => Err(Problem::InvalidRequest(faults)),
    }
}

fn optional<'a>(fields: &mut Fields<'a>, name: &'static str) -> Option<Cow<'a, str>> {
    match fields.take(name)? {
        Json::Integer(number) if name == "uid" && number >= 0 => Some(Cow::Owned(number.to_string())),
        value => text(fields, name, value),
    }
}

fn text<'a>(fields: &mut Fields<'a>, name: &'static str, value: Json<'a>) -> Option<Cow<'a, str>> {
    match value {
        Json::Text(text) => Some(text),
        other => {
            let expected = if name == "uid" { "an integer or text" } else { "text" };
            fields.unexpected(name, &other, expected);
            None
        }
    }
}
