//! The routes of existing token servers: their requests in our words, our tokens in their bodies.
//!
//! Each is a translation into the one [`TokenRequest`]; authentication, policy and errors are the
//! main handler's. They differ from `POST /token` by what their clients rely on: unknown fields
//! are passed over, a lifetime may be left out, a role has more names.

use std::borrow::Cow;
use std::num::NonZeroU32;

use percent_encoding::percent_decode_str;
use serde::Serialize;

use super::fields::Fields;
use super::issued::Identity;
use super::json::Json;
use super::problem::{FieldFault, Problem};
use super::token_body::{self as body, Asking};
use crate::issue::{Ask, Beside, Grant, IssuedToken, Role, Seat, TokenRequest};
use crate::time::{Ttl, UnixTime};
use crate::token::{PrivilegeTtl, RtcPrivileges, Uid, UserId};

/// Who made the clients that call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// Agora's guide for Astro.
    Astro,
    /// `agora-token-service`, Agora's Node.js guide, every `VideoUIKit`: RTC.
    Rtc,
    /// The same: RTM.
    Rtm,
    /// The same: one token of each.
    Rte,
    /// `agora-token-service`: Chat as an administrator.
    ChatApp,
    /// `agora-token-service`: Chat as one user.
    ChatAccount,
    /// `agora-token-service` and `agora-go-backend-middleware`: any of the three.
    GetToken,
    /// The Express guide: RTC.
    RtcToken,
    /// The Express guide: RTM.
    RtmToken,
    /// Agora's guide for Go: RTC.
    FetchRtcToken,
    /// The same: RTM.
    FetchRtmToken,
    /// Agora's older guide, `TokenServer-nodejs`.
    AccessToken,
}

/// What the server's configuration and the moment say about a drop-in request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Defaults<'a> {
    pub(super) asking: Asking<'a>,
    /// The lifetime where none is asked for.
    pub(super) ttl: Ttl,
    /// A random uid.
    pub(super) drawn_uid: NonZeroU32,
    /// The time, for clients that send absolute ones.
    pub(super) now: UnixTime,
    /// Whether RTC and RTM tokens are 006.
    pub(super) old: bool,
}

/// One or two tokens, by what their member is called.
pub(super) type Wanted = Vec<(Member, TokenRequest)>;

/// Where a client looks for its token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Member {
    Token,
    RtcToken,
    RtmToken,
    ChatToken,
}

