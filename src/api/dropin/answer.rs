//! The success bodies.

use serde::Serialize;

use super::super::answer::token::Identity;
use super::Family;
use crate::grant::{Grant, IssuedToken};

/// Where a client looks for its token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::api) enum Member {
    Token,
    RtcToken,
    RtmToken,
    ChatToken,
}

/// The family's success body; the two times are ours, beside what its clients read.
///
/// Every client that Agora publishes passes over members that it does not know (`VideoUIKit`, the
/// video and Signaling samples, the documentation's pages: untyped maps, `JSONObject`,
/// `JsonUtility`, `Codable` structs). The Windows sample looks for the text `"rtcToken":"`: no space
/// may stand in the body.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct Answer<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<Identity<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rtc_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rtm_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    chat_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expire_time: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<u32>,
}

impl<'a> Answer<'a> {
    pub(in crate::api) fn of(family: Family, tokens: &'a [(Member, Grant, IssuedToken)]) -> Self {
        let token = |wanted: Member| {
            tokens.iter().find(|(member, ..)| *member == wanted).map(|(.., issued)| issued.token.as_str())
        };
        let first = tokens.first();
        Self {
            uid: match family {
                Family::RtcToken => first.and_then(|(_, grant, _)| {
                    let (_, user) = grant.request().spec.scope().users().next()?;
                    Some(Identity(user))
                }),
                _ => None,
            },
            token: token(Member::Token),
            rtc_token: token(Member::RtcToken),
            rtm_token: token(Member::RtmToken),
            chat_token: token(Member::ChatToken),
            code: matches!(family, Family::FetchRtcToken | Family::FetchRtmToken).then_some("200"),
            expire_time: first.map(|(_, grant, _)| grant.request().ttl.as_secs()),
            expires_at: first.map(|(.., issued)| issued.expires_at.as_secs()),
        }
    }
}
