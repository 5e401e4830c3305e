//! `POST /getToken` of `agora-token-service`: a token of any of three kinds.

use super::super::parse::fields::Fields;
use super::value::{channel, lifetime, role, rtm_user, same_user, uid, user_id};
use super::{Defaults, rtc, rtm};
use crate::request::{Companions, Format, Participant, Role, TokenRequest, TokenSpec};
use crate::token::{PrivilegeTtl, RtcPrivileges};

pub(super) fn get_token(fields: &mut Fields<'_>, defaults: &Defaults<'_>) -> Option<TokenRequest> {
    #[derive(Clone, Copy, PartialEq)]
    enum Kind {
        Rtc,
        Rtm,
        Chat,
    }
    let asking = &defaults.asking;
    let kind = fields.required("tokenType").and_then(|value| {
        let named = |word: &str| match word {
            "rtc" => Some(Kind::Rtc),
            "rtm" => Some(Kind::Rtm),
            "chat" => Some(Kind::Chat),
            _ => None,
        };
        fields.word("tokenType", &value, named, "rtc, rtm or chat")
    });
    let ttl = lifetime(fields, "expire", defaults);
    match kind? {
        Kind::Rtc => {
            let channel = channel(fields, "channel", defaults);
            let (role, uid) = (role(fields), uid(fields, "uid", defaults));
            let participant = Participant { channel: channel?, uid: uid?, role: role? };
            rtc(fields, participant, ttl?, defaults)
        }
        // With a channel that server adds what a Signaling stream channel needs: joining it in
        // RTC and publishing data there.
        Kind::Rtm if defaults.format == Format::V007 && !fields.is_missing("channel") => {
            let channel = channel(fields, "channel", defaults);
            let uid = uid(fields, "uid", defaults);
            let user_id = uid.as_ref().and_then(|uid| same_user(fields, uid));
            let ttl = ttl?;
            let end = PrivilegeTtl::from(ttl);
            let privileges = RtcPrivileges::subscriber(end).with_publish_data_stream(Some(end));
            let participant = Participant { channel: channel?, uid: uid?, role: Role::Publisher };
            Some(TokenRequest {
                spec: TokenSpec::Rtc { participant, privileges, companions: Companions::rtm(user_id?) },
                ttl,
            })
        }
        Kind::Rtm => {
            let user_id = rtm_user(fields, "uid", defaults);
            rtm(fields, user_id?, ttl?, defaults)
        }
        // Without a uid that server gives out an administrator's token; here the policy decides.
        Kind::Chat if fields.is_missing("uid") && asking.identity.is_none() => {
            Some(TokenRequest { spec: TokenSpec::ChatApp, ttl: ttl? })
        }
        Kind::Chat => {
            let user_id = user_id(fields, "uid", asking);
            Some(TokenRequest { spec: TokenSpec::ChatUser { user_id: user_id? }, ttl: ttl? })
        }
    }
}
