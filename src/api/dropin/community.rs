//! `convo-ai-node-servers` of Agora's community, and many home-made servers: `GET /token`.

use bytes::Bytes;
use http::Response;
use serde::Serialize;

use super::family::{DropInContext, Input, Issued, Requested, Row, Times};
use super::lenient::{
    ALIASES_READ, channel_or_drawn, lifetime, named_channel, named_lifetime, named_uid, role, rtc, uid,
};
use crate::api::answer::fixed::private;
use crate::api::parse::fields::Fields;
use crate::request::{Participant, Role};
use crate::token::Uid;

pub(super) const ROWS: &[Row] =
    &[Row { pattern: "/token", input: Input::get(ALIASES_READ), translate, respond }];

fn translate(fields: &mut Fields<'_>, context: &DropInContext<'_>) -> Option<Requested> {
    let name = named_channel(fields);
    let channel = channel_or_drawn(fields, name, context);
    let role = if fields.is_missing("role") { Some(Role::Publisher) } else { role(fields) };
    let name = named_uid(fields);
    let uid = if fields.is_missing(name) && !context.parse.fills_in() {
        Some(Uid::Any)
    } else {
        uid(fields, name, &context.with_uid_in_response())
    };
    let name = named_lifetime(fields);
    let ttl = lifetime(fields, name, context);
    let participant = Participant { channel: channel?, uid: uid?, role: role? };
    rtc(fields, participant, ttl?, context).map(Requested::one)
}

fn respond(issued: &Issued<'_>) -> Response<Bytes> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Body<'a> {
        token: &'a str,
        uid: String,
        channel: &'a str,
        app_id: &'a str,
        #[serde(flatten)]
        times: Times,
    }
    private(&Body {
        token: issued.token(),
        uid: issued.uid(),
        channel: issued.channel(),
        app_id: issued.app_id.as_str(),
        times: issued.times(),
    })
}
