//! From a granted request to a signed token.
//!
//! A [`TokenRequest`] is valid by its types. The policy decides whether its caller may have the
//! token and turns it into a [`Grant`]; only a grant can be issued.

use crate::request::{ChatUserId, Companions, Participant, RtmUserId, TokenRequest, TokenSpec};
use crate::time::UnixTime;
use crate::token::{AccessToken, AccessToken2, PrivilegeTtl, Project, Service};

/// A request that the policy allowed. Only the policy makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    request: TokenRequest,
}

impl Grant {
    pub(crate) fn new(request: TokenRequest) -> Self {
        Self { request }
    }

    /// The request that was granted.
    #[must_use]
    pub fn request(&self) -> &TokenRequest {
        &self.request
    }

    /// The signed token.
    #[must_use]
    pub fn issue(&self, project: &Project, now: UnixTime, salt: u32) -> IssuedToken {
        let TokenRequest { spec, ttl } = &self.request;
        let lasting = PrivilegeTtl::from(*ttl);
        let app_id = project.app_id();
        let new = |service| AccessToken2::new(app_id, now, *ttl, salt, service);
        let rtc = |participant: &Participant, privileges| {
            new(Service::rtc(&participant.channel, &participant.uid, privileges))
        };
        let rtc_and_rtm = |participant: &Participant, privileges, user_id: &RtmUserId| {
            rtc(participant, privileges).with(Service::rtm(user_id.as_user_id(), lasting))
        };
        let with_chat = |token: AccessToken2, user_id: Option<&ChatUserId>| match user_id {
            None => token,
            Some(user_id) => token.with(Service::chat_user(user_id.as_user_id(), lasting)),
        };
        let expires_at = now.plus(ttl.as_secs());
        let signed = |token, expires_at| IssuedToken { token, issued_at: now, expires_at };
        // 006 has no "until the token expires": the token's own expiry is always Agora's 24 hours.
        let absolute = |expiry: PrivilegeTtl| match expiry {
            PrivilegeTtl::UNTIL_TOKEN_ENDS => expires_at,
            expiry => now.plus(expiry.as_secs()),
        };
        let token = match spec {
            TokenSpec::Rtc { participant, privileges, companions: Companions { rtm: None, chat } } => {
                with_chat(rtc(participant, *privileges), chat.as_ref())
            }
            TokenSpec::Rtc { participant, privileges, companions: Companions { rtm: Some(rtm), chat } } => {
                with_chat(rtc_and_rtm(participant, *privileges, rtm), chat.as_ref())
            }
            TokenSpec::ConvoAi { participant, privileges, rtm, chat } => {
                let token = rtc_and_rtm(participant, *privileges, rtm).with(Service::convo_ai());
                with_chat(token, chat.as_ref())
            }
            TokenSpec::Stt { participant, privileges, rtm, chat } => {
                let token = rtc_and_rtm(participant, *privileges, rtm).with(Service::stt());
                with_chat(token, chat.as_ref())
            }
            TokenSpec::Rtm { user_id, permissions: None } => new(Service::rtm(user_id.as_user_id(), lasting)),
            TokenSpec::Rtm { user_id, permissions: Some(permissions) } => {
                new(Service::rtm2(user_id.as_user_id(), permissions.clone(), lasting))
            }
            TokenSpec::ChatUser { user_id } => new(Service::chat_user(user_id.as_user_id(), lasting)),
            TokenSpec::ChatApp => new(Service::chat_app(lasting)),
            TokenSpec::Fpa { login } => new(Service::fpa(*login)),
            TokenSpec::ApaasRoomUser { room_uuid, user_uuid, role } => {
                let user_uuid = user_uuid.as_user_id();
                new(Service::apaas_room_user(room_uuid, user_uuid, *role, lasting))
                    .with(Service::rtm(user_uuid, lasting))
                    .with(Service::chat_user(&user_uuid.md5(), lasting))
            }
            TokenSpec::ApaasUser { user_uuid } => new(Service::apaas_user(user_uuid.as_user_id(), lasting)),
            TokenSpec::ApaasApp => new(Service::apaas_app(lasting)),
            TokenSpec::Rtc006(rtc) => {
                let Participant { channel, uid, role: _ } = rtc.participant();
                let privileges = rtc.privileges().map(absolute);
                let token = AccessToken::rtc(
                    app_id,
                    salt,
                    AccessToken::official_expiry(now),
                    channel,
                    uid,
                    privileges,
                );
                return signed(token.build(project.certificate()), privileges.join_channel());
            }
            TokenSpec::Rtm006 { user_id } => {
                let token_expiry = AccessToken::official_expiry(now);
                let token = AccessToken::rtm(app_id, salt, token_expiry, user_id.as_user_id(), expires_at);
                return signed(token.build(project.certificate()), expires_at);
            }
        };
        signed(token.build(project.certificate()), expires_at)
    }
}

/// A signed token and its time.
#[derive(Clone, PartialEq, Eq)]
pub struct IssuedToken {
    /// The token, a credential.
    pub token: String,
    /// When it was issued.
    pub issued_at: UnixTime,
    /// When it expires; of 006, when the privilege to join expires.
    pub expires_at: UnixTime,
}

/// Without the token, which is a credential.
impl std::fmt::Debug for IssuedToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IssuedToken")
            .field("issued_at", &self.issued_at)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
