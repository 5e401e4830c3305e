//! Agora's Express guide.

use serde::Serialize;

use super::family::{Input, Origin, Requested, Row, Times};
use super::lenient::{channel, rtc, rtm, rtm_user};
use crate::api::answer::fixed::private;
use crate::api::answer::token::Identity;
use crate::api::parse::fields::Fields;
use crate::api::parse::names;
use crate::json::Json;
use crate::request::{Participant, Role};
use crate::token::Uid;

pub(super) const ROWS: &[Row] = &[
    Row {
        pattern: "/rtctoken",
        input: Input::post(),
        translate: |fields, context| {
            let channel = channel(fields, "channel", context);
            let role = is_publisher(fields);
            let (uid, origin) = if context.parse.fills_in() {
                (names::uid(fields, "uid", &context.parse.with_uid_in_response()), Origin::Given)
            } else {
                (Some(Uid::Number(context.request.drawn_uid)), Origin::Drawn)
            };
            let participant = Participant { channel: channel?, uid: uid?, role: role? };
            let request = rtc(fields, participant, context.default_ttl, context)?;
            Some(Requested::one(request).with_uid(origin))
        },
        respond: |issued| {
            let scope = issued.request().spec.scope();
            let uid = scope.users().next().map(|(_, user)| Identity(user));
            private(&Body { uid, token: issued.token(), times: issued.times() })
        },
    },
    Row {
        pattern: "/rtmtoken",
        input: Input::post(),
        translate: |fields, context| {
            let user_id = rtm_user(fields, "user", context)?;
            Some(Requested::one(rtm(user_id, context.default_ttl, context)))
        },
        respond: |issued| private(&Body { uid: None, token: issued.token(), times: issued.times() }),
    },
];

fn is_publisher(fields: &mut Fields<'_>) -> Option<Role> {
    if fields.is_missing("isPublisher") {
        return Some(Role::Subscriber);
    }
    let value = fields.take("isPublisher")?;
    match &value {
        Json::Bool(true) => Some(Role::Publisher),
        Json::Bool(false) => Some(Role::Subscriber),
        // The example body of the guide has "True or False".
        Json::Text(text) if text.eq_ignore_ascii_case("true") => Some(Role::Publisher),
        Json::Text(text) if text.eq_ignore_ascii_case("false") => Some(Role::Subscriber),
        _ => {
            fields.unexpected("isPublisher", &value, "true or false");
            None
        }
    }
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<Identity<'a>>,
    token: &'a str,
    #[serde(flatten)]
    times: Times,
}
