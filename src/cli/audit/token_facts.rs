//! What a token opens, as far as a probe compares it with its request.

use crate::token::{Field, UnverifiedAccessToken, UnverifiedAccessToken2};

/// A token that parses.
pub(super) enum TokenFacts {
    V007(Box<UnverifiedAccessToken2>),
    V006(Box<UnverifiedAccessToken>),
}

impl TokenFacts {
    pub(super) fn read(token: &str) -> Option<Self> {
        token
            .parse()
            .map(|token| Self::V007(Box::new(token)))
            .or_else(|_| token.parse().map(|token| Self::V006(Box::new(token))))
            .ok()
    }

    pub(super) fn app_id(&self) -> String {
        match self {
            Self::V007(token) => token.app_id().to_string(),
            Self::V006(token) => token.app_id().to_string(),
        }
    }

    /// Seconds from issue to expiry; a 006 token does not state its issue.
    pub(super) fn lifetime(&self) -> Option<u32> {
        match self {
            Self::V007(token) => Some(token.expire()),
            Self::V006(_) => None,
        }
    }

    /// Whether it is for this channel. 006 holds a checksum of it only.
    pub(super) fn is_for_channel(&self, channel: &str) -> bool {
        match self {
            Self::V007(_) => self.text(Field::Channel).as_deref() == Some(channel),
            Self::V006(token) => token.matches_channel(channel),
        }
    }

    /// Whether it is for this uid or account; uid 0 is the empty text.
    pub(super) fn is_for_uid(&self, uid: &str) -> bool {
        match self {
            Self::V007(_) => self.uid().as_deref() == Some(uid),
            Self::V006(token) => token.matches_uid(uid),
        }
    }

    /// Whether both are for one uid.
    pub(super) fn has_same_uid(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::V006(one), Self::V006(other)) => one.checksums().1 == other.checksums().1,
            (one, other) => one.uid() == other.uid(),
        }
    }

    /// The uid or user, where the token holds it.
    pub(super) fn uid(&self) -> Option<String> {
        self.text(Field::Uid).or_else(|| self.text(Field::UserId))
    }

    /// The channel, where the token holds it.
    pub(super) fn channel(&self) -> Option<String> {
        self.text(Field::Channel)
    }

    /// Whether it grants to publish.
    pub(super) fn publishes(&self) -> bool {
        const PUBLISH: [u16; 3] = [2, 3, 4];
        match self {
            Self::V007(token) => token
                .services()
                .iter()
                .filter(|service| service.type_number() == 1)
                .any(|service| service.privileges().iter().any(|(number, _)| PUBLISH.contains(number))),
            Self::V006(token) => token.privileges().iter().any(|(number, _)| PUBLISH.contains(number)),
        }
    }

    fn text(&self, field: Field) -> Option<String> {
        let Self::V007(token) = self else { return None };
        token.services().iter().find_map(|service| {
            let texts = service.payload().texts();
            texts.iter().find(|(name, _)| *name == field).map(|(_, text)| text.as_str().to_owned())
        })
    }
}
