//! Agora's toolbox server, which the samples for Android, iOS, Windows, Unity, Flutter, React Native
//! and the web call.
//!
//! Its clients send the project's App Certificate. Whether it is empty is all that is read of it.

use std::fmt::Display;
use std::str::FromStr;

use bytes::Bytes;
use http::Response;
use serde::Serialize;

use super::family::{DropInContext, Input, Issued, Requested, Row, Times};
use super::lenient::{channel, lifetime, rtc, rtm, same_chat_user, same_user, uid, user_id};
use crate::api::answer::fixed::private;
use crate::api::parse::fields::Fields;
use crate::json::Json;
use crate::request::{Companions, Format, Not006, Participant, Role, TokenKind, TokenRequest, TokenSpec};
use crate::token::{PrivilegeTtl, Uid};

const fn row_007(pattern: &'static str) -> Row {
    Row { pattern, input: INPUT, translate: translate_007, respond }
}

const fn row_006(pattern: &'static str) -> Row {
    Row { pattern, input: INPUT, translate: translate_006, respond }
}

const INPUT: Input = Input::post().without_values_of(&["appCertificate", "appCert"]);

pub(super) const ROWS: &[Row] = &[
    row_007("/v1/token/generate"),
    row_007("/v2/token/generate"),
    row_007("/v2/sso/token/generate"),
    row_007("/v2/convoai/token/generate"),
    row_006("/v2/token006/generate"),
    row_007("/toolbox/v1/token/generate"),
    row_007("/toolbox/v2/token/generate"),
    row_007("/toolbox/v2/sso/token/generate"),
    row_007("/toolbox/v2/convoai/token/generate"),
    row_006("/toolbox/v2/token006/generate"),
    row_007("/toolbox-global/v1/token/generate"),
    row_007("/toolbox-global/v2/token/generate"),
    row_007("/toolbox-global/v2/sso/token/generate"),
    row_007("/toolbox-global/v2/convoai/token/generate"),
    row_006("/toolbox-global/v2/token006/generate"),
    row_007("/toolbox-overseas/v1/token/generate"),
    row_007("/toolbox-overseas/v2/token/generate"),
    row_007("/toolbox-overseas/v2/sso/token/generate"),
    row_007("/toolbox-overseas/v2/convoai/token/generate"),
    row_006("/toolbox-overseas/v2/token006/generate"),
];

/// The numbers of `type` and `types`.
#[derive(Clone, Copy, PartialEq)]
enum Service {
    Rtc,
    Rtm,
    Chat,
}

impl Service {
    fn from_json(value: &Json<'_>) -> Option<Self> {
        match value {
            Json::Integer(1) => Some(Self::Rtc),
            Json::Integer(2) => Some(Self::Rtm),
            Json::Integer(3) => Some(Self::Chat),
            _ => None,
        }
    }
}

/// What one token is to be for.
enum Wanted {
    Rtc { rtm: bool, chat: bool },
    Rtm,
    ChatUser,
}

fn translate_007(fields: &mut Fields<'_>, context: &DropInContext<'_>) -> Option<Requested> {
    let context = &DropInContext { format: Format::V007, ..*context };
    let wanted = wanted(fields);
    let app_id = app_id(fields);
    let ttl = lifetime(fields, "expire", context);
    let request = match wanted? {
        Wanted::Rtc { rtm, chat } => {
            let participant = participant(fields, context);
            // A uid of 0 names no user of RTM or Chat: the token is then for RTC alone.
            let uid =
                participant.as_ref().map(|participant| &participant.uid).filter(|uid| **uid != Uid::Any);
            let rtm = match uid.filter(|_| rtm) {
                Some(uid) => same_user(fields, uid).map(Some),
                None => Some(None),
            };
            let chat = match uid.filter(|_| chat) {
                Some(uid) => same_chat_user(fields, uid).map(Some),
                None => Some(None),
            };
            let companions = Companions { rtm: rtm?, chat: chat? };
            let (participant, ttl) = (participant?, ttl?);
            let privileges = participant.role.privileges(PrivilegeTtl::from(ttl));
            Some(TokenRequest { spec: TokenSpec::Rtc { participant, privileges, companions }, ttl })
        }
        Wanted::Rtm => {
            let user_id = user(fields, context);
            Some(rtm(user_id?, ttl?, context))
        }
        Wanted::ChatUser => {
            let user_id = user(fields, context);
            Some(TokenRequest { spec: TokenSpec::ChatUser { user_id: user_id? }, ttl: ttl? })
        }
    };
    Some(Requested::one(request?).of_project(app_id))
}

