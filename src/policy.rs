//! Who may have which token: one pure function from a request to a [`Grant`] or to the rule that
//! refuses it.

use std::fmt;

use crate::issue::{Ask, Beside, Grant, TokenRequest, TokenType};
use crate::time::Ttl;
use crate::token::{Permissions, Resource, UserId};

/// What the server's configuration allows to anybody.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The channels that tokens may name; `None` allows any.
    pub channels: Option<Vec<ChannelPattern>>,
    /// The kinds of token that may be issued.
    pub token_types: Vec<TokenType>,
    /// The longest lifetime.
    pub max_ttl: Ttl,
    /// Whether uid 0 and accounts with a `*` may be had.
    pub wildcard_uid: bool,
    /// Whether the empty channel and channels with a `*` may be had.
    pub wildcard_channel: bool,
}

impl Policy {
    /// Everything that the formats allow, for somebody who holds the certificate anyway.
    #[must_use]
    pub fn unrestricted() -> Self {
        Self {
            channels: None,
            token_types: TokenType::ALL.to_vec(),
            max_ttl: Ttl::MAX,
            wildcard_uid: true,
            wildcard_channel: true,
        }
    }

    /// The request as a grant.
    ///
    /// # Errors
    /// The first rule that refuses it, in the order of [`Rule`].
    pub fn grant(&self, request: TokenRequest) -> Result<Grant, Denied> {
        let ask = &request.ask;
        if let Some(refused) = carried(ask).iter().find(|kind| !self.token_types.contains(kind)) {
            return Err(Denied::TokenType(*refused));
        }
        if !self.wildcard_channel
            && let Some(field) = wildcard_channel(ask)
        {
            return Err(Denied::Wildcard { field });
        }
        if !self.wildcard_uid
            && let Some(field) = wildcard_user(ask)
        {
            return Err(Denied::Wildcard { field });
        }
        if let Some(patterns) = &self.channels {
            let allowed = |name: &str| patterns.iter().any(|pattern| pattern.matches(name));
            if let Some((field, _)) = channels(ask).find(|(_, name)| !allowed(name)) {
                return Err(Denied::Channel { field });
            }
        }
        if request.ttl > self.max_ttl {
            return Err(Denied::ExpireTime { asked: request.ttl, longest: self.max_ttl });
        }
        Ok(Grant::new(request))
    }
}

/// A channel's name, or with a `*` at its end the start of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelPattern {
    text: String,
    open_end: bool,
}

impl ChannelPattern {
    /// # Errors
    /// [`PatternError`] where a `*` stands anywhere but at the end, or where there is nothing.
    pub fn parse(pattern: &str) -> Result<Self, PatternError> {
        let (text, open_end) = match pattern.strip_suffix('*') {
            Some(text) => (text, true),
            None => (pattern, false),
        };
        if text.contains('*') || pattern.is_empty() {
            return Err(PatternError);
        }
        Ok(Self { text: text.to_owned(), open_end })
    }

    fn matches(&self, name: &str) -> bool {
        if self.open_end { name.starts_with(&self.text) } else { name == self.text }
    }
}

/// Not a channel pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PatternError;

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a channel's name, or its start and a * at the end")
    }
}

/// The rules by which a well-formed request may be refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// A type that the token would carry.
    TokenType,
    /// uid 0, an empty channel, or a `*`.
    Wildcard,
    /// The channel.
    Channel,
    /// The role.
    Role,
    /// An identity.
    Uid,
    /// The lifetime.
    ExpireTime,
    /// The page that asks.
    Origin,
}

impl Rule {
    /// Its name in the HTTP contract.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::TokenType => "tokenType",
            Self::Wildcard => "wildcard",
            Self::Channel => "channel",
            Self::Role => "role",
            Self::Uid => "uid",
            Self::ExpireTime => "expireTime",
            Self::Origin => "origin",
        }
    }
}

/// Why a request was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denied {
    /// The token would carry this type.
    TokenType(TokenType),
    /// This field names more than one channel or user.
    Wildcard {
        /// The field of the body.
        field: &'static str,
    },
    /// A channel that is not among the allowed ones.
    Channel {
        /// The field of the body.
        field: &'static str,
    },
    /// Longer than allowed.
    ExpireTime {
        /// The lifetime that was asked for.
        asked: Ttl,
        /// The longest that is allowed.
        longest: Ttl,
    },
    /// A page of an origin that is not among the allowed ones.
    Origin,
}

impl Denied {
    /// The rule that refused.
    #[must_use]
    pub fn rule(&self) -> Rule {
        match self {
            Self::TokenType(_) => Rule::TokenType,
            Self::Wildcard { .. } => Rule::Wildcard,
            Self::Channel { .. } => Rule::Channel,
            Self::ExpireTime { .. } => Rule::ExpireTime,
            Self::Origin => Rule::Origin,
        }
    }
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TokenType(kind) => write!(f, "tokenType: {} is not allowed here", kind.name()),
            Self::Wildcard { field } => {
                write!(f, "{field}: a wildcard, which is not allowed here; name one")
            }
            Self::Channel { field } => write!(f, "{field}: not one of the channels that are allowed here"),
            Self::ExpireTime { asked, longest } => {
                write!(f, "expireTime: {}, at most {} is allowed here", asked.as_secs(), longest.as_secs())
            }
            Self::Origin => f.write_str("the page's origin is not allowed here"),
        }
    }
}

/// Every type that a token carries. Each must be allowed, or one could be had inside another.
fn carried(ask: &Ask) -> &'static [TokenType] {
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

/// Every channel that a token names, with its field.
fn channels(ask: &Ask) -> impl Iterator<Item = (&'static str, &str)> {
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

fn wildcard_channel(ask: &Ask) -> Option<&'static str> {
    channels(ask).find(|(_, name)| name.is_empty() || name.contains('*')).map(|(field, _)| field)
}

fn wildcard_user(ask: &Ask) -> Option<&'static str> {
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
