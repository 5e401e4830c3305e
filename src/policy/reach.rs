//! What a token reaches: its types, channels and identities, whatever field named them.

use std::borrow::Cow;

use crate::issue::{Ask, Beside, TokenType};
use crate::token::{Permissions, Resource, UserId};

/// Every type that a token carries. Each must be allowed, or one could be had inside another.
pub(super) fn types(ask: &Ask) -> &'static [TokenType] {
    match ask {
        Ask::Rtc { beside: Beside::Nothing, .. } | Ask::OldRtc { .. } => &[TokenType::Rtc],
        Ask::Rtc { beside: Beside::Rtm(_), .. } => &[TokenType::Rtc, TokenType::Rtm],
        Ask::Rtc { beside: Beside::ConvoAi(_), .. } => &[TokenType::ConvoAi, TokenType::Rtc, TokenType::Rtm],
        Ask::Rtc { beside: Beside::Stt(_), .. } => &[TokenType::Stt, TokenType::Rtc, TokenType::Rtm],
        Ask::Rtm { .. } | Ask::OldRtm { .. } => &[TokenType::Rtm],
        Ask::ChatUser { .. } => &[TokenType::ChatUser],
        Ask::ChatApp => &[TokenType::ChatApp],
        Ask::Fpa { .. } => &[TokenType::Fpa],
        Ask::ApaasRoomUser { .. } => &[TokenType::ApaasRoomUser, TokenType::Rtm, TokenType::ChatUser],
        Ask::ApaasUser { .. } => &[TokenType::ApaasUser],
        Ask::ApaasApp => &[TokenType::ApaasApp],
    }
}

/// Whether tokens of this type are for one channel or room.
pub(super) fn has_channel(kind: TokenType) -> bool {
    match kind {
        TokenType::Rtc | TokenType::ConvoAi | TokenType::Stt | TokenType::ApaasRoomUser => true,
        TokenType::Rtm
        | TokenType::ChatUser
        | TokenType::ChatApp
        | TokenType::Fpa
        | TokenType::ApaasUser
        | TokenType::ApaasApp => false,
    }
}

/// Whether tokens of this type are for no user: they act for the whole app.
pub(super) fn is_app_level(kind: TokenType) -> bool {
    matches!(kind, TokenType::ChatApp | TokenType::ApaasApp | TokenType::Fpa)
}

/// Every identity that a token lets its holder take, with its field.
pub(super) fn identities(ask: &Ask) -> impl Iterator<Item = (&'static str, Cow<'_, str>)> {
    let id = |field, id| -> Option<(&'static str, Cow<'_, str>)> {
        let id: &UserId = id;
        Some((field, Cow::Borrowed(id.as_str())))
    };
    let (one, other) = match ask {
        Ask::Rtc { seat, beside, .. } => (
            Some(("uid", Cow::Owned(seat.uid.to_string()))),
            beside.user_id().and_then(|user_id| id("rtm.userId", user_id)),
        ),
        Ask::OldRtc { seat, .. } => (Some(("uid", Cow::Owned(seat.uid.to_string()))), None),
        Ask::Rtm { user_id, .. } | Ask::OldRtm { user_id } | Ask::ChatUser { user_id } => {
            (id("uid", user_id), None)
        }
        Ask::ApaasRoomUser { user_uuid, .. } | Ask::ApaasUser { user_uuid } => {
            (id("userUuid", user_uuid), None)
        }
        Ask::ChatApp | Ask::Fpa { .. } | Ask::ApaasApp => (None, None),
    };
    one.into_iter().chain(other)
}

/// Every channel that a token names, with its field.
pub(super) fn channels(ask: &Ask) -> impl Iterator<Item = (&'static str, &str)> {
    let (permissions, named) = match ask {
        Ask::Rtc { seat, .. } | Ask::OldRtc { seat, .. } => (None, Some(("channel", seat.channel.as_str()))),
        Ask::ApaasRoomUser { room_uuid, .. } => (None, Some(("roomUuid", room_uuid.as_str()))),
        Ask::Rtm { permissions, .. } => (permissions.as_ref(), None),
        Ask::OldRtm { .. }
        | Ask::ChatUser { .. }
        | Ask::ChatApp
        | Ask::Fpa { .. }
        | Ask::ApaasUser { .. }
        | Ask::ApaasApp => (None, None),
    };
    named.into_iter().chain(permissions.into_iter().flat_map(permitted_channels))
}

/// Every resource of RTM permissions but users is a channel, or a group of them.
fn permitted_channels(permissions: &Permissions) -> impl Iterator<Item = (&'static str, &str)> {
    [
        (Resource::MessageChannels, "permissions.messageChannels"),
        (Resource::StreamChannels, "permissions.streamChannels"),
        (Resource::GroupChannels, "permissions.groupChannels"),
        (Resource::ServerGroups, "permissions.serverGroups"),
    ]
    .into_iter()
    .flat_map(|(resource, field)| permissions.names_of(resource).map(move |name| (field, name)))
}

pub(super) fn wildcard_channel(ask: &Ask) -> Option<&'static str> {
    channels(ask).find(|(_, name)| name.is_empty() || name.contains('*')).map(|(field, _)| field)
}

pub(super) fn wildcard_user(ask: &Ask) -> Option<&'static str> {
    let id = |field, id: &UserId| id.is_wildcard().then_some(field);
    match ask {
        Ask::Rtc { seat, beside, .. } => {
            if seat.uid.is_wildcard() {
                return Some("uid");
            }
            beside.user_id().and_then(|user_id| id("rtm.userId", user_id))
        }
        Ask::OldRtc { seat, .. } => seat.uid.is_wildcard().then_some("uid"),
        Ask::Rtm { user_id, permissions } => id("uid", user_id).or_else(|| {
            let mut users = permissions.iter().flat_map(|permissions| permissions.names_of(Resource::Users));
            users.any(|name| name.is_empty() || name.contains('*')).then_some("permissions.users")
        }),
        Ask::OldRtm { user_id } | Ask::ChatUser { user_id } => id("uid", user_id),
        Ask::ApaasRoomUser { user_uuid, .. } | Ask::ApaasUser { user_uuid } => id("userUuid", user_uuid),
        Ask::ChatApp | Ask::Fpa { .. } | Ask::ApaasApp => None,
    }
}