fn translate_006(fields: &mut Fields<'_>, context: &DropInContext<'_>) -> Option<Requested> {
    let context = &DropInContext { format: Format::V006, ..*context };
    let field = if fields.has("types") { "types" } else { "type" };
    let wanted = wanted(fields);
    let app_id = app_id(fields);
    let ttl = lifetime(fields, "expire", context);
    let request = match wanted? {
        Wanted::Rtc { rtm: false, chat: false } => {
            let participant = participant(fields, context);
            rtc(fields, participant?, ttl?, context)
        }
        Wanted::Rtm => {
            let user_id = user(fields, context);
            Some(rtm(user_id?, ttl?, context))
        }
        Wanted::Rtc { rtm: _, chat: _ } => {
            fields.fault(field, Not006::Companion.to_string());
            None
        }
        Wanted::ChatUser => {
            fields.fault(field, "006 has no tokens for Chat, only for RTC and RTM");
            None
        }
    };
    Some(Requested::one(request?).of_project(app_id))
}

fn participant(fields: &mut Fields<'_>, context: &DropInContext<'_>) -> Option<Participant> {
    let channel = channel(fields, "channelName", context);
    let uid = if fields.is_missing("uid") && !context.parse.fills_in() {
        Some(Uid::Any)
    } else {
        uid(fields, "uid", context)
    };
    Some(Participant { channel: channel?, uid: uid?, role: Role::Publisher })
}

/// The user of a token for RTM or Chat alone. 0 is a missing one.
fn user<T>(fields: &mut Fields<'_>, context: &DropInContext<'_>) -> Option<T>
where
    T: FromStr<Err: Display> + AsRef<str>,
{
    if matches!(fields.get("uid"), Some(Json::Integer(0))) || fields.get("uid").is_some_and(is_zero_text) {
        let _ = fields.take("uid");
    }
    user_id(fields, "uid", &context.parse)
}

fn is_zero_text(value: &Json<'_>) -> bool {
    matches!(value, Json::Text(text) if text == "0")
}

/// `type`, or `types`; RTC if there is neither.
fn wanted(fields: &mut Fields<'_>) -> Option<Wanted> {
    let one = fields.take("type");
    let several = fields.take("types");
    let services = match (one, several) {
        (None, None) => Some(vec![Service::Rtc]),
        (Some(_), Some(_)) => {
            fields.fault("types", "expected one of type and types, got both");
            None
        }
        (Some(value), None) => {
            let service = Service::from_json(&value);
            if service.is_none() {
                fields.unexpected("type", &value, "1 (RTC), 2 (RTM) or 3 (Chat)");
            }
            service.map(|service| vec![service])
        }
        (None, Some(value)) => {
            let services = listed(&value);
            if services.is_none() {
                fields.unexpected("types", &value, "a list of 1 (RTC), 2 (RTM) and 3 (Chat), each once");
            }
            services
        }
    }?;
    let has = |service| services.contains(&service);
    match (has(Service::Rtc), has(Service::Rtm), has(Service::Chat)) {
        (true, rtm, chat) => Some(Wanted::Rtc { rtm, chat }),
        (false, true, false) => Some(Wanted::Rtm),
        (false, false, _) => Some(Wanted::ChatUser),
        (false, true, true) => {
            fields.fault("types", "expected 1 beside 2 and 3, got 2 and 3 alone");
            None
        }
    }
}

fn listed(value: &Json<'_>) -> Option<Vec<Service>> {
    let Json::Array(values) = value else { return None };
    let mut services = Vec::with_capacity(3);
    for value in values {
        let service = Service::from_json(value).filter(|service| !services.contains(service))?;
        services.push(service);
    }
    (!services.is_empty()).then_some(services)
}

/// The App ID that the client names, if any.
fn app_id(fields: &mut Fields<'_>) -> Option<String> {
    let is_missing = fields.is_missing("appId");
    match fields.take("appId").filter(|_| !is_missing)? {
        Json::Text(app_id) => Some(app_id.into_owned()),
        other => {
            fields.unexpected("appId", &other, "text");
            None
        }
    }
}

/// The members in this order, and no other one named `code` or `token`: the `HarmonyOS` client searches
/// the text. In `data` only texts: Swift casts it to `[String: String]`.
fn respond(issued: &Issued<'_>) -> Response<Bytes> {
    #[derive(Serialize)]
    struct Body<'a> {
        code: u8,
        msg: &'static str,
        message: &'static str,
        data: Data<'a>,
        types: Vec<u8>,
        #[serde(flatten)]
        times: Times,
    }
    #[derive(Serialize)]
    struct Data<'a> {
        token: &'a str,
        appid: &'a str,
    }
    let carried: Vec<TokenKind> = issued.request().spec.scope().kinds().collect();
    let types =
        TYPES.into_iter().filter(|(_, kind)| carried.contains(kind)).map(|(number, _)| number).collect();
    private(&Body {
        code: 0,
        msg: "success",
        message: "success",
        data: Data { token: issued.token(), appid: issued.app_id.as_str() },
        types,
        times: issued.times(),
    })
}

/// These clients' numbers of token kinds.
const TYPES: [(u8, TokenKind); 3] = [(1, TokenKind::Rtc), (2, TokenKind::Rtm), (3, TokenKind::ChatUser)];
