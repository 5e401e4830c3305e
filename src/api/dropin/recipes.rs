//! The servers of Agora's Conversational AI recipes in Python and Go, and of the Agora CLI.
//!
//! The routes of these servers that start and stop an agent are not here.

use bytes::Bytes;
use http::Response;
use serde::Serialize;

use super::family::{DropInContext, Input, Issued, Requested, Row, Times};
use super::lenient::{channel_or_drawn, rtc_and_rtm, uid_or_drawn};
use crate::api::answer::fixed::private;
use crate::api::parse::fields::Fields;
use crate::request::{Participant, Role};

pub(super) const ROWS: &[Row] = &[
    Row { pattern: "/get_config", input: INPUT, translate, respond },
    Row { pattern: "/api/get_config", input: INPUT, translate, respond },
];

const INPUT: Input = Input::get(&["channel", "uid"]);

fn translate(fields: &mut Fields<'_>, context: &DropInContext<'_>) -> Option<Requested> {
    let channel = channel_or_drawn(fields, "channel", context);
    let uid = uid_or_drawn(fields, "uid", context);
    let (uid, origin) = uid?;
    let participant = Participant { channel: channel?, uid, role: Role::Publisher };
    rtc_and_rtm(fields, participant, context.default_ttl)
        .map(|request| Requested::one(request).with_uid(origin))
}

/// All of `data` is text.
fn respond(issued: &Issued<'_>) -> Response<Bytes> {
    #[derive(Serialize)]
    struct Body<'a> {
        code: u8,
        msg: &'static str,
        data: Data<'a>,
        #[serde(flatten)]
        times: Times,
    }
    #[derive(Serialize)]
    struct Data<'a> {
        app_id: &'a str,
        token: &'a str,
        uid: String,
        channel_name: &'a str,
        agent_uid: String,
    }
    let uid = issued.uid();
    let agent_uid = issued.drawn().agent_uid(uid.parse().unwrap_or_default());
    private(&Body {
        code: 0,
        msg: "success",
        data: Data {
            app_id: issued.app_id.as_str(),
            token: issued.token(),
            uid,
            channel_name: issued.channel(),
            agent_uid: agent_uid.to_string(),
        },
        times: issued.times(),
    })
}
