//! The body of `POST /token`, from bytes to a valid [`TokenRequest`] or to everything that is
//! wrong with it.

mod names;
mod rights;

pub(super) use names::{channel, refuse_old_channel, refuse_old_uid, refuse_old_user_id, uid, user_id};

use self::names::id;
use self::rights::{permissions, privileges};
use super::fields::Fields;
use super::json::Json;
use super::problem::Problem;
use crate::issue::{Ask, Beside, Role, Seat, TokenRequest, TokenType};
use crate::time::Ttl;
use crate::token::{PrivilegeTtl, Uid, UserId};

/// What the server's configuration and the caller's credential say about fields that are left out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asking<'a> {
    /// Whether an empty channel is the wildcard, or a missing one.
    pub(super) empty_channel: bool,
    /// Who the caller is, where its credential says so.
    pub(super) identity: Option<&'a str>,
}

/// The fields besides `tokenType` and `expireTime` that each type takes.
fn fields_of(kind: TokenType) -> &'static [&'static str] {
    const RTC: &[&str] = &["version", "channel", "role", "uid", "privilegeExpireTime", "privileges", "rtm"];
    match kind {
        TokenType::Rtc | TokenType::ConvoAi | TokenType::Stt => RTC,
        TokenType::Rtm => &["version", "uid", "permissions"],
        TokenType::ChatUser => &["version", "uid"],
        TokenType::ApaasRoomUser => &["version", "roomUuid", "userUuid", "role"],
        TokenType::ApaasUser => &["version", "userUuid"],
        TokenType::ChatApp | TokenType::ApaasApp | TokenType::Fpa => &["version"],
    }
}

/// The request that a body is.
pub(super) fn parse(body: &[u8], asking: &Asking<'_>) -> Result<TokenRequest, Problem> {
    let mut fields = Fields::of_body(body)?;
    let kind = match fields.take("tokenType") {
        None => Some(TokenType::Rtc),
        Some(value) => {
            let expected = TokenType::ALL.map(TokenType::name).join(", ");
            fields.word("tokenType", &value, TokenType::named, &format!("one of {expected}"))
        }
    };
    let Some(kind) = kind else {
        // Which other fields belong there is not known.
        let _ = fields.expire_time();
        fields.forget_rest();
        return Err(Problem::InvalidRequest(fields.finish()));
    };
    let old = old_format(&mut fields, kind);
    let ttl = if kind == TokenType::Fpa && fields.is_missing("expireTime") {
        let _ = fields.take("expireTime");
        Some(None)
    } else {
        fields.expire_time().map(Some)
    };
    let longest = ttl.flatten().unwrap_or(Ttl::MAX);
    let ask = match kind {
        TokenType::Rtc | TokenType::ConvoAi | TokenType::Stt => rtc(&mut fields, kind, old, longest, asking),
        TokenType::Rtm => rtm(&mut fields, old, asking),
        TokenType::ChatUser => user_id(&mut fields, "uid", asking).map(|user_id| Ask::ChatUser { user_id }),
        TokenType::ChatApp => Some(Ask::ChatApp),
        TokenType::Fpa => {
            Some(Ask::Fpa { login: ttl.flatten().map_or(PrivilegeTtl::UNTIL_TOKEN_ENDS, PrivilegeTtl::from) })
        }
        TokenType::ApaasRoomUser => apaas_room_user(&mut fields, asking),
        TokenType::ApaasUser => {
            user_id(&mut fields, "userUuid", asking).map(|user_uuid| Ask::ApaasUser { user_uuid })
        }
        TokenType::ApaasApp => Some(Ask::ApaasApp),
    };
    fields.refuse_rest(|name| {
        let owner = TokenType::ALL.into_iter().find(|kind| fields_of(*kind).contains(&name))?;
        Some(format!("belongs to tokenType {}, not to {}", owner.name(), kind.name()))
    });
    let faults = fields.finish();
    match (ask, ttl) {
        (Some(ask), Some(ttl)) if faults.is_empty() => Ok(TokenRequest { ask, ttl: ttl.unwrap_or(Ttl::MAX) }),
        _ => Err(Problem::InvalidRequest(faults)),
    }
}

/// Whether 006 is wanted.
fn old_format(fields: &mut Fields<'_>, kind: TokenType) -> bool {
    let Some(value) = fields.take("version") else { return false };
    let old = |word: &str| match word {
        "007" => Some(false),
        "006" => Some(true),
        _ => None,
    };
    let old = fields.word("version", &value, old, "\"007\" or \"006\"").unwrap_or(false);
    if old && !matches!(kind, TokenType::Rtc | TokenType::Rtm) {
        fields.fault("version", format!("006 has no tokens of type {}, only rtc and rtm", kind.name()));
        return false;
    }
    old
}

