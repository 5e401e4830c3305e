//! `agora-token-service`: Chat.

use bytes::Bytes;
use http::Response;
use serde::Serialize;

use super::family::{Input, Issued, Requested, Row, Times};
use super::lenient::{lifetime, user_id};
use crate::api::answer::fixed::private;
use crate::request::{TokenRequest, TokenSpec};

pub(super) const ROWS: &[Row] = &[
    Row {
        pattern: "/chat/app",
        input: Input::get(&["expiry"]),
        translate: |fields, context| {
            let ttl = lifetime(fields, "expiry", context)?;
            Some(Requested::one(TokenRequest { spec: TokenSpec::ChatApp, ttl }))
        },
        respond,
    },
    Row {
        pattern: "/chat/account/:id",
        input: Input::get(&["expiry"]),
        translate: |fields, context| {
            let user_id = user_id(fields, "id", &context.parse);
            let ttl = lifetime(fields, "expiry", context);
            let spec = TokenSpec::ChatUser { user_id: user_id? };
            Some(Requested::one(TokenRequest { spec, ttl: ttl? }))
        },
        respond,
    },
];

fn respond(issued: &Issued<'_>) -> Response<Bytes> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Body<'a> {
        chat_token: &'a str,
        #[serde(flatten)]
        times: Times,
    }
    private(&Body { chat_token: issued.token(), times: issued.times() })
}
