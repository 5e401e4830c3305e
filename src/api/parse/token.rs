//! The body of `POST /token`: from bytes to a valid [`TokenRequest`], or to every fault in it.

use std::cell::OnceCell;
use std::fmt::Display;
use std::str::FromStr;

use super::context::{ParseContext, Placeholders};
use super::fields::{Fields, Rest};
use super::hint::field_meant;
use super::names::{channel, id, in_006, uid, user_id};
use super::privileges::{permissions, privileges};
use crate::api::answer::problem::Problem;
use crate::auth::Caller;
use crate::json::Json;
use crate::policy::Policy;
use crate::request::{
    ChatUserId, Companions, Format, Not006, Participant, Role, Rtc006, RtmUserId, TokenKind, TokenRequest,
    TokenSpec,
};
use crate::time::Ttl;
use crate::token::{ChannelName, PrivilegeTtl, RtcPrivileges, Uid};

/// The request in the body of a `POST /token` from this caller.
///
/// # Errors
/// Every fault in it.
pub fn token_request(body: &[u8], policy: &Policy, caller: &Caller) -> Result<TokenRequest, Problem> {
    parse(body, &ParseContext::new(policy, caller, Placeholders::Names).with_uid_in_response())
}

/// The fields besides `tokenType` and `expireTime` that each kind takes.
fn fields_of(kind: TokenKind) -> &'static [&'static str] {
    const RTC: &[&str] =
        &["version", "channel", "role", "uid", "privilegeExpireTime", "privileges", "rtm", "chat"];
    match kind {
        TokenKind::Rtc | TokenKind::ConvoAi | TokenKind::Stt => RTC,
        TokenKind::Rtm => &["version", "uid", "permissions"],
        TokenKind::ChatUser => &["version", "uid"],
        TokenKind::ApaasRoomUser => &["version", "roomUuid", "userUuid", "role"],
        TokenKind::ApaasUser => &["version", "userUuid"],
        TokenKind::ChatApp | TokenKind::ApaasApp | TokenKind::Fpa => &["version"],
    }
}

/// The request in a body.
pub(in crate::api) fn parse(body: &[u8], context: &ParseContext<'_>) -> Result<TokenRequest, Problem> {
    let mut fields = Fields::of_body(body)?;
    let kind = match fields.take("tokenType") {
        None => Some(TokenKind::Rtc),
        Some(value) => {
            let expected = TokenKind::ALL.map(TokenKind::name).join(", ");
            fields.word("tokenType", &value, |word| word.parse().ok(), &format!("one of {expected}"))
        }
    };
    let Some(kind) = kind else {
        // Without a kind, the other fields cannot be checked.
        let _ = fields.expire_time();
        fields.forget_rest();
        return Err(Problem::InvalidRequest(fields.finish()));
    };
    let format = format(&mut fields, kind);
    let ttl = if kind == TokenKind::Fpa && fields.is_missing("expireTime") {
        let _ = fields.take("expireTime");
        Some(None)
    } else {
        fields.expire_time().map(Some)
    };
    let max = ttl.flatten().unwrap_or(Ttl::MAX);
    let spec = match kind {
        TokenKind::Rtc => rtc(&mut fields, format, max, context),
        TokenKind::ConvoAi => {
            with_rtm(&mut fields, max, context).map(|(Joined { participant, privileges, chat }, rtm)| {
                TokenSpec::ConvoAi { participant, privileges, rtm, chat }
            })
        }
        TokenKind::Stt => {
            with_rtm(&mut fields, max, context).map(|(Joined { participant, privileges, chat }, rtm)| {
                TokenSpec::Stt { participant, privileges, rtm, chat }
            })
        }
        TokenKind::Rtm => rtm(&mut fields, format, context),
        TokenKind::ChatUser => {
            user_id(&mut fields, "uid", context).map(|user_id| TokenSpec::ChatUser { user_id })
        }
        TokenKind::ChatApp => Some(TokenSpec::ChatApp),
        TokenKind::Fpa => Some(TokenSpec::Fpa {
            login: ttl.flatten().map_or(PrivilegeTtl::UNTIL_TOKEN_ENDS, PrivilegeTtl::from),
        }),
        TokenKind::ApaasRoomUser => apaas_room_user(&mut fields, context),
        TokenKind::ApaasUser => {
            user_id(&mut fields, "userUuid", context).map(|user_uuid| TokenSpec::ApaasUser { user_uuid })
        }
        TokenKind::ApaasApp => Some(TokenSpec::ApaasApp),
    };
    let given = OnceCell::new();
    fields.refuse_rest(|name| {
        if let Some(owner) = TokenKind::ALL.into_iter().find(|kind| fields_of(*kind).contains(&name)) {
            return Rest::Elsewhere(format!("belongs to tokenType {}, not to {}", owner.name(), kind.name()));
        }
        // Read again, since taken fields are gone. Only a body with an unknown field costs this.
        let given = given.get_or_init(|| Fields::entries_of(body).unwrap_or_default());
        let missing = |field: &&str| given.iter().all(|(key, _)| key != field);
        let fields = ["tokenType", "expireTime"].into_iter().chain(fields_of(kind).iter().copied());
        Rest::Unknown { meant: field_meant(name, fields.filter(missing)) }
    });
    let faults = fields.finish();
    match (spec, ttl) {
        (Some(spec), Some(ttl)) if faults.is_empty() => {
            Ok(TokenRequest { spec, ttl: ttl.unwrap_or(Ttl::MAX) })
        }
        (Some(_) | None, Some(_) | None) => Err(Problem::InvalidRequest(faults)),
    }
}