impl Family {
    /// The fields of a request: its path's parameters, its query and its body together.
    pub(super) fn fields<'a>(
        self,
        parameters: impl Iterator<Item = (&'static str, &'a str)>,
        query: Option<&'a str>,
        body: Option<&'a [u8]>,
    ) -> Result<Fields<'a>, Problem> {
        let mut entries: Vec<(Cow<'a, str>, Json<'a>)> = Vec::new();
        for (name, value) in parameters {
            entries.push((name.into(), Json::Text(decoded(name, value)?)));
        }
        for pair in query.into_iter().flat_map(|query| query.split('&')).filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            entries.push((decoded("query", name)?, Json::Text(form_decoded(name, value)?)));
        }
        if let Some(body) = body {
            entries.extend(Fields::entries_of(body)?);
        }
        let mut fields_in_any_case: &[&'static str] = &[];
        if matches!(self, Self::FetchRtcToken | Self::FetchRtmToken) {
            fields_in_any_case = &["uid", "ChannelName", "role"];
        }
        for (key, _) in &mut entries {
            if let Some(name) = fields_in_any_case.iter().find(|name| name.eq_ignore_ascii_case(key)) {
                *key = Cow::Borrowed(name);
            }
        }
        Fields::of_request(entries)
    }

    /// Whether a request of this method brings its fields in a body.
    pub(super) fn reads_body(self, method: &http::Method, body: &[u8]) -> bool {
        // A GET has none, or one that axios sends from Node.
        *method == http::Method::POST || self == Self::FetchRtcToken && !body.is_empty()
    }

    /// The tokens that a request asks for.
    pub(super) fn wanted(self, mut fields: Fields<'_>, defaults: &Defaults<'_>) -> Result<Wanted, Problem> {
        let wanted = self.translate(&mut fields, defaults);
        fields.forget_rest();
        let faults = fields.finish();
        match wanted {
            Some(wanted) if faults.is_empty() => Ok(wanted),
            _ => Err(Problem::InvalidRequest(faults)),
        }
    }

    fn translate(self, fields: &mut Fields<'_>, defaults: &Defaults<'_>) -> Option<Wanted> {
        let asking = &defaults.asking;
        match self {
            Self::Astro => {
                let (channel, role, uid) =
                    (body::channel(fields, "channel", asking), role(fields), uid(fields, "uid", asking));
                let ttl = lifetime(fields, "expireTime", defaults);
                let seat = Seat { channel: channel?, uid: uid?, role: role? };
                Some(vec![(Member::Token, rtc(seat, ttl?, defaults))])
            }
            Self::Rtc => {
                let seat = path_seat(fields, defaults);
                let ttl = lifetime(fields, "expiry", defaults);
                Some(vec![(Member::RtcToken, rtc(seat?, ttl?, defaults))])
            }
            Self::Rtm => {
                let user_id = user_id(fields, "uid", asking);
                let ttl = lifetime(fields, "expiry", defaults);
                Some(vec![(Member::RtmToken, rtm(user_id?, ttl?, defaults))])
            }
            Self::Rte => {
                let seat = path_seat(fields, defaults);
                let user_id = if fields.is_missing("rtmuid") && asking.identity.is_none() {
                    let _ = fields.take("rtmuid");
                    seat.as_ref().and_then(|seat| same_user(fields, &seat.uid))
                } else {
                    user_id(fields, "rtmuid", asking)
                };
                let ttl = lifetime(fields, "expiry", defaults);
                let (user_id, ttl) = (user_id?, ttl?);
                Some(vec![
                    (Member::RtcToken, rtc(seat?, ttl, defaults)),
                    (Member::RtmToken, rtm(user_id, ttl, defaults)),
                ])
            }
            Self::ChatApp => {
                let ttl = lifetime(fields, "expiry", defaults)?;
                Some(vec![(Member::ChatToken, TokenRequest { ask: Ask::ChatApp, ttl })])
            }
            Self::ChatAccount => {
                let user_id = user_id(fields, "id", asking);
                let ttl = lifetime(fields, "expiry", defaults);
                let ask = Ask::ChatUser { user_id: user_id? };
                Some(vec![(Member::ChatToken, TokenRequest { ask, ttl: ttl? })])
            }
            Self::GetToken => get_token(fields, defaults).map(|request| vec![(Member::Token, request)]),
            Self::RtcToken => {
                let channel = body::channel(fields, "channel", asking);
                let role = is_publisher(fields);
                let uid = match asking.identity {
                    Some(_) => body::uid(fields, "uid", asking),
                    None => Some(Uid::Number(defaults.drawn_uid)),
                };
                let seat = Seat { channel: channel?, uid: uid?, role: role? };
                Some(vec![(Member::Token, rtc(seat, defaults.ttl, defaults))])
            }
            Self::RtmToken => {
                let user_id = user_id(fields, "user", asking)?;
                Some(vec![(Member::Token, rtm(user_id, defaults.ttl, defaults))])
            }
            Self::FetchRtcToken => {
                let channel = body::channel(fields, "ChannelName", asking);
                let uid = uid(fields, "uid", asking);
                let role = if fields.is_missing("role") { Some(Role::Publisher) } else { role(fields) };
                let seat = Seat { channel: channel?, uid: uid?, role: role? };
                Some(vec![(Member::Token, rtc(seat, defaults.ttl, defaults))])
            }
            Self::FetchRtmToken => {
                let user_id = user_id(fields, "uid", asking)?;
                Some(vec![(Member::Token, rtm(user_id, defaults.ttl, defaults))])
            }
            Self::AccessToken => {
                let channel = body::channel(fields, "channel", asking);
                let uid = if fields.is_missing("uid") && asking.identity.is_none() {
                    Some(Uid::Any)
                } else {
                    uid(fields, "uid", asking)
                };
                let ttl = absolute_end(fields, "expiredTs", defaults);
                let seat = Seat { channel: channel?, uid: uid?, role: Role::Publisher };
                Some(vec![(Member::Token, rtc(seat, ttl?, defaults))])
            }
        }
    }

    /// The success body.
    pub(super) fn answer(self, tokens: &[(Member, Grant, IssuedToken)]) -> Answer<'_> {
        let token = |wanted: Member| {
            tokens.iter().find(|(member, ..)| *member == wanted).map(|(.., issued)| issued.token.as_str())
        };
        let first = tokens.first();
        Answer {
            uid: match self {
                Self::RtcToken => first.and_then(|(_, grant, _)| Identity::of(&grant.request().ask)),
                _ => None,
            },
            token: token(Member::Token),
            rtc_token: token(Member::RtcToken),
            rtm_token: token(Member::RtmToken),
            chat_token: token(Member::ChatToken),
            code: matches!(self, Self::FetchRtcToken | Self::FetchRtmToken).then_some("200"),
            expire_time: first.map(|(_, grant, _)| grant.request().ttl.as_secs()),
            expires_at: first.map(|(.., issued)| issued.expires_at.as_secs()),
        }
    }
}

