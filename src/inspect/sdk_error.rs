//! The errors by which Agora's SDKs report a fault.

use super::client::Use;

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

/// The client is not refused.
pub(super) const NONE: &SdkError =
    &SdkError { rtc: None, web: None, rtm: None, rtm1: None, chat: None, convoai: None };
/// The token is missing.
pub(super) const MISSING: &SdkError = &errors(110, "dynamic use static key", -10005, 5, Some(104));
/// The token is invalid, or not for this use.
pub(super) const INVALID: &SdkError = &errors(110, "invalid token, authorized failed", -10005, 5, Some(104));
/// The token belongs to another App ID.
pub(super) const APP_ID: &SdkError = &errors(110, "invalid token, authorized failed", -10016, 5, Some(104));
/// The token has expired.
pub(super) const EXPIRED: &SdkError = &errors(109, "dynamic key expired", -10009, 6, Some(108));
/// The user ID is not allowed.
pub(super) const USER: &SdkError = &SdkError { web: None, ..errors(134, "", -10006, 3, None) };
/// The channel is not allowed. Only RTC has one.
pub(super) const CHANNEL: &SdkError =
    &SdkError { rtc: Some(102), web: Some("invalid channel name"), ..*NONE };

const fn errors(rtc: u16, web: &'static str, rtm: i32, rtm1: u8, chat: Option<u16>) -> SdkError {
    SdkError { rtc: Some(rtc), web: Some(web), rtm: Some(rtm), rtm1: Some(rtm1), chat, convoai: Some(401) }
}

impl SdkError {
    /// The errors that clients with these uses report.
    pub(super) fn seen_by(&self, uses: &[Use]) -> Self {
        let mut seen = *NONE;
        for purpose in uses {
            match purpose {
                Use::Rtc => (seen.rtc, seen.web) = (self.rtc, self.web),
                Use::Rtm => (seen.rtm, seen.rtm1) = (self.rtm, self.rtm1),
                Use::Chat => seen.chat = self.chat,
                Use::ConvoAi => seen.convoai = self.convoai,
                // No errors of other SDKs are known.
                _ => {}
            }
        }
        seen
    }

    /// Whether no SDK reports the fault.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self == NONE
    }
}
