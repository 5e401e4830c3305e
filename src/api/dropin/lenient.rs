//! Values and tokens as the clients of replaced token servers write and expect them.

use std::fmt::Display;
use std::str::FromStr;

use super::family::DropInContext;
use crate::api::parse::context::ParseContext;
use crate::api::parse::fields::Fields;
use crate::api::parse::names;
use crate::json::Json;
use crate::request::{
    BadUserId, Companions, Format, Not006, Participant, Role, Rtc006, RtmUserId, TokenRequest, TokenSpec,
};
use crate::time::Ttl;
use crate::token::{ChannelName, PrivilegeTtl, Uid, canonical_u32};

pub(super) fn integer_uid(fields: &mut Fields<'_>, context: &DropInContext<'_>) -> Option<Uid> {
    match names::uid(fields, "uid", &context.parse)? {
        Uid::Account(account) => {
            let account = account.as_str();
            fields.fault("uid", format!("expected an integer from 0 to {}, got {account:?}", u32::MAX));
            None
        }
        uid => Some(uid),
    }
}

/// A uid or an account. Digits alone that spell no uid are refused: these servers' clients mean
/// uids by them, and the servers wrap or cut them.
pub(super) fn uid(fields: &mut Fields<'_>, name: &'static str, context: &DropInContext<'_>) -> Option<Uid> {
    match names::uid(fields, name, &context.parse)? {
        Uid::Account(account) if only_digits(account.as_str()) => {
            digits_fault(fields, name, account.as_str());
            None
        }
        uid => match context.format {
            Format::V007 => Some(uid),
            Format::V006 => names::in_006(fields, name, Not006::check_uid(&uid)).map(|()| uid),
        },
    }
}

pub(super) fn channel(
    fields: &mut Fields<'_>,
    name: &'static str,
    context: &DropInContext<'_>,
) -> Option<ChannelName> {
    let channel = names::channel(fields, name, &context.parse)?;
    match context.format {
        Format::V007 => Some(channel),
        Format::V006 => names::in_006(fields, name, Not006::check_channel(&channel)).map(|()| channel),
    }
}

pub(super) fn rtm_user(
    fields: &mut Fields<'_>,
    name: &'static str,
    context: &DropInContext<'_>,
) -> Option<RtmUserId> {
    user_id(fields, name, &context.parse)
}

pub(super) fn user_id<T>(fields: &mut Fields<'_>, name: &'static str, context: &ParseContext<'_>) -> Option<T>
where
    T: FromStr<Err: Display> + AsRef<str>,
{
    let id: T = names::user_id(fields, name, context)?;
    if only_digits(id.as_ref()) && canonical_u32(id.as_ref()).is_none() {
        digits_fault(fields, name, id.as_ref());
        return None;
    }
    Some(id)
}

fn only_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn digits_fault(fields: &mut Fields<'_>, name: &'static str, text: &str) {
    let shown: String = text.chars().take(20).collect();
    fields.fault(
        name,
        format!("expected an integer from 0 to {} without leading zeros, got {shown:?}", u32::MAX),
    );
}

/// The RTC uid as the RTM user.
pub(super) fn same_user(fields: &mut Fields<'_>, uid: &Uid) -> Option<RtmUserId> {
    let id = match uid {
        Uid::Any => Err("uid 0 names no user".to_owned()),
        Uid::Number(uid) => Ok((*uid).into()),
        Uid::Account(account) => account.as_str().parse().map_err(|error: BadUserId| error.to_string()),
    };
    id.map_err(|error| fields.fault("uid", format!("is no RTM user: {error}"))).ok()
}

pub(super) fn role(fields: &mut Fields<'_>) -> Option<Role> {
    let value = fields.take("role");
    let role = match &value {
        Some(Json::Integer(1)) => Some(Role::Publisher),
        Some(Json::Integer(2)) => Some(Role::Subscriber),
        Some(Json::Text(word)) => match word.as_ref() {
            "publisher" | "broadcaster" | "host" | "1" => Some(Role::Publisher),
            "subscriber" | "audience" | "2" => Some(Role::Subscriber),
            _ => None,
        },
        _ => None,
    };
    if role.is_none() {
        let came = value.map_or(String::new(), |value| format!(": {value}"));
        let expected = "publisher, broadcaster, host, 1, subscriber, audience or 2";
        fields.fault("role", format!("is incorrect{came}, expected {expected}"));
    }
    role
}

/// A lifetime in seconds, or the default where there is none.
pub(super) fn lifetime(
    fields: &mut Fields<'_>,
    name: &'static str,
    context: &DropInContext<'_>,
) -> Option<Ttl> {
    if fields.is_missing(name) {
        return Some(context.default_ttl);
    }
    let value = number(fields.take(name)?);
    let seconds = fields.seconds(name, &value, 1, Ttl::MAX.as_secs())?;
    Ttl::from_secs(seconds).ok()
}

/// A lifetime by its absolute end; 0 and none are the default.
pub(super) fn absolute_end(
    fields: &mut Fields<'_>,
    name: &'static str,
    context: &DropInContext<'_>,
) -> Option<Ttl> {
    if fields.is_missing(name) {
        return Some(context.default_ttl);
    }
    let value = number(fields.take(name)?);
    if value == Json::Integer(0) {
        return Some(context.default_ttl);
    }
    let ttl = match value {
        Json::Integer(end) => u32::try_from(end - i128::from(context.request.now.as_secs()))
            .ok()
            .and_then(|seconds| Ttl::from_secs(seconds).ok()),
        _ => None,
    };
    if ttl.is_none() {
        let (now, most) = (context.request.now.as_secs(), Ttl::MAX.as_secs());
        fields.unexpected(name, &value, &format!("a Unix time 1 to {most} seconds after now, {now}, or 0"));
    }
    ttl
}

/// An RTC token in the configured format.
pub(super) fn rtc(
    fields: &mut Fields<'_>,
    participant: Participant,
    ttl: Ttl,
    context: &DropInContext<'_>,
) -> Option<TokenRequest> {
    let privileges = participant.role.privileges(PrivilegeTtl::from(ttl));
    let spec = match context.format {
        Format::V007 => TokenSpec::Rtc { participant, privileges, companions: Companions::NONE },
        Format::V006 => {
            TokenSpec::Rtc006(names::in_006(fields, "channel", Rtc006::new(participant, privileges))?)
        }
    };
    Some(TokenRequest { spec, ttl })
}

/// An RTM token in the configured format.
pub(super) fn rtm(user_id: RtmUserId, ttl: Ttl, context: &DropInContext<'_>) -> TokenRequest {
    let spec = match context.format {
        Format::V007 => TokenSpec::Rtm { user_id, permissions: None },
        Format::V006 => TokenSpec::Rtm006 { user_id },
    };
    TokenRequest { spec, ttl }
}

/// Text of digits as the number that it spells, as it comes from a path or a query.
fn number(value: Json<'_>) -> Json<'_> {
    match &value {
        Json::Text(text) if only_digits(text) && text.len() <= 19 => {
            text.parse().map_or(value, Json::Integer)
        }
        _ => value,
    }
}