/// The family's success body; the two times are ours, beside what its clients read.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<Identity<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rtc_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rtm_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    chat_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expire_time: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<u32>,
}

fn rtc(seat: Seat, ttl: Ttl, defaults: &Defaults<'_>) -> TokenRequest {
    let privileges = seat.role.privileges(PrivilegeTtl::from(ttl));
    let ask = if defaults.old {
        Ask::OldRtc { seat, privileges }
    } else {
        Ask::Rtc { seat, privileges, beside: Beside::Nothing }
    };
    TokenRequest { ask, ttl }
}

fn rtm(user_id: UserId, ttl: Ttl, defaults: &Defaults<'_>) -> TokenRequest {
    let ask = if defaults.old { Ask::OldRtm { user_id } } else { Ask::Rtm { user_id, permissions: None } };
    TokenRequest { ask, ttl }
}

fn get_token(fields: &mut Fields<'_>, defaults: &Defaults<'_>) -> Option<TokenRequest> {
    #[derive(Clone, Copy, PartialEq)]
    enum Kind {
        Rtc,
        Rtm,
        Chat,
    }
    let asking = &defaults.asking;
    let kind = fields.required("tokenType").and_then(|value| {
        let named = |word: &str| match word {
            "rtc" => Some(Kind::Rtc),
            "rtm" => Some(Kind::Rtm),
            "chat" => Some(Kind::Chat),
            _ => None,
        };
        fields.word("tokenType", &value, named, "rtc, rtm or chat")
    });
    let ttl = lifetime(fields, "expire", defaults);
    match kind? {
        Kind::Rtc => {
            let channel = body::channel(fields, "channel", asking);
            let (role, uid) = (role(fields), uid(fields, "uid", asking));
            let seat = Seat { channel: channel?, uid: uid?, role: role? };
            Some(rtc(seat, ttl?, defaults))
        }
        // With a channel that server adds what a Signaling stream channel needs: joining it in
        // RTC and publishing data there.
        Kind::Rtm if !defaults.old && !fields.is_missing("channel") => {
            let channel = body::channel(fields, "channel", asking);
            let uid = uid(fields, "uid", asking);
            let user_id = uid.as_ref().and_then(|uid| same_user(fields, uid));
            let ttl = ttl?;
            let end = PrivilegeTtl::from(ttl);
            let privileges =
                RtcPrivileges { publish_data_stream: Some(end), ..RtcPrivileges::subscriber(end) };
            let seat = Seat { channel: channel?, uid: uid?, role: Role::Publisher };
            Some(TokenRequest { ask: Ask::Rtc { seat, privileges, beside: Beside::Rtm(user_id?) }, ttl })
        }
        Kind::Rtm => {
            let user_id = user_id(fields, "uid", asking);
            Some(rtm(user_id?, ttl?, defaults))
        }
        // Without a uid that server gives out an administrator's token; here the policy decides.
        Kind::Chat if fields.is_missing("uid") && asking.identity.is_none() => {
            Some(TokenRequest { ask: Ask::ChatApp, ttl: ttl? })
        }
        Kind::Chat => {
            let user_id = user_id(fields, "uid", asking);
            Some(TokenRequest { ask: Ask::ChatUser { user_id: user_id? }, ttl: ttl? })
        }
    }
}

/// `:channel/:role/:tokentype/:uid`.
fn path_seat(fields: &mut Fields<'_>, defaults: &Defaults<'_>) -> Option<Seat> {
    let channel = body::channel(fields, "channel", &defaults.asking);
    let role = role(fields);
    let kind = fields.take("tokentype");
    let uid = match kind {
        Some(Json::Text(kind)) if kind == "uid" => integer_uid(fields, defaults),
        Some(Json::Text(kind)) if kind == "userAccount" => uid(fields, "uid", &defaults.asking),
        _ => {
            fields.fault("tokentype", "token type is invalid, expected uid or userAccount");
            None
        }
    };
    Some(Seat { channel: channel?, uid: uid?, role: role? })
}

fn integer_uid(fields: &mut Fields<'_>, defaults: &Defaults<'_>) -> Option<Uid> {
    match body::uid(fields, "uid", &defaults.asking)? {
        Uid::Account(account) => {
            let account = account.as_str();
            fields.fault("uid", format!("{account:?}, expected an integer from 0 to {}", u32::MAX));
            None
        }
        uid => Some(uid),
    }
}

