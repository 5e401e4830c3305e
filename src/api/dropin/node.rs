//! `agora-token-service`, Agora's Node.js guide and every `VideoUIKit`: RTC and RTM by path.

use bytes::Bytes;
use http::Response;
use serde::Serialize;

use super::family::{DropInContext, Input, Issued, Requested, Row, Times};
use super::lenient::{channel, integer_uid, lifetime, role, rtc, rtm, rtm_user, same_user, uid};
use crate::api::answer::fixed::private;
use crate::api::parse::fields::Fields;
use crate::json::Json;
use crate::request::Participant;

pub(super) const ROWS: &[Row] = &[
    Row {
        pattern: "/rtc/:channel/:role/:tokentype/:uid",
        input: Input::get(&["expiry"]),
        translate: |fields, context| {
            let participant = participant(fields, context);
            let ttl = lifetime(fields, "expiry", context);
            rtc(fields, participant?, ttl?, context).map(Requested::one)
        },
        respond: |issued| {
            private(&Body { rtc_token: Some(issued.token()), rtm_token: None, times: issued.times() })
        },
    },
    Row {
        pattern: "/rtm/:uid",
        input: Input::get(&["expiry"]),
        translate: |fields, context| {
            let user_id = rtm_user(fields, "uid", context);
            let ttl = lifetime(fields, "expiry", context);
            Some(Requested::one(rtm(user_id?, ttl?, context)))
        },
        respond: |issued| {
            private(&Body { rtc_token: None, rtm_token: Some(issued.token()), times: issued.times() })
        },
    },
    Row {
        pattern: "/rte/:channel/:role/:tokentype/:uid",
        input: Input::get(&["expiry"]),
        translate: rtc_and_rtm,
        respond: both,
    },
    Row {
        pattern: "/rte/:channel/:role/:tokentype/:uid/:rtmuid",
        input: Input::get(&["expiry"]),
        translate: rtc_and_rtm,
        respond: both,
    },
];

/// `:channel/:role/:tokentype/:uid`.
fn participant(fields: &mut Fields<'_>, context: &DropInContext<'_>) -> Option<Participant> {
    let channel = channel(fields, "channel", context);
    let role = role(fields);
    let uid = match fields.take("tokentype") {
        Some(Json::Text(kind)) if kind == "uid" => integer_uid(fields, "uid", context),
        Some(Json::Text(kind)) if kind == "userAccount" => uid(fields, "uid", context),
        _ => {
            fields.fault("tokentype", "token type is invalid, expected uid or userAccount");
            None
        }
    };
    Some(Participant { channel: channel?, uid: uid?, role: role? })
}

fn rtc_and_rtm(fields: &mut Fields<'_>, context: &DropInContext<'_>) -> Option<Requested> {
    let participant = participant(fields, context);
    let user_id = if fields.is_missing("rtmuid") && !context.parse.fills_in() {
        let _ = fields.take("rtmuid");
        participant.as_ref().and_then(|participant| same_user(fields, &participant.uid))
    } else {
        rtm_user(fields, "rtmuid", context)
    };
    let ttl = lifetime(fields, "expiry", context);
    let (user_id, ttl) = (user_id?, ttl?);
    let first = rtc(fields, participant?, ttl, context);
    let second = rtm(user_id, ttl, context);
    Some(Requested::two(first?, second))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    rtc_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rtm_token: Option<&'a str>,
    #[serde(flatten)]
    times: Times,
}

fn both(issued: &Issued<'_>) -> Response<Bytes> {
    private(&Body {
        rtc_token: Some(issued.token()),
        rtm_token: issued.second_token(),
        times: issued.times(),
    })
}
