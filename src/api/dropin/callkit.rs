//! The demo server of Agora's Chat `CallKit`.

use bytes::Bytes;
use http::Response;
use serde::Serialize;

use super::family::{DropInContext, Input, Issued, Requested, Row, Times};
use super::lenient::{channel, integer_uid, rtc};
use crate::api::answer::fixed::private;
use crate::api::parse::fields::Fields;
use crate::request::{Participant, Role};

pub(super) const ROWS: &[Row] = &[Row {
    pattern: "/token/rtc/channel/:channel/agorauid/:uid",
    input: Input::get(&["userAccount"]),
    translate,
    respond,
}];

/// That server keeps which Chat user (`userAccount`) has which uid; this one keeps nothing.
fn translate(fields: &mut Fields<'_>, context: &DropInContext<'_>) -> Option<Requested> {
    let channel = channel(fields, "channel", context);
    let uid = integer_uid(fields, "uid", context);
    let participant = Participant { channel: channel?, uid: uid?, role: Role::Publisher };
    rtc(fields, participant, context.default_ttl, context).map(Requested::one)
}

fn respond(issued: &Issued<'_>) -> Response<Bytes> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Body<'a> {
        code: &'static str,
        status_code: u16,
        access_token: &'a str,
        /// In milliseconds.
        expire_timestamp: u64,
        agora_uid: String,
        #[serde(flatten)]
        times: Times,
    }
    let times = issued.times();
    private(&Body {
        code: "RES_OK",
        status_code: 200,
        access_token: issued.token(),
        expire_timestamp: u64::from(times.expires_at) * 1000,
        agora_uid: issued.uid(),
        times,
    })
}
