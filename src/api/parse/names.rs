//! Names in a request: channels, uids and user IDs.

use std::fmt::Display;
use std::str::FromStr;

use super::context::{ParseContext, Placeholders, UidInResponse};
use super::fields::Fields;
use crate::auth::Identity;
use crate::json::Json;
use crate::request::Not006;
use crate::token::{ChannelName, Uid};

pub(in crate::api) fn channel(
    fields: &mut Fields<'_>,
    name: &'static str,
    context: &ParseContext<'_>,
) -> Option<ChannelName> {
    if context.empty_channel && fields.take_if_empty_text(name) {
        return Some(ChannelName::any());
    }
    match given(fields, name, context)? {
        Json::Text(text) => named(fields, name, text.parse()),
        other => {
            fields.unexpected(name, &other, "text");
            None
        }
    }
}

pub(in crate::api) fn uid(
    fields: &mut Fields<'_>,
    name: &'static str,
    context: &ParseContext<'_>,
) -> Option<Uid> {
    if let Some(uid) = derived_uid(fields, name, context) {
        return Some(uid);
    }
    match identity(fields, name, context)? {
        Json::Integer(number) => {
            if let Ok(uid) = u32::try_from(number) {
                Some(uid.into())
            } else {
                fields.fault(name, format!("expected an integer from 0 to {}, got {number}", u32::MAX));
                None
            }
        }
        Json::Text(text) => named(fields, name, text.parse()),
        other => {
            fields.unexpected(name, &other, "an integer or text");
            None
        }
    }
}

/// The uid of a caller that has a derived one and leaves it out, or writes 0. If the response does not
/// carry it, the token would be for uid 0, which the policy refuses with what to do instead.
fn derived_uid(fields: &mut Fields<'_>, name: &'static str, context: &ParseContext<'_>) -> Option<Uid> {
    let uid = match context.identity {
        Identity::Free | Identity::Bound(_) => return None,
        Identity::Derived { uid, .. } => *uid,
    };
    if !fields.is_missing(name) && !fields.get(name).is_some_and(is_zero) {
        return None;
    }
    let _ = fields.take(name);
    Some(match context.uid_in_response {
        UidInResponse::Carried => Uid::Number(uid),
        UidInResponse::Missing => Uid::Any,
    })
}

fn is_zero(value: &Json<'_>) -> bool {
    match value {
        Json::Integer(number) => *number == 0,
        Json::Text(text) => text == "0",
        Json::Null | Json::Bool(_) | Json::Float(_) | Json::Array(_) | Json::Object(_) => false,
    }
}

/// The identity in a field. Defaults to the identity of the caller.
fn identity<'a>(fields: &mut Fields<'a>, name: &'static str, context: &ParseContext<'_>) -> Option<Json<'a>> {
    match context.identity.user_id() {
        Some(identity) if fields.is_missing(name) => {
            let _ = fields.take(name);
            Some(Json::Text(identity.into_owned().into()))
        }
        Some(_) | None => given(fields, name, context),
    }
}

/// The value of a required field, unless it is a placeholder that the route refuses.
fn given<'a>(fields: &mut Fields<'a>, name: &'static str, context: &ParseContext<'_>) -> Option<Json<'a>> {
    match (fields.required(name)?, context.placeholders) {
        (Json::Text(text), Placeholders::Refused) if is_placeholder(&text) => {
            let shown: String = text.chars().take(64).collect();
            fields.fault(name, format!("expected a name, got the placeholder {shown:?}; fill it in"));
            None
        }
        (value, Placeholders::Refused | Placeholders::Names) => Some(value),
    }
}

/// Whether a name is what clients send if they leave a variable or a path template unfilled.
fn is_placeholder(name: &str) -> bool {
    const UNSET: [&str; 6] = ["null", "undefined", "nan", "none", "nil", "[object object]"];
    let lower = name.to_ascii_lowercase();
    let is_parameter = name.strip_prefix(':').is_some_and(is_identifier);
    let is_braced = |open: &str| name.starts_with(open) && name.ends_with('}');
    UNSET.contains(&lower.as_str()) || is_parameter || is_braced("{") || is_braced("${")
}

fn is_identifier(text: &str) -> bool {
    let is_start = |first: char| first.is_ascii_alphabetic() || first == '_';
    text.starts_with(is_start) && text.chars().all(|one| one.is_ascii_alphanumeric() || one == '_')
}

/// The user ID of a product, as its type accepts it.
pub(in crate::api) fn user_id<T>(
    fields: &mut Fields<'_>,
    name: &'static str,
    context: &ParseContext<'_>,
) -> Option<T>
where
    T: FromStr<Err: Display>,
{
    let value = identity(fields, name, context)?;
    id(fields, name, &value)
}

/// Text, or an integer, which becomes its digits.
pub(in crate::api) fn id<T>(fields: &mut Fields<'_>, name: &'static str, value: &Json<'_>) -> Option<T>
where
    T: FromStr<Err: Display>,
{
    match value {
        Json::Integer(number) if *number >= 0 => named(fields, name, number.to_string().parse()),
        Json::Text(text) => named(fields, name, text.parse()),
        other => {
            fields.unexpected(name, other, "text or an integer from 0");
            None
        }
    }
}

pub(in crate::api) fn named<T, E: Display>(
    fields: &mut Fields<'_>,
    name: &'static str,
    parsed: Result<T, E>,
) -> Option<T> {
    parsed.map_err(|error| fields.fault(name, error.to_string())).ok()
}

/// Records what a 006 token cannot hold.
pub(in crate::api) fn in_006<T>(
    fields: &mut Fields<'_>,
    name: &'static str,
    kept: Result<T, Not006>,
) -> Option<T> {
    kept.map_err(|error| fields.fault(name, error.to_string())).ok()
}
