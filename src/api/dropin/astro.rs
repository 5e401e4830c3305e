//! Agora's guide for Astro.

use bytes::Bytes;
use http::Response;
use serde::Serialize;

use super::family::{DropInContext, Input, Issued, Requested, Row, Times};
use super::lenient::{channel, lifetime, role, rtc, uid};
use crate::api::answer::fixed::private;
use crate::api::parse::fields::Fields;
use crate::request::Participant;

pub(super) const ROWS: &[Row] =
    &[Row { pattern: "/api/token.json", input: Input::post(), translate, respond }];

fn translate(fields: &mut Fields<'_>, context: &DropInContext<'_>) -> Option<Requested> {
    let channel = channel(fields, "channel", context);
    let role = role(fields);
    let uid = uid(fields, "uid", context);
    let ttl = lifetime(fields, "expireTime", context);
    let participant = Participant { channel: channel?, uid: uid?, role: role? };
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