fn rtc(
    fields: &mut Fields<'_>,
    kind: TokenType,
    old: bool,
    longest: Ttl,
    asking: &Asking<'_>,
) -> Option<Ask> {
    let channel = channel(fields, "channel", asking);
    let role = role(fields);
    let uid = uid(fields, "uid", asking);
    let privileges = privileges(fields, role, longest);
    let beside = if old && fields.take("rtm").is_some() {
        fields.fault("rtm", "a 006 token has one service only; ask for an rtm token as well");
        None
    } else {
        beside(fields, kind, uid.as_ref(), asking)
    };
    if old {
        if let Some(channel) = &channel {
            refuse_old_channel(fields, "channel", channel);
        }
        if let Some(uid) = &uid {
            refuse_old_uid(fields, "uid", uid);
        }
    }
    let (seat, privileges) = (Seat { channel: channel?, uid: uid?, role: role? }, privileges?);
    Some(if old { Ask::OldRtc { seat, privileges } } else { Ask::Rtc { seat, privileges, beside: beside? } })
}

fn rtm(fields: &mut Fields<'_>, old: bool, asking: &Asking<'_>) -> Option<Ask> {
    let user_id = user_id(fields, "uid", asking);
    let permissions = match fields.take("permissions") {
        None => Some(None),
        Some(_) if old => {
            fields.fault("permissions", "a 006 token has none");
            None
        }
        Some(value) => permissions(fields, value).map(Some),
    };
    let user_id = user_id?;
    if old {
        refuse_old_user_id(fields, "uid", &user_id);
    }
    Some(if old { Ask::OldRtm { user_id } } else { Ask::Rtm { user_id, permissions: permissions? } })
}

fn apaas_room_user(fields: &mut Fields<'_>, asking: &Asking<'_>) -> Option<Ask> {
    let room_uuid = fields.required("roomUuid").and_then(|value| id(fields, "roomUuid", &value));
    let user_uuid = user_id(fields, "userUuid", asking);
    let role = fields.required("role").and_then(|value| match value {
        Json::Integer(role) if i16::try_from(role).is_ok() => i16::try_from(role).ok(),
        other => {
            fields.unexpected("role", &other, "an integer from -32768 to 32767");
            None
        }
    });
    Some(Ask::ApaasRoomUser { room_uuid: room_uuid?, user_uuid: user_uuid?, role: role? })
}

fn role(fields: &mut Fields<'_>) -> Option<Role> {
    let value = fields.take("role");
    let found = match &value {
        Some(Json::Text(text)) => Role::ALL.into_iter().find(|role| role.name() == text),
        _ => None,
    };
    if found.is_none() {
        // The words of the seeds, for a missing role as well.
        let came = value.map_or(String::new(), |value| format!(": {value}"));
        fields.fault("role", format!("is incorrect{came}, expected publisher or subscriber"));
    }
    found
}

fn beside(
    fields: &mut Fields<'_>,
    kind: TokenType,
    uid: Option<&Uid>,
    asking: &Asking<'_>,
) -> Option<Beside> {
    let user_id = match fields.take("rtm") {
        None if kind == TokenType::Rtc => return Some(Beside::Nothing),
        None | Some(Json::Bool(true)) => same_user(fields, uid),
        Some(value @ Json::Object(_)) => {
            let mut inside = fields.enter("rtm", value)?;
            let user_id = user_id(&mut inside, "userId", asking);
            fields.leave(inside);
            user_id
        }
        Some(other) => {
            fields.unexpected("rtm", &other, "true or { \"userId\": text }");
            None
        }
    }?;
    Some(match kind {
        TokenType::ConvoAi => Beside::ConvoAi(user_id),
        TokenType::Stt => Beside::Stt(user_id),
        _ => Beside::Rtm(user_id),
    })
}

/// The uid as the Signaling user id that it is joined by.
fn same_user(fields: &mut Fields<'_>, uid: Option<&Uid>) -> Option<UserId> {
    let uid = uid?;
    if *uid == Uid::Any {
        fields.fault("rtm", "true signs in as the uid, which 0 does not name; expected { \"userId\": text }");
        return None;
    }
    match uid.to_string().parse() {
        Ok(user_id) => Some(user_id),
        Err(error) => {
            fields.fault(
                "rtm",
                format!("true signs in as the uid, which has {error}; expected {{ \"userId\": text }}"),
            );
            None
        }
    }
}
