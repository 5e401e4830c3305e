//! From what somebody asks for to a signed token.
//!
//! A [`TokenRequest`] is valid by its types. Whether its caller may have it is decided by
//! [`Policy`](crate::policy::Policy), which makes a [`Grant`] of it; only a grant can be issued.

use crate::request::{Companion, TokenRequest, TokenSpec};

use crate::time::UnixTime;
use crate::token::{AccessToken, AccessToken2, PrivilegeTtl, Project, Service};

/// A request that its caller may have. Made by [`Policy`](crate::policy::Policy) alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    request: TokenRequest,
}

impl Grant {
    pub(crate) fn new(request: TokenRequest) -> Self {
        Self { request }
    }

    /// What was granted.
    #[must_use]
    pub fn request(&self) -> &TokenRequest {
        &self.request
    }

    /// The signed token.
    #[must_use]
    pub fn issue(&self, project: &Project, now: UnixTime, salt: u32) -> IssuedToken {
        let TokenRequest { spec, ttl } = &self.request;
        let lasting = PrivilegeTtl::from(*ttl);
        let app_id = project.app_id;
        let new = |service| AccessToken2::new(app_id, now, *ttl, salt, service);
        let mut expires_at = now.plus(ttl.as_secs());
        // 006 knows no "with the token": its own end is always Agora's 24 hours.
        let absolute = |end: PrivilegeTtl| match end {
            PrivilegeTtl::UNTIL_TOKEN_ENDS => now.plus(ttl.as_secs()),
            end => now.plus(end.as_secs()),
        };
        let token = match spec {
            TokenSpec::Rtc { participant, privileges, companion } => {
                let token = new(Service::rtc(&participant.channel, &participant.uid, *privileges));
                match companion {
                    Companion::Nothing => token,
                    Companion::Rtm(user_id) => token.with(Service::rtm(user_id, lasting)),
                    Companion::ConvoAi(user_id) => {
                        token.with(Service::rtm(user_id, lasting)).with(Service::convo_ai())
                    }
                    Companion::Stt(user_id) => {
                        token.with(Service::rtm(user_id, lasting)).with(Service::stt())
                    }
                }
            }
            TokenSpec::Rtm { user_id, permissions: None } => new(Service::rtm(user_id, lasting)),
            TokenSpec::Rtm { user_id, permissions: Some(permissions) } => {
                new(Service::rtm2(user_id, permissions.clone(), lasting))
            }
            TokenSpec::ChatUser { user_id } => new(Service::chat_user(user_id, lasting)),
            TokenSpec::ChatApp => new(Service::chat_app(lasting)),
            TokenSpec::Fpa { login } => new(Service::fpa(*login)),
            TokenSpec::ApaasRoomUser { room_uuid, user_uuid, role } => {
                new(Service::apaas_room_user(room_uuid, user_uuid, *role, lasting))
                    .with(Service::rtm(user_uuid, lasting))
                    .with(Service::chat_user(&user_uuid.md5(), lasting))
            }
            TokenSpec::ApaasUser { user_uuid } => new(Service::apaas_user(user_uuid, lasting)),
            TokenSpec::ApaasApp => new(Service::apaas_app(lasting)),
            TokenSpec::OldRtc { participant, privileges } => {
                let ends = privileges.map(absolute);
                expires_at = ends.join_channel;
                let token_end = AccessToken::official_end(now);
                let token =
                    AccessToken::rtc(app_id, salt, token_end, &participant.channel, &participant.uid, ends);
                return IssuedToken { token: token.build(&project.certificate), issued_at: now, expires_at };
            }
            TokenSpec::OldRtm { user_id } => {
                let token =
                    AccessToken::rtm(app_id, salt, AccessToken::official_end(now), user_id, expires_at);
                return IssuedToken { token: token.build(&project.certificate), issued_at: now, expires_at };
            }
        };
        IssuedToken { token: token.build(&project.certificate), issued_at: now, expires_at }
    }
}

/// A signed token and its time.
#[derive(Clone, PartialEq, Eq)]
pub struct IssuedToken {
    /// The token, a credential.
    pub token: String,
    /// When it was issued.
    pub issued_at: UnixTime,
    /// When it ends; of 006, when the privilege to join ends.
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
