//! Names in a request: channels, uids and user IDs.

use super::context::ParseContext;
use super::fields::Fields;
use crate::json::Json;
use crate::request::Not006;
use crate::token::{ChannelName, NameError, Uid, UserId};

pub(in crate::api) fn channel(
    fields: &mut Fields<'_>,
    name: &'static str,
    context: &ParseContext<'_>,
) -> Option<ChannelName> {
    if context.empty_channel && fields.take_if_empty_text(name) {
        return Some(ChannelName::any());
    }
    match fields.required(name)? {
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
    match identity(fields, name, context)? {
        Json::Integer(number) => {
            if let Ok(uid) = u32::try_from(number) {
                Some(uid.into())
            } else {
                fields.fault(name, format!("{number}, expected an integer from 0 to {}", u32::MAX));
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

/// The identity in a field. Defaults to the identity of the caller.
fn identity<'a>(fields: &mut Fields<'a>, name: &'static str, context: &ParseContext<'_>) -> Option<Json<'a>> {
    match context.identity {
        Some(identity) if fields.is_missing(name) => {
            let _ = fields.take(name);
            Some(Json::Text(identity.to_owned().into()))
        }
        _ => fields.required(name),
    }
}

pub(in crate::api) fn user_id(
    fields: &mut Fields<'_>,
    name: &'static str,
    context: &ParseContext<'_>,
) -> Option<UserId> {
    let value = identity(fields, name, context)?;
    id(fields, name, &value)
}

/// Text of 1 to 64 bytes, or an integer, which becomes its digits.
pub(in crate::api) fn id(fields: &mut Fields<'_>, name: &'static str, value: &Json<'_>) -> Option<UserId> {
    match value {
        Json::Integer(number) if *number >= 0 => named(fields, name, number.to_string().parse()),
        Json::Text(text) => named(fields, name, text.parse()),
        other => {
            fields.unexpected(name, other, "text or an integer from 0");
            None
        }
    }
}

pub(in crate::api) fn named<T>(
    fields: &mut Fields<'_>,
    name: &'static str,
    parsed: Result<T, NameError>,
) -> Option<T> {
    parsed.map_err(|error| fields.fault(name, error.to_string())).ok()
}

/// Says of a field what a 006 token cannot hold.
pub(in crate::api) fn in_006<T>(
    fields: &mut Fields<'_>,
    name: &'static str,
    kept: Result<T, Not006>,
) -> Option<T> {
    kept.map_err(|error| fields.fault(name, error.to_string())).ok()
}
