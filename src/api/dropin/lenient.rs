//! Values and tokens as the clients of replaced token servers write and expect them.

use std::fmt::Display;
use std::num::NonZeroU32;
use std::str::FromStr;

use super::family::{DropInContext, Origin};
use crate::api::drawn::Drawn;
use crate::api::parse::context::ParseContext;
use crate::api::parse::fields::Fields;
use crate::api::parse::names;
use crate::auth::Identity;
use crate::json::Json;
use crate::request::{
    BadUserId, ChatUserId, Companions, Format, Not006, Participant, Role, Rtc006, RtmUserId, TokenRequest,
    TokenSpec,
};
use crate::time::Ttl;
use crate::token::{ChannelName, PrivilegeTtl, Uid, canonical_u32};

/// A uid, which an account is not.
pub(super) fn integer_uid(
    fields: &mut Fields<'_>,
    name: &'static str,
    context: &DropInContext<'_>,
) -> Option<Uid> {
    match names::uid(fields, name, &context.parse)? {
        Uid::Account(account) => {
            let account = account.as_str();
            fields.fault(name, format!("expected an integer from 0 to {}, got {account:?}", u32::MAX));
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
    let id = user_of(uid);
    id.map_err(|error| fields.fault("uid", format!("expected an RTM user ID: {error}"))).ok()
}

/// The RTC uid as the Chat user.
pub(super) fn same_chat_user(fields: &mut Fields<'_>, uid: &Uid) -> Option<ChatUserId> {
    let id = user_of(uid);
    id.map_err(|error| fields.fault("uid", format!("expected a Chat user ID: {error}"))).ok()
}

fn user_of<T: From<NonZeroU32> + FromStr<Err = BadUserId>>(uid: &Uid) -> Result<T, String> {
    match uid {
        Uid::Any => Err("uid 0 names no user".to_owned()),
        Uid::Number(uid) => Ok((*uid).into()),
        Uid::Account(account) => account.as_str().parse().map_err(|error: BadUserId| error.to_string()),
    }
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

/// A lifetime in seconds, or the default if it is missing.
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

/// A lifetime by its absolute expiry; 0 or a missing one is the default.
pub(super) fn absolute_expiry(
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
        Json::Integer(expiry) => u32::try_from(expiry - i128::from(context.request.now.as_secs()))
            .ok()
            .and_then(|seconds| Ttl::from_secs(seconds).ok()),
        _ => None,
    };
    if ttl.is_none() {
        let (now, max) = (context.request.now.as_secs(), Ttl::MAX.as_secs());
        fields.unexpected(name, &value, &format!("a Unix time 1 to {max} seconds after now, {now}, or 0"));
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

/// The names that [`named_channel`], [`named_uid`] and [`named_lifetime`] read, and `role`.
pub(super) const ALIASES_READ: &[&str] = &[
    "channel",
    "channelName",
    "channel_name",
    "uid",
    "userId",
    "user_id",
    "userAccount",
    "role",
    "expireTime",
    "expire",
    "expiry",
    "ttlSeconds",
    "expirationInSeconds",
];

/// What the client calls the channel.
pub(super) fn named_channel(fields: &mut Fields<'_>) -> &'static str {
    named(fields, "channel", &["channelName", "channel_name"])
}

/// What the client calls the uid.
pub(super) fn named_uid(fields: &mut Fields<'_>) -> &'static str {
    named(fields, "uid", &["userId", "user_id", "userAccount"])
}

/// What the client calls the lifetime.
pub(super) fn named_lifetime(fields: &mut Fields<'_>) -> &'static str {
    named(fields, "expireTime", &["expire", "expiry", "ttlSeconds", "expirationInSeconds"])
}

/// The name of the field in the request. Two names are a fault.
fn named(fields: &mut Fields<'_>, name: &'static str, aliases: &[&'static str]) -> &'static str {
    let mut found = None;
    for one in std::iter::once(name).chain(aliases.iter().copied()) {
        match found {
            Some(first) if fields.has(one) => {
                fields.fault(one, format!("expected one of {first} and {one}, got both"));
            }
            None if fields.has(one) => found = Some(one),
            Some(_) | None => {}
        }
    }
    found.unwrap_or(name)
}

/// A channel, or a drawn one if it is missing.
pub(super) fn channel_or_drawn(
    fields: &mut Fields<'_>,
    name: &'static str,
    context: &DropInContext<'_>,
) -> Option<ChannelName> {
    if fields.is_missing(name) {
        let _ = fields.take(name);
        return Some(Drawn::new(context.request.seed).channel(context.request.now));
    }
    channel(fields, name, context)
}

/// A positive uid. If it is missing, the caller's, and without an identity a drawn one.
///
/// A caller whose identity is not a uid gets a drawn one as well, which the policy refuses.
pub(super) fn uid_or_drawn(
    fields: &mut Fields<'_>,
    name: &'static str,
    context: &DropInContext<'_>,
) -> Option<(Uid, Origin)> {
    if !fields.is_missing(name) && !fields.get(name).is_some_and(is_not_positive) {
        return integer_uid(fields, name, context).map(|uid| (uid, Origin::Given));
    }
    let _ = fields.take(name);
    let own = match context.parse.identity {
        Identity::Free => None,
        Identity::Bound(identity) => canonical_u32(identity).and_then(NonZeroU32::new),
        Identity::Derived { uid, .. } => Some(*uid),
    };
    Some(match own {
        Some(own) => (Uid::Number(own), Origin::Given),
        None => (Uid::Number(Drawn::new(context.request.seed).uid), Origin::Drawn),
    })
}

/// 0 or a negative integer, as a number or in its one spelling as text.
fn is_not_positive(value: &Json<'_>) -> bool {
    match value {
        Json::Integer(number) => *number <= 0,
        Json::Text(text) => {
            text == "0"
                || text.strip_prefix('-').is_some_and(|digits| {
                    !digits.is_empty() && !digits.starts_with('0') && only_digits(digits)
                })
        }
        _ => false,
    }
}

/// A token for RTC and for RTM as the same user, in the format that has both.
pub(super) fn rtc_and_rtm(
    fields: &mut Fields<'_>,
    participant: Participant,
    ttl: Ttl,
) -> Option<TokenRequest> {
    let companions = Companions::rtm(same_user(fields, &participant.uid)?);
    let privileges = participant.role.privileges(PrivilegeTtl::from(ttl));
    Some(TokenRequest { spec: TokenSpec::Rtc { participant, privileges, companions }, ttl })
}

/// The number that a text of digits in a path or query spells.
fn number(value: Json<'_>) -> Json<'_> {
    match &value {
        Json::Text(text) if only_digits(text) && text.len() <= 19 => {
            text.parse().map_or(value, Json::Integer)
        }
        _ => value,
    }
}
