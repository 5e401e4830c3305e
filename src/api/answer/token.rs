//! The answer that holds a token.

use std::num::NonZeroU32;

use serde::{Serialize, Serializer};

use crate::grant::{Grant, IssuedToken};
use crate::request::TokenSpec;
use crate::token::{AppId, Uid};

/// The body of `POST /token`'s answer. Members that do not apply are left out.
#[allow(clippy::struct_field_names, reason = "the names are the contract's")]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Issued<'a> {
    token: &'a str,
    token_type: &'static str,
    version: &'static str,
    app_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<Identity<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    room_uuid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_uuid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<Role>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rtm: Option<Rtm<'a>>,
    issued_at: u32,
    expire_time: u32,
    expires_at: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rtm<'a> {
    user_id: &'a str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Role {
    Rtc(&'static str),
    Apaas(i16),
}

/// A uid as a number, an account as text.
pub(in crate::api) enum Identity<'a> {
    Uid(u32),
    Text(&'a str),
}

impl<'a> Identity<'a> {
    /// As whom a token joins its channel.
    pub(in crate::api) fn of(spec: &'a TokenSpec) -> Option<Self> {
        spec.participant().map(|participant| match &participant.uid {
            Uid::Any => Self::Uid(0),
            Uid::Number(uid) => Self::Uid(NonZeroU32::get(*uid)),
            Uid::Account(account) => Self::Text(account.as_str()),
        })
    }
}

impl Serialize for Identity<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Uid(uid) => serializer.serialize_u32(*uid),
            Self::Text(text) => serializer.serialize_str(text),
        }
    }
}

impl<'a> Issued<'a> {
    pub(crate) fn new(grant: &'a Grant, issued: &'a IssuedToken, app_id: &'a AppId) -> Self {
        let request = grant.request();
        let mut body = Self {
            token: &issued.token,
            token_type: request.spec.token_type().name(),
            version: request.spec.version(),
            app_id: app_id.as_str(),
            channel: None,
            uid: None,
            room_uuid: None,
            user_uuid: None,
            role: None,
            rtm: None,
            issued_at: issued.issued_at.as_secs(),
            expire_time: request.ttl.as_secs(),
            expires_at: issued.expires_at.as_secs(),
        };
        if let Some(participant) = request.spec.participant() {
            body.channel = Some(participant.channel.as_str());
            body.uid = Identity::of(&request.spec);
            body.role = Some(Role::Rtc(participant.role.name()));
        }
        match &request.spec {
            TokenSpec::Rtc { companion, .. } => {
                body.rtm = companion.user_id().map(|user_id| Rtm { user_id: user_id.as_str() });
            }
            TokenSpec::Rtm { user_id, .. }
            | TokenSpec::OldRtm { user_id }
            | TokenSpec::ChatUser { user_id } => {
                body.uid = Some(Identity::Text(user_id.as_str()));
            }
            TokenSpec::ApaasRoomUser { room_uuid, user_uuid, role } => {
                body.room_uuid = Some(room_uuid.as_str());
                body.user_uuid = Some(user_uuid.as_str());
                body.role = Some(Role::Apaas(*role));
            }
            TokenSpec::ApaasUser { user_uuid } => body.user_uuid = Some(user_uuid.as_str()),
            TokenSpec::OldRtc { .. } | TokenSpec::ChatApp | TokenSpec::Fpa { .. } | TokenSpec::ApaasApp => {}
        }
        body
    }
}
