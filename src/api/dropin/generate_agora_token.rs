//! The servers of Agora's Conversational AI quickstarts for Next.js and Flutter, and many that took
//! over their path.

use bytes::Bytes;
use http::Response;
use serde::Serialize;

use super::family::{DropInContext, Input, Issued, Requested, Row, Times};
use super::lenient::{
    ALIASES_READ, channel_or_drawn, lifetime, named_channel, named_lifetime, named_uid, role, rtc_and_rtm,
    uid_or_drawn,
};
use crate::api::answer::fixed::private;
use crate::api::parse::fields::Fields;
use crate::request::{Participant, Role};

pub(super) const ROWS: &[Row] = &[Row {
    pattern: "/api/generate-agora-token",
    input: Input::get_or_post(ALIASES_READ).with_query_of_post(),
    translate,
    respond,
}];

fn translate(fields: &mut Fields<'_>, context: &DropInContext<'_>) -> Option<Requested> {
    let name = named_channel(fields);
    let channel = channel_or_drawn(fields, name, context);
    let role = if fields.is_missing("role") { Some(Role::Publisher) } else { role(fields) };
    let name = named_uid(fields);
    let uid = uid_or_drawn(fields, name, context);
    let name = named_lifetime(fields);
    let ttl = lifetime(fields, name, context);
    let (uid, origin) = uid?;
    let participant = Participant { channel: channel?, uid, role: role? };
    rtc_and_rtm(fields, participant, ttl?).map(|request| Requested::one(request).with_uid(origin))
}

/// The Flutter client casts the first four to `String?`.
fn respond(issued: &Issued<'_>) -> Response<Bytes> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Body<'a> {
        app_id: &'a str,
        token: &'a str,
        uid: String,
        channel: &'a str,
        #[serde(flatten)]
        times: Times,
    }
    private(&Body {
        app_id: issued.app_id.as_str(),
        token: issued.token(),
        uid: issued.uid(),
        channel: issued.channel(),
        times: issued.times(),
    })
}
