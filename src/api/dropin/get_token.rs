//! `POST /getToken` of `agora-token-service` and `POST /token/getNew` of
//! `agora-go-backend-middleware`: a token of any of three kinds.

use bytes::Bytes;
use http::Response;
use serde::Serialize;

use super::family::{DropInContext, Input, Issued, Requested, Row, Times};
use super::lenient::{channel, lifetime, role, rtc, rtm, rtm_user, same_user, uid, user_id};
use crate::api::answer::fixed::private;
use crate::api::parse::fields::Fields;
use crate::request::{Companions, Format, Participant, Role, TokenRequest, TokenSpec};
use crate::token::{PrivilegeTtl, RtcPrivileges};

pub(super) const ROWS: &[Row] = &[
    Row { pattern: "/getToken", input: Input::post(), translate, respond },
    Row { pattern: "/token/getNew", input: Input::post(), translate, respond },
];

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Rtc,
    Rtm,
    Chat,
}

impl Kind {
    fn named(word: &str) -> Option<Self> {
        match word {
            "rtc" => Some(Self::Rtc),
            "rtm" => Some(Self::Rtm),
            "chat" => Some(Self::Chat),
            _ => None,
        }
    }
}

fn translate(fields: &mut Fields<'_>, context: &DropInContext<'_>) -> Option<Requested> {
    let kind = fields.required("tokenType");
    let kind = kind.and_then(|value| fields.word("tokenType", &value, Kind::named, "rtc, rtm or chat"));
    let ttl = lifetime(fields, "expire", context);
    let request = match kind? {
        Kind::Rtc => {
            let channel = channel(fields, "channel", context);
            let (role, uid) = (role(fields), uid(fields, "uid", context));
            let participant = Participant { channel: channel?, uid: uid?, role: role? };
            rtc(fields, participant, ttl?, context)
        }
        // With a channel, that server adds what an RTM stream channel needs: joining it in RTC and
        // publishing data there.
        Kind::Rtm if context.format == Format::V007 && !fields.is_missing("channel") => {
            let channel = channel(fields, "channel", context);
            let uid = uid(fields, "uid", context);
            let user_id = uid.as_ref().and_then(|uid| same_user(fields, uid));
            let ttl = ttl?;
            let expiry = PrivilegeTtl::from(ttl);
            let privileges = RtcPrivileges::subscriber(expiry).with_publish_data_stream(Some(expiry));
            let participant = Participant { channel: channel?, uid: uid?, role: Role::Publisher };
            let companions = Companions::rtm(user_id?);
            Some(TokenRequest { spec: TokenSpec::Rtc { participant, privileges, companions }, ttl })
        }
        Kind::Rtm => {
            let user_id = rtm_user(fields, "uid", context);
            Some(rtm(user_id?, ttl?, context))
        }
        // Without a uid, that server issues an administrator's token; here the policy decides.
        Kind::Chat if fields.is_missing("uid") && !context.parse.fills_in() => {
            Some(TokenRequest { spec: TokenSpec::ChatApp, ttl: ttl? })
        }
        Kind::Chat => {
            let user_id = user_id(fields, "uid", &context.parse);
            Some(TokenRequest { spec: TokenSpec::ChatUser { user_id: user_id? }, ttl: ttl? })
        }
    };
    request.map(Requested::one)
}

fn respond(issued: &Issued<'_>) -> Response<Bytes> {
    #[derive(Serialize)]
    struct Body<'a> {
        token: &'a str,
        #[serde(flatten)]
        times: Times,
    }
    private(&Body { token: issued.token(), times: issued.times() })
}