/// The requested format. One that the kind lacks is a fault.
fn format(fields: &mut Fields<'_>, kind: TokenKind) -> Format {
    let Some(value) = fields.take("version") else { return Format::V007 };
    let format = fields.word("version", &value, |word| word.parse().ok(), "\"007\" or \"006\"");
    let format = format.unwrap_or(Format::V007);
    if kind.formats().contains(&format) {
        return format;
    }
    fields.fault("version", format!("006 has no tokens of type {}, only rtc and rtm", kind.name()));
    Format::V007
}

/// The fields that join a channel. `None` is one with a fault.
struct Joining {
    channel: Option<ChannelName>,
    role: Option<Role>,
    uid: Option<Uid>,
    privileges: Option<RtcPrivileges<PrivilegeTtl>>,
}

impl Joining {
    fn parse(fields: &mut Fields<'_>, max: Ttl, context: &ParseContext<'_>) -> Self {
        let channel = channel(fields, "channel", context);
        let role = role(fields);
        let uid = uid(fields, "uid", context);
        let privileges = privileges(fields, role, max);
        Self { channel, role, uid, privileges }
    }

    fn complete(self) -> Option<(Participant, RtcPrivileges<PrivilegeTtl>)> {
        let participant = Participant { channel: self.channel?, uid: self.uid?, role: self.role? };
        Some((participant, self.privileges?))
    }
}

/// What joins a channel, without a fault.
struct Joined {
    participant: Participant,
    privileges: RtcPrivileges<PrivilegeTtl>,
    chat: Option<ChatUserId>,
}

/// What joins a channel, with the RTM user that kinds with an agent need.
fn with_rtm(fields: &mut Fields<'_>, max: Ttl, context: &ParseContext<'_>) -> Option<(Joined, RtmUserId)> {
    let joining = Joining::parse(fields, max, context);
    let value = fields.take("rtm").unwrap_or(Json::Bool(true));
    let rtm = companion(fields, "rtm", value, joining.uid.as_ref(), context);
    let chat = optional_companion(fields, "chat", joining.uid.as_ref(), context);
    let (participant, privileges) = joining.complete()?;
    Some((Joined { participant, privileges, chat: chat? }, rtm?))
}

fn rtc(fields: &mut Fields<'_>, format: Format, max: Ttl, context: &ParseContext<'_>) -> Option<TokenSpec> {
    let joining = Joining::parse(fields, max, context);
    match format {
        Format::V007 => {
            let rtm = optional_companion(fields, "rtm", joining.uid.as_ref(), context);
            let chat = optional_companion(fields, "chat", joining.uid.as_ref(), context);
            let (participant, privileges) = joining.complete()?;
            Some(TokenSpec::Rtc {
                participant,
                privileges,
                companions: Companions { rtm: rtm?, chat: chat? },
            })
        }
        Format::V006 => {
            let [rtm, chat] = ["rtm", "chat"].map(|name| {
                let alone = fields.take(name).map_or(Ok(()), |_| Err(Not006::Companion));
                in_006(fields, name, alone)
            });
            let channel = joining.channel.as_ref().map_or(Ok(()), Not006::check_channel);
            let channel = in_006(fields, "channel", channel);
            let uid = in_006(fields, "uid", joining.uid.as_ref().map_or(Ok(()), Not006::check_uid));
            let (participant, privileges) = joining.complete()?;
            rtm.and(chat).and(channel).and(uid)?;
            Rtc006::new(participant, privileges).map(TokenSpec::Rtc006).ok()
        }
    }
}

