//! What a client uses a token for.

use std::fmt;

use crate::token::closed_set;

/// The known facts about the client that uses a token.
///
/// ```
/// use agora_token_server::inspect::{Client, Use};
///
/// let client = Client::new(Some("room-1"), Some("42"));
/// assert_eq!(client.wanted(), Some(Use::Rtc));
/// let client = Client::new(None, Some("alice")).with_use(Some(Use::Rtm));
/// assert_eq!(client.uid, Some("alice"));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Client<'a> {
    /// The RTC channel.
    pub channel: Option<&'a str>,
    /// The uid, user account or user ID; for RTC, `0` and the empty text are uid 0.
    pub uid: Option<&'a str>,
    /// What the token is for, if that is known.
    pub purpose: Option<Use>,
}

impl<'a> Client<'a> {
    /// A client that joins `channel` as `uid`.
    #[must_use]
    pub const fn new(channel: Option<&'a str>, uid: Option<&'a str>) -> Self {
        Self { channel, uid, purpose: None }
    }

    /// The same client, which uses the token for `purpose`.
    #[must_use]
    pub const fn with_use(self, purpose: Option<Use>) -> Self {
        Self { purpose, ..self }
    }

    /// What the token is for. A channel alone means RTC.
    #[must_use]
    pub const fn wanted(&self) -> Option<Use> {
        match (self.purpose, self.channel) {
            (None, Some(_)) => Some(Use::Rtc),
            (purpose, _) => purpose,
        }
    }
}

closed_set! {
    /// What a token is used for.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum Use {
        /// Voice and video.
        Rtc = "rtc",
        /// Signaling (RTM), with or without permissions.
        Rtm = "rtm",
        /// Chat.
        Chat = "chat",
        /// Pushing streams into a channel.
        Streaming = "streaming",
        /// Full-path acceleration.
        Fpa = "fpa",
        /// The fusion CDN.
        Fcdn = "fcdn",
        /// Flexible Classroom.
        Apaas = "apaas",
        /// Conversational AI.
        ConvoAi = "convoai",
        /// Speech to text.
        Stt = "stt",
    }

    FromStr: UnknownUse
}

impl Use {
    /// The request that issues the token for a use.
    pub(super) const fn request(self) -> &'static str {
        match self {
            Self::Rtc => "request tokenType rtc with the channel and uid of the client",
            Self::Rtm => "request tokenType rtm, or rtc with \"rtm\": true",
            Self::Chat => "request tokenType chat-user, or rtc with \"chat\": true",
            Self::Streaming => "build a token with the Streaming service",
            Self::Fpa => "request tokenType fpa",
            Self::Fcdn => "build a token with the FCDN service",
            Self::Apaas => "request tokenType apaas-room-user or apaas-user",
            Self::ConvoAi => "request tokenType convoai",
            Self::Stt => "request tokenType stt",
        }
    }
}

/// Text that names no [`Use`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownUse;

impl UnknownUse {
    pub(crate) const EXPECTED: &str = "rtc, rtm, chat, streaming, fpa, fcdn, apaas, convoai or stt";
}

impl fmt::Display for UnknownUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}", Self::EXPECTED)
    }
}

impl std::error::Error for UnknownUse {}
