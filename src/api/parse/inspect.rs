//! The body of `POST /inspect`.

use std::borrow::Cow;

use super::fields::Fields;
use crate::api::answer::problem::{FieldFault, Problem};
use crate::inspect::{Client, SeveralTokens, UnknownUse, Use};
use crate::json::Json;
use crate::time::{InvalidTime, UnixTime};

/// A token to explain, and what its client uses it with.
#[derive(Debug)]
pub(in crate::api) struct InspectRequest<'a> {
    pub(in crate::api) token: Cow<'a, str>,
    pub(in crate::api) at: Option<UnixTime>,
    channel: Option<Cow<'a, str>>,
    uid: Option<Cow<'a, str>>,
    purpose: Option<Use>,
}

impl InspectRequest<'_> {
    pub(in crate::api) fn client(&self) -> Client<'_> {
        Client::new(self.channel.as_deref(), self.uid.as_deref()).with_use(self.purpose)
    }
}

/// Reads a body. Any text will do as the token.
pub(in crate::api) fn parse(body: &[u8]) -> Result<InspectRequest<'_>, Problem> {
    let mut fields = Fields::of_body(body)?;
    let token = fields.required("token").and_then(|value| text(&mut fields, "token", value));
    let channel = optional(&mut fields, "channel");
    let uid = optional(&mut fields, "uid");
    let purpose = fields
        .take("for")
        .and_then(|value| fields.word("for", &value, |text| text.parse().ok(), UnknownUse::EXPECTED));
    let at = fields.take("at").and_then(|value| at(&mut fields, &value));
    let faults = fields.finish();
    match token {
        Some(token) if faults.is_empty() => Ok(InspectRequest { token, at, channel, uid, purpose }),
        _ => Err(Problem::InvalidRequest(faults)),
    }
}

/// A text with several tokens in it.
pub(in crate::api) fn several(tokens: &SeveralTokens) -> Problem {
    Problem::InvalidRequest(vec![FieldFault::new("token", format!("token: {tokens}"))])
}

fn at(fields: &mut Fields<'_>, value: &Json<'_>) -> Option<UnixTime> {
    let time = match value {
        Json::Integer(seconds) => u32::try_from(*seconds).ok().map(UnixTime::from_secs),
        Json::Text(text) => text.parse().ok(),
        _ => None,
    };
    if time.is_none() {
        fields.unexpected("at", value, InvalidTime::EXPECTED);
    }
    time
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
