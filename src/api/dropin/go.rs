//! Agora's guide for Go.

use bytes::Bytes;
use http::Response;
use serde::Serialize;

use super::family::{Input, Issued, Requested, Row, Times};
use super::lenient::{channel, role, rtc, rtm, rtm_user, uid};
use crate::api::answer::fixed::private;
use crate::request::{Participant, Role};

/// Go decodes JSON into a struct whose fields match in any case.
const NAMES: &[&str] = &["uid", "ChannelName", "role"];

pub(super) const ROWS: &[Row] = &[
    Row {
        pattern: "/fetch_rtc_token",
        // The guide's own page sends JSON with GET, which axios does from Node.
        input: Input::get_or_post(NAMES).in_any_case(NAMES).with_body_of_get(),
        translate: |fields, context| {
            let channel = channel(fields, "ChannelName", context);
            let uid = uid(fields, "uid", context);
            let role = if fields.is_missing("role") { Some(Role::Publisher) } else { role(fields) };
            let participant = Participant { channel: channel?, uid: uid?, role: role? };
            rtc(fields, participant, context.default_ttl, context).map(Requested::one)
        },
        respond,
    },
    Row {
        pattern: "/fetch_rtm_token",
        input: Input::post().in_any_case(NAMES),
        translate: |fields, context| {
            let user_id = rtm_user(fields, "uid", context)?;
            Some(Requested::one(rtm(user_id, context.default_ttl, context)))
        },
        respond,
    },
];

fn respond(issued: &Issued<'_>) -> Response<Bytes> {
    #[derive(Serialize)]
    struct Body<'a> {
        token: &'a str,
        code: &'static str,
        #[serde(flatten)]
        times: Times,
    }
    private(&Body { token: issued.token(), code: "200", times: issued.times() })
}
