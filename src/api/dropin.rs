//! The routes of existing token servers: their requests in our words, our tokens in their bodies.
//!
//! Each is a translation into the one [`TokenRequest`]; authentication, policy and errors are the
//! main handler's. They differ from `POST /token` by what their clients rely on: unknown fields
//! are passed over, a lifetime may be left out, a role has more names.

mod answer;
mod encoded;
mod get_token;
mod value;

use std::borrow::Cow;
use std::num::NonZeroU32;

use http::Method;

pub(super) use self::answer::{Answer, Member};

use self::encoded::{decoded, form_decoded};
use self::get_token::get_token;
use self::value::{
    absolute_end, channel, is_publisher, lifetime, path_seat, role, rtm_user, same_user, uid, user_id,
};
use super::answer::problem::Problem;
use super::parse::fields::Fields;
use super::parse::names as body;
use super::parse::token::ParseContext;
use crate::json::Json;
use crate::request::{Companions, Format, Participant, Role, Rtc006, Rtm006, TokenRequest, TokenSpec};
use crate::time::{Ttl, UnixTime};
use crate::token::{PrivilegeTtl, Uid, UserId};

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
    pub(super) asking: ParseContext<'a>,
    /// The lifetime where none is asked for.
    pub(super) ttl: Ttl,
    /// A random uid.
    pub(super) drawn_uid: NonZeroU32,
    /// The time, for clients that send absolute ones.
    pub(super) now: UnixTime,
    /// The format of RTC and RTM tokens.
    pub(super) format: Format,
}

/// One or two tokens, by what their member is called.
pub(super) type Wanted = Vec<(Member, TokenRequest)>;

impl Family {
    /// The fields of a request: its path's parameters and its query, or its body.
    pub(super) fn fields<'a>(
        self,
        method: &Method,
        parameters: impl Iterator<Item = (&'static str, &'a str)>,
        query: Option<&'a str>,
        body: &'a [u8],
    ) -> Result<Fields<'a>, Problem> {
        let posted = *method == Method::POST;
        let query = query.filter(|_| !posted);
        let mut entries: Vec<(Cow<'a, str>, Json<'a>)> = Vec::new();
        for (name, value) in parameters {
            entries.push((name.into(), Json::Text(decoded(name, value)?)));
        }
        for pair in query.into_iter().flat_map(|query| query.split('&')).filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decoded("query", name)?;
            let value = form_decoded(&name, value)?;
            entries.push((name, Json::Text(value)));
        }
        // The guide's own page sends JSON with GET, which axios does from Node.
        if posted || self == Self::FetchRtcToken && !body.is_empty() {
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
                    (channel(fields, "channel", defaults), role(fields), uid(fields, "uid", defaults));
                let ttl = lifetime(fields, "expireTime", defaults);
                let participant = Participant { channel: channel?, uid: uid?, role: role? };
                Some(vec![(Member::Token, rtc(fields, participant, ttl?, defaults)?)])
            }
            Self::Rtc => {
                let participant = path_seat(fields, defaults);
                let ttl = lifetime(fields, "expiry", defaults);
                Some(vec![(Member::RtcToken, rtc(fields, participant?, ttl?, defaults)?)])
            }
            Self::Rtm => {
                let user_id = rtm_user(fields, "uid", defaults);
                let ttl = lifetime(fields, "expiry", defaults);
                Some(vec![(Member::RtmToken, rtm(fields, user_id?, ttl?, defaults)?)])
            }
            Self::Rte => {
                let participant = path_seat(fields, defaults);
                let user_id = if fields.is_missing("rtmuid") && asking.identity.is_none() {
                    let _ = fields.take("rtmuid");
                    participant.as_ref().and_then(|participant| same_user(fields, &participant.uid))
                } else {
                    rtm_user(fields, "rtmuid", defaults)
                };
                let ttl = lifetime(fields, "expiry", defaults);
                let (user_id, ttl) = (user_id?, ttl?);
                Some(vec![
                    (Member::RtcToken, rtc(fields, participant?, ttl, defaults)?),
                    (Member::RtmToken, rtm(fields, user_id, ttl, defaults)?),
                ])
            }
            Self::ChatApp => {
                let ttl = lifetime(fields, "expiry", defaults)?;
                Some(vec![(Member::ChatToken, TokenRequest { spec: TokenSpec::ChatApp, ttl })])
            }
            Self::ChatAccount => {
                let user_id = user_id(fields, "id", asking);
                let ttl = lifetime(fields, "expiry", defaults);
                let spec = TokenSpec::ChatUser { user_id: user_id? };
                Some(vec![(Member::ChatToken, TokenRequest { spec, ttl: ttl? })])
            }
            Self::GetToken => get_token(fields, defaults).map(|request| vec![(Member::Token, request)]),
            Self::RtcToken => {
                let channel = channel(fields, "channel", defaults);
                let role = is_publisher(fields);
                let uid = match asking.identity {
                    Some(_) => body::uid(fields, "uid", asking),
                    None => Some(Uid::Number(defaults.drawn_uid)),
                };
                let participant = Participant { channel: channel?, uid: uid?, role: role? };
                Some(vec![(Member::Token, rtc(fields, participant, defaults.ttl, defaults)?)])
            }
            Self::RtmToken => {
                let user_id = rtm_user(fields, "user", defaults)?;
                Some(vec![(Member::Token, rtm(fields, user_id, defaults.ttl, defaults)?)])
            }
            Self::FetchRtcToken => {
                let channel = channel(fields, "ChannelName", defaults);
                let uid = uid(fields, "uid", defaults);
                let role = if fields.is_missing("role") { Some(Role::Publisher) } else { role(fields) };
                let participant = Participant { channel: channel?, uid: uid?, role: role? };
                Some(vec![(Member::Token, rtc(fields, participant, defaults.ttl, defaults)?)])
            }
            Self::FetchRtmToken => {
                let user_id = rtm_user(fields, "uid", defaults)?;
                Some(vec![(Member::Token, rtm(fields, user_id, defaults.ttl, defaults)?)])
            }
            Self::AccessToken => {
                let channel = channel(fields, "channel", defaults);
                let uid = if fields.is_missing("uid") && asking.identity.is_none() {
                    Some(Uid::Any)
                } else {
                    uid(fields, "uid", defaults)
                };
                let ttl = absolute_end(fields, "expiredTs", defaults);
                let participant = Participant { channel: channel?, uid: uid?, role: Role::Publisher };
                Some(vec![(Member::Token, rtc(fields, participant, ttl?, defaults)?)])
            }
        }
    }
}

fn rtc(
    fields: &mut Fields<'_>,
    participant: Participant,
    ttl: Ttl,
    defaults: &Defaults<'_>,
) -> Option<TokenRequest> {
    let privileges = participant.role.privileges(PrivilegeTtl::from(ttl));
    let spec = match defaults.format {
        Format::V007 => TokenSpec::Rtc { participant, privileges, companions: Companions::NONE },
        Format::V006 => {
            TokenSpec::Rtc006(body::in_006(fields, "channel", Rtc006::new(participant, privileges))?)
        }
    };
    Some(TokenRequest { spec, ttl })
}

fn rtm(fields: &mut Fields<'_>, user_id: UserId, ttl: Ttl, defaults: &Defaults<'_>) -> Option<TokenRequest> {
    let spec = match defaults.format {
        Format::V007 => TokenSpec::Rtm { user_id, permissions: None },
        Format::V006 => TokenSpec::Rtm006(body::in_006(fields, "uid", Rtm006::new(user_id))?),
    };
    Some(TokenRequest { spec, ttl })
}
