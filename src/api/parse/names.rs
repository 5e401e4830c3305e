//! Who and where: channels, uids and ids, as they stand in a body.

use super::token::ParseContext;
use crate::api::parse::fields::Fields;
use crate::json::Json;
use crate::token::{ChannelName, NameError, Uid, UserId};

pub(in crate::api) fn channel(
    fields: &mut Fields<'_>,
    name: &str,
    asking: &ParseContext<'_>,
) -> Option<ChannelName> {
    if asking.empty_channel && fields.take_if_empty_text(name) {
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

pub(in crate::api) fn uid(fields: &mut Fields<'_>, name: &str, asking: &ParseContext<'_>) -> Option<Uid> {
    match identity(fields, name, asking)? {
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

/// The value of a field that says who somebody is. Who leaves it out is meant himself.
fn identity<'a>(fields: &mut Fields<'a>, name: &str, asking: &ParseContext<'_>) -> Option<Json<'a>> {
    match asking.identity {
        Some(identity) if fields.is_missing(name) => {
            let _ = fields.take(name);
            Some(Json::Text(identity.to_owned().into()))
        }
        _ => fields.required(name),
    }
}

pub(in crate::api) fn user_id(
    fields: &mut Fields<'_>,
    name: &str,
    asking: &ParseContext<'_>,
) -> Option<UserId> {
    let value = identity(fields, name, asking)?;
    id(fields, name, &value)
}

/// Text of 1 to 64 bytes, or an integer, which is its digits.
pub(in crate::api) fn id(fields: &mut Fields<'_>, name: &str, value: &Json<'_>) -> Option<UserId> {
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
    name: &str,
    parsed: Result<T, NameError>,
) -> Option<T> {
    parsed.map_err(|error| fields.fault(name, error.to_string())).ok()
}

/// 006 holds a name as its CRC-32, which stands for that name alone.
pub(in crate::api) fn refuse_old_channel(fields: &mut Fields<'_>, name: &str, channel: &ChannelName) {
    if channel.is_wildcard() {
        fields.fault(name, "a 006 token knows no wildcard channels");
    }
}

pub(in crate::api) fn refuse_old_uid(fields: &mut Fields<'_>, name: &str, uid: &Uid) {
    if uid.is_wildcard() && *uid != Uid::Any {
        fields.fault(name, "a 006 token knows no wildcards but uid 0");
    }
}

pub(in crate::api) fn refuse_old_user_id(fields: &mut Fields<'_>, name: &str, user_id: &UserId) {
    if user_id.is_wildcard() {
        fields.fault(name, "a 006 token knows no wildcards");
    }
}
