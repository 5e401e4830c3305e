//! The body of `POST /token`, from bytes to a valid [`TokenRequest`] or to everything that is
//! wrong with it.

use super::names::{channel, refuse_old_channel, refuse_old_uid, refuse_old_user_id, uid, user_id};

use super::fields::Fields;
use super::names::id;
use super::privileges::{permissions, privileges};
use crate::api::answer::problem::Problem;
use crate::json::Json;
use crate::request::{Companion, Participant, Role, TokenKind, TokenRequest, TokenSpec};
use crate::time::Ttl;
use crate::token::{PrivilegeTtl, Uid, UserId};

/// What the server's configuration and the caller's credential say about fields that are left out.
#[derive(Clone, Copy, Debug)]
pub(in crate::api) struct ParseContext<'a> {
    /// Whether an empty channel is the wildcard, or a missing one.
    pub(in crate::api) empty_channel: bool,
    /// Who the caller is, where its credential says so.
    pub(in crate::api) identity: Option<&'a str>,
}

/// The request in the body of a `POST /token`, for minting tokens without a caller.
///
/// # Errors
/// Everything that is wrong with it.
pub fn token_request(body: &[u8]) -> Result<TokenRequest, Problem> {
    parse(body, &ParseContext { empty_channel: true, identity: None })
}

/// The fields besides `tokenType` and `expireTime` that each type takes.
fn fields_of(kind: TokenKind) -> &'static [&'static str] {
    const RTC: &[&str] = &["version", "channel", "role", "uid", "privilegeExpireTime", "privileges", "rtm"];
    match kind {
        TokenKind::Rtc | TokenKind::ConvoAi | TokenKind::Stt => RTC,
        TokenKind::Rtm => &["version", "uid", "permissions"],
        TokenKind::ChatUser => &["version", "uid"],
        TokenKind::ApaasRoomUser => &["version", "roomUuid", "userUuid", "role"],
        TokenKind::ApaasUser => &["version", "userUuid"],
        TokenKind::ChatApp | TokenKind::ApaasApp | TokenKind::Fpa => &["version"],
    }
}

/// The request that a body is.
pub(in crate::api) fn parse(body: &[u8], asking: &ParseContext<'_>) -> Result<TokenRequest, Problem> {
    let mut fields = Fields::of_body(body)?;
    let kind = match fields.take("tokenType") {
        None => Some(TokenKind::Rtc),
        Some(value) => {
            let expected = TokenKind::ALL.map(TokenKind::name).join(", ");
            fields.word("tokenType", &value, TokenKind::named, &format!("one of {expected}"))
        }
    };
    let Some(kind) = kind else {
        // Which other fields belong there is not known.
        let _ = fields.expire_time();
        fields.forget_rest();
        return Err(Problem::InvalidRequest(fields.finish()));
    };
    let old = old_format(&mut fields, kind);
    let ttl = if kind == TokenKind::Fpa && fields.is_missing("expireTime") {
        let _ = fields.take("expireTime");
        Some(None)
    } else {
        fields.expire_time().map(Some)
    };
    let longest = ttl.flatten().unwrap_or(Ttl::MAX);
    let spec = match kind {
        TokenKind::Rtc | TokenKind::ConvoAi | TokenKind::Stt => rtc(&mut fields, kind, old, longest, asking),
        TokenKind::Rtm => rtm(&mut fields, old, asking),
        TokenKind::ChatUser => {
            user_id(&mut fields, "uid", asking).map(|user_id| TokenSpec::ChatUser { user_id })
        }
        TokenKind::ChatApp => Some(TokenSpec::ChatApp),
        TokenKind::Fpa => Some(TokenSpec::Fpa {
            login: ttl.flatten().map_or(PrivilegeTtl::UNTIL_TOKEN_ENDS, PrivilegeTtl::from),
        }),
        TokenKind::ApaasRoomUser => apaas_room_user(&mut fields, asking),
        TokenKind::ApaasUser => {
            user_id(&mut fields, "userUuid", asking).map(|user_uuid| TokenSpec::ApaasUser { user_uuid })
        }
        TokenKind::ApaasApp => Some(TokenSpec::ApaasApp),
    };
    fields.refuse_rest(|name| {
        let owner = TokenKind::ALL.into_iter().find(|kind| fields_of(*kind).contains(&name))?;
        Some(format!("belongs to tokenType {}, not to {}", owner.name(), kind.name()))
    });
    let faults = fields.finish();
    match (spec, ttl) {
        (Some(spec), Some(ttl)) if faults.is_empty() => {
            Ok(TokenRequest { spec, ttl: ttl.unwrap_or(Ttl::MAX) })
        }
        _ => Err(Problem::InvalidRequest(faults)),
    }
}

/// Whether 006 is wanted.
fn old_format(fields: &mut Fields<'_>, kind: TokenKind) -> bool {
    let Some(value) = fields.take("version") else { return false };
    let old = |word: &str| match word {
        "007" => Some(false),
        "006" => Some(true),
        _ => None,
    };
    let old = fields.word("version", &value, old, "\"007\" or \"006\"").unwrap_or(false);
    if old && !matches!(kind, TokenKind::Rtc | TokenKind::Rtm) {
        fields.fault("version", format!("006 has no tokens of type {}, only rtc and rtm", kind.name()));
        return false;
    }
    old
}

fn rtc(
    fields: &mut Fields<'_>,
    kind: TokenKind,
    old: bool,
    longest: Ttl,
    asking: &ParseContext<'_>,
) -> Option<TokenSpec> {
    let channel = channel(fields, "channel", asking);
    let role = role(fields);
    let uid = uid(fields, "uid", asking);
    let privileges = privileges(fields, role, longest);
    let companion = if old && fields.take("rtm").is_some() {
        fields.fault("rtm", "a 006 token has one service only; ask for an rtm token as well");
        None
    } else {
        companion(fields, kind, uid.as_ref(), asking)
    };
    if old {
        if let Some(channel) = &channel {
            refuse_old_channel(fields, "channel", channel);
        }
        if let Some(uid) = &uid {
            refuse_old_uid(fields, "uid", uid);
        }
    }
    let (participant, privileges) = (Participant { channel: channel?, uid: uid?, role: role? }, privileges?);
    Some(if old {
        TokenSpec::OldRtc { participant, privileges }
    } else {
        TokenSpec::Rtc { participant, privileges, companion: companion? }
    })
}

fn rtm(fields: &mut Fields<'_>, old: bool, asking: &ParseContext<'_>) -> Option<TokenSpec> {
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
    Some(if old {
        TokenSpec::OldRtm { user_id }
    } else {
        TokenSpec::Rtm { user_id, permissions: permissions? }
    })
}

fn apaas_room_user(fields: &mut Fields<'_>, asking: &ParseContext<'_>) -> Option<TokenSpec> {
    let room_uuid = fields.required("roomUuid").and_then(|value| id(fields, "roomUuid", &value));
    let user_uuid = user_id(fields, "userUuid", asking);
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

fn companion(
    fields: &mut Fields<'_>,
    kind: TokenKind,
    uid: Option<&Uid>,
    asking: &ParseContext<'_>,
) -> Option<Companion> {
    let user_id = match fields.take("rtm") {
        None if kind == TokenKind::Rtc => return Some(Companion::Nothing),
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
        TokenKind::ConvoAi => Companion::ConvoAi(user_id),
        TokenKind::Stt => Companion::Stt(user_id),
        _ => Companion::Rtm(user_id),
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
