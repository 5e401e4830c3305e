//! What a token reaches: its types, channels and identities, whatever field named them.

use std::borrow::Cow;

use crate::request::{Companion, TokenKind, TokenSpec};
use crate::token::{Permissions, Resource, UserId};

/// Every type that a token carries. Each must be allowed, or one could be had inside another.
pub(super) fn types(spec: &TokenSpec) -> &'static [TokenKind] {
    match spec {
        TokenSpec::Rtc { companion: Companion::Nothing, .. } | TokenSpec::OldRtc { .. } => &[TokenKind::Rtc],
        TokenSpec::Rtc { companion: Companion::Rtm(_), .. } => &[TokenKind::Rtc, TokenKind::Rtm],
        TokenSpec::Rtc { companion: Companion::ConvoAi(_), .. } => {
            &[TokenKind::ConvoAi, TokenKind::Rtc, TokenKind::Rtm]
        }
        TokenSpec::Rtc { companion: Companion::Stt(_), .. } => {
            &[TokenKind::Stt, TokenKind::Rtc, TokenKind::Rtm]
        }
        TokenSpec::Rtm { .. } | TokenSpec::OldRtm { .. } => &[TokenKind::Rtm],
        TokenSpec::ChatUser { .. } => &[TokenKind::ChatUser],
        TokenSpec::ChatApp => &[TokenKind::ChatApp],
        TokenSpec::Fpa { .. } => &[TokenKind::Fpa],
        TokenSpec::ApaasRoomUser { .. } => &[TokenKind::ApaasRoomUser, TokenKind::Rtm, TokenKind::ChatUser],
        TokenSpec::ApaasUser { .. } => &[TokenKind::ApaasUser],
        TokenSpec::ApaasApp => &[TokenKind::ApaasApp],
    }
}

/// Whether tokens of this type are for one channel or room.
pub(super) fn has_channel(kind: TokenKind) -> bool {
    match kind {
        TokenKind::Rtc | TokenKind::ConvoAi | TokenKind::Stt | TokenKind::ApaasRoomUser => true,
        TokenKind::Rtm
        | TokenKind::ChatUser
        | TokenKind::ChatApp
        | TokenKind::Fpa
        | TokenKind::ApaasUser
        | TokenKind::ApaasApp => false,
    }
}

/// Whether tokens of this type are for no user: they act for the whole app.
pub(super) fn is_app_level(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::ChatApp | TokenKind::ApaasApp | TokenKind::Fpa)
}

/// Every identity that a token lets its holder take, with its field.
pub(super) fn identities(spec: &TokenSpec) -> impl Iterator<Item = (&'static str, Cow<'_, str>)> {
    let id = |field, id| -> Option<(&'static str, Cow<'_, str>)> {
        let id: &UserId = id;
        Some((field, Cow::Borrowed(id.as_str())))
    };
    let (one, other) = match spec {
        TokenSpec::Rtc { participant, companion, .. } => (
            Some(("uid", Cow::Owned(participant.uid.to_string()))),
            companion.user_id().and_then(|user_id| id("rtm.userId", user_id)),
        ),
        TokenSpec::OldRtc { participant, .. } => {
            (Some(("uid", Cow::Owned(participant.uid.to_string()))), None)
        }
        TokenSpec::Rtm { user_id, .. } | TokenSpec::OldRtm { user_id } | TokenSpec::ChatUser { user_id } => {
            (id("uid", user_id), None)
        }
        TokenSpec::ApaasRoomUser { user_uuid, .. } | TokenSpec::ApaasUser { user_uuid } => {
            (id("userUuid", user_uuid), None)
        }
        TokenSpec::ChatApp | TokenSpec::Fpa { .. } | TokenSpec::ApaasApp => (None, None),
    };
    one.into_iter().chain(other)
}

/// Every channel that a token names, with its field.
pub(super) fn channels(spec: &TokenSpec) -> impl Iterator<Item = (&'static str, &str)> {
    let (permissions, named) = match spec {
        TokenSpec::Rtc { participant, .. } | TokenSpec::OldRtc { participant, .. } => {
            (None, Some(("channel", participant.channel.as_str())))
        }
        TokenSpec::ApaasRoomUser { room_uuid, .. } => (None, Some(("roomUuid", room_uuid.as_str()))),
        TokenSpec::Rtm { permissions, .. } => (permissions.as_ref(), None),
        TokenSpec::OldRtm { .. }
        | TokenSpec::ChatUser { .. }
        | TokenSpec::ChatApp
        | TokenSpec::Fpa { .. }
        | TokenSpec::ApaasUser { .. }
        | TokenSpec::ApaasApp => (None, None),
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

pub(super) fn wildcard_channel(spec: &TokenSpec) -> Option<&'static str> {
    channels(spec).find(|(_, name)| name.is_empty() || name.contains('*')).map(|(field, _)| field)
}

pub(super) fn wildcard_user(spec: &TokenSpec) -> Option<&'static str> {
    let id = |field, id: &UserId| id.is_wildcard().then_some(field);
    match spec {
        TokenSpec::Rtc { participant, companion, .. } => {
            if participant.uid.is_wildcard() {
                return Some("uid");
            }
            companion.user_id().and_then(|user_id| id("rtm.userId", user_id))
        }
        TokenSpec::OldRtc { participant, .. } => participant.uid.is_wildcard().then_some("uid"),
        TokenSpec::Rtm { user_id, permissions } => id("uid", user_id).or_else(|| {
            let mut users = permissions.iter().flat_map(|permissions| permissions.names_of(Resource::Users));
            users.any(|name| name.is_empty() || name.contains('*')).then_some("permissions.users")
        }),
        TokenSpec::OldRtm { user_id } | TokenSpec::ChatUser { user_id } => id("uid", user_id),
        TokenSpec::ApaasRoomUser { user_uuid, .. } | TokenSpec::ApaasUser { user_uuid } => {
            id("userUuid", user_uuid)
        }
        TokenSpec::ChatApp | TokenSpec::Fpa { .. } | TokenSpec::ApaasApp => None,
    }
}