/// A uid or an account. Digits alone that spell no uid are refused: these servers' clients mean
/// uids by them, and the servers wrap or cut them.
fn uid(fields: &mut Fields<'_>, name: &str, asking: &Asking<'_>) -> Option<Uid> {
    match body::uid(fields, name, asking)? {
        Uid::Account(account) if only_digits(account.as_str()) => {
            digits_fault(fields, name, account.as_str());
            None
        }
        uid => Some(uid),
    }
}

fn user_id(fields: &mut Fields<'_>, name: &str, asking: &Asking<'_>) -> Option<UserId> {
    let id = body::user_id(fields, name, asking)?;
    if only_digits(id.as_str()) && crate::token::canonical_u32(id.as_str()).is_none() {
        digits_fault(fields, name, id.as_str());
        return None;
    }
    Some(id)
}

fn only_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn digits_fault(fields: &mut Fields<'_>, name: &str, text: &str) {
    let shown: String = text.chars().take(20).collect();
    fields
        .fault(name, format!("{shown:?}, expected an integer from 0 to {} without leading zeros", u32::MAX));
}

/// The RTC uid as the RTM user.
fn same_user(fields: &mut Fields<'_>, uid: &Uid) -> Option<UserId> {
    let id = if *uid == Uid::Any { None } else { uid.to_string().parse().ok() };
    if id.is_none() {
        fields.fault("uid", "is no RTM user: 0, or longer than 64 bytes");
    }
    id
}

fn role(fields: &mut Fields<'_>) -> Option<Role> {
    let role = match fields.take("role") {
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
        fields.fault(
            "role",
            "is incorrect, expected publisher, broadcaster, host, 1, subscriber, audience or 2",
        );
    }
    role
}

fn is_publisher(fields: &mut Fields<'_>) -> Option<Role> {
    if fields.is_missing("isPublisher") {
        return Some(Role::Subscriber);
    }
    let value = fields.take("isPublisher")?;
    match &value {
        Json::Bool(true) => Some(Role::Publisher),
        Json::Bool(false) => Some(Role::Subscriber),
        Json::Text(text) if text == "true" => Some(Role::Publisher),
        Json::Text(text) if text == "false" => Some(Role::Subscriber),
        _ => {
            fields.unexpected("isPublisher", &value, "true or false");
            None
        }
    }
}

/// A lifetime in seconds, or the default where there is none.
fn lifetime(fields: &mut Fields<'_>, name: &str, defaults: &Defaults<'_>) -> Option<Ttl> {
    if fields.is_missing(name) {
        return Some(defaults.ttl);
    }
    let value = number(fields.take(name)?);
    let seconds = fields.seconds(name, &value, 1, Ttl::MAX.as_secs())?;
    Ttl::from_secs(seconds).ok()
}

/// A lifetime by its absolute end; 0 and none are the default.
fn absolute_end(fields: &mut Fields<'_>, name: &str, defaults: &Defaults<'_>) -> Option<Ttl> {
    if fields.is_missing(name) {
        return Some(defaults.ttl);
    }
    let value = number(fields.take(name)?);
    if value == Json::Integer(0) {
        return Some(defaults.ttl);
    }
    let ttl = match value {
        Json::Integer(end) => u32::try_from(end - i128::from(defaults.now.as_secs()))
            .ok()
            .and_then(|seconds| Ttl::from_secs(seconds).ok()),
        _ => None,
    };
    if ttl.is_none() {
        let (now, most) = (defaults.now.as_secs(), Ttl::MAX.as_secs());
        fields.unexpected(name, &value, &format!("a Unix time 1 to {most} seconds after now, {now}, or 0"));
    }
    ttl
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

/// A percent-encoded part of a path.
fn decoded<'a>(name: &str, text: &'a str) -> Result<Cow<'a, str>, Problem> {
    percent_decode_str(text).decode_utf8().map_err(|_| not_utf8(name))
}

/// A percent-encoded value of a query, where `+` is a space.
fn form_decoded<'a>(name: &str, text: &'a str) -> Result<Cow<'a, str>, Problem> {
    if !text.contains('+') {
        return decoded(name, text);
    }
    let text = text.replace('+', " ");
    let decoded = percent_decode_str(&text).decode_utf8().map_err(|_| not_utf8(name))?;
    Ok(Cow::Owned(decoded.into_owned()))
}

fn not_utf8(name: &str) -> Problem {
    let name: String = name.chars().take(64).collect();
    let detail = format!("{name} is not UTF-8 after percent-decoding");
    Problem::InvalidRequest(vec![FieldFault::new(name, detail)])
}
