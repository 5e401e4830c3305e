//! The errors by which Agora's SDKs report a fault.

use super::client::Use;

/// What an SDK finds wrong with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Nothing: the client is not refused.
    None,
    /// The token is missing.
    Missing,
    /// It is no valid token, or not one for this use.
    Invalid,
    /// It belongs to another App ID.
    AppId,
    /// It has ended.
    Expired,
    /// The user ID is not allowed.
    User,
    /// The channel is not allowed.
    Channel,
}

/// The errors of Agora's SDKs for a fault, as far as it shows in them.
///
/// Sources: docs.agora.io "How to solve token-related errors"; npm `agora-rtc-sdk-ng` 4.24, `agora-rtm`
/// 2.2 (`RTM_ERROR_…`) and `agora-rtm-sdk` 1.5 (`LOGIN_ERR_…`); `AgoraChatErrorCode.h`; the status codes
/// of the Conversational AI REST API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SdkError {
    /// RTC, native: `ERR_INVALID_TOKEN` and so on.
    pub rtc: Option<u16>,
    /// RTC, Web: the end of the message of `CAN_NOT_GET_GATEWAY_SERVER`.
    pub web: Option<&'static str>,
    /// RTM and Signaling 2.x.
    pub rtm: Option<i32>,
    /// RTM 1.x: the error of the login.
    pub rtm1: Option<u8>,
    /// Chat, native.
    pub chat: Option<u16>,
    /// Conversational AI: the HTTP status of its REST API.
    pub convoai: Option<u16>,
}

impl SdkError {
    /// The errors by which clients of these uses see a fault.
    pub(super) fn new(fault: Fault, uses: &[Use]) -> Self {
        let all = Self::of_every_sdk(fault);
        let is_for = |purpose| uses.contains(&purpose);
        let rtc = is_for(Use::Rtc);
        Self {
            rtc: all.rtc.filter(|_| rtc),
            web: all.web.filter(|_| rtc),
            rtm: all.rtm.filter(|_| is_for(Use::Rtm)),
            rtm1: all.rtm1.filter(|_| is_for(Use::Rtm)),
            chat: all.chat.filter(|_| is_for(Use::Chat)),
            convoai: all.convoai.filter(|_| is_for(Use::ConvoAi)),
        }
    }

    /// Whether no SDK reports the fault.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    fn of_every_sdk(fault: Fault) -> Self {
        let errors = |rtc, web, rtm, rtm1, chat| Self {
            rtc: Some(rtc),
            web: Some(web),
            rtm: Some(rtm),
            rtm1: Some(rtm1),
            chat,
            convoai: Some(401),
        };
        match fault {
            Fault::None => Self::default(),
            Fault::Missing => errors(110, "dynamic use static key", -10005, 5, Some(104)),
            Fault::Invalid => errors(110, "invalid token, authorized failed", -10005, 5, Some(104)),
            Fault::AppId => errors(110, "invalid token, authorized failed", -10016, 5, Some(104)),
            Fault::Expired => errors(109, "dynamic key expired", -10009, 6, Some(108)),
            Fault::User => Self { web: None, ..errors(134, "", -10006, 3, None) },
            Fault::Channel => errors(102, "invalid channel name", -10008, 5, None),
        }
    }
}
