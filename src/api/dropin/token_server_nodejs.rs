//! Agora's older guide, `TokenServer-nodejs`.

use bytes::Bytes;
use http::Response;
use serde::Serialize;

use super::family::{DropInContext, Input, Issued, Requested, Row, Times};
use super::lenient::{absolute_expiry, channel, rtc, uid};
use crate::api::answer::fixed::private;
use crate::api::parse::fields::Fields;
use crate::request::{Participant, Role};
use crate::token::Uid;

pub(super) const ROWS: &[Row] = &[Row {
    pattern: "/access_token",
    input: Input::get(&["channel", "uid", "expiredTs"]),
    translate,
    respond,
}];

fn translate(fields: &mut Fields<'_>, context: &DropInContext<'_>) -> Option<Requested> {
    let channel = channel(fields, "channel", context);
    let uid = if fields.is_missing("uid") && !context.parse.fills_in() {
        Some(Uid::Any)
    } else {
        uid(fields, "uid", context)
    };
    let ttl = absolute_expiry(fields, "expiredTs", context);
    let participant = Participant { channel: channel?, uid: uid?, role: Role::Publisher };
    rtc(fields, participant, ttl?, context).map(Requested::one)
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