fn rtm(fields: &mut Fields<'_>, format: Format, context: &ParseContext<'_>) -> Option<TokenSpec> {
    let user_id = user_id(fields, "uid", context);
    let value = fields.take("permissions");
    match format {
        Format::V007 => {
            let permissions = match value {
                None => Some(None),
                Some(value) => permissions(fields, value).map(Some),
            };
            Some(TokenSpec::Rtm { user_id: user_id?, permissions: permissions? })
        }
        Format::V006 => {
            let without = value.map_or(Ok(()), |_| Err(Not006::Permissions));
            let without = in_006(fields, "permissions", without);
            without?;
            Some(TokenSpec::Rtm006 { user_id: user_id? })
        }
    }
}

fn apaas_room_user(fields: &mut Fields<'_>, context: &ParseContext<'_>) -> Option<TokenSpec> {
    let room_uuid = fields.required("roomUuid").and_then(|value| id(fields, "roomUuid", &value));
    let user_uuid = user_id(fields, "userUuid", context);
    let role = fields.required("role").and_then(|value| match value {
        Json::Integer(role) if i16::try_from(role).is_ok() => i16::try_from(role).ok(),
        other => {
            fields.unexpected("role", &other, "an integer from -32768 to 32767");
            None
        }
    });
    Some(TokenSpec::ApaasRoomUser { room_uuid: room_uuid?, user_uuid: user_uuid?, role: role? })
}

fn role(fields: &mut Fields<'_>) -> Option<Role> {
    let value = fields.take("role");
    let found = match &value {
        Some(Json::Text(text)) => text.parse().ok(),
        Some(_) | None => None,
    };
    if found.is_none() {
        // agora-token-service uses this text for a missing role too.
        let came = value.map_or(String::new(), |value| format!(": {value}"));
        fields.fault("role", format!("is incorrect{came}, expected publisher or subscriber"));
    }
    found
}

/// The user of a companion that may be missing; `None` if it has a fault.
#[expect(clippy::option_option, reason = "a fault differs from a missing field")]
fn optional_companion<T>(
    fields: &mut Fields<'_>,
    name: &'static str,
    uid: Option<&Uid>,
    context: &ParseContext<'_>,
) -> Option<Option<T>>
where
    T: FromStr<Err: Display>,
{
    match fields.take(name) {
        None => Some(None),
        Some(value) => companion(fields, name, value, uid, context).map(Some),
    }
}

/// The user of a companion: `true` is the uid, an object names another.
fn companion<'a, T>(
    fields: &mut Fields<'a>,
    name: &'static str,
    value: Json<'a>,
    uid: Option<&Uid>,
    context: &ParseContext<'_>,
) -> Option<T>
where
    T: FromStr<Err: Display>,
{
    match value {
        Json::Bool(true) => same_user(fields, name, uid),
        value @ Json::Object(_) => {
            let mut inside = fields.enter(name, value)?;
            let user_id = user_id(&mut inside, "userId", context);
            fields.leave(inside);
            user_id
        }
        other => {
            fields.unexpected(name, &other, "true or { \"userId\": text }");
            None
        }
    }
}

/// The user ID that equals the uid.
fn same_user<T>(fields: &mut Fields<'_>, name: &'static str, uid: Option<&Uid>) -> Option<T>
where
    T: FromStr<Err: Display>,
{
    let uid = uid?;
    if *uid == Uid::Any {
        fields.fault(name, "true signs in as the uid, but uid 0 names no user; send { \"userId\": text }");
        return None;
    }
    let user_id = uid.to_string().parse().map_err(|error| {
        format!("true signs in as the uid, which is not a user ID: {error}; send {{ \"userId\": text }}")
    });
    user_id.map_err(|fault: String| fields.fault(name, fault)).ok()
}
