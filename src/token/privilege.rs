//! Privileges and how long they last.

use crate::time::{Ttl, TtlOutOfRange};

/// How long one privilege of an 007 token lasts, counted from the token's issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrivilegeTtl(u32);

impl PrivilegeTtl {
    /// Agora's 0: as long as the token itself. It does not mean "not granted".
    pub const UNTIL_TOKEN_ENDS: Self = Self(0);

    /// `seconds` from the issue of the token, 0 for [`Self::UNTIL_TOKEN_ENDS`].
    ///
    /// # Errors
    /// [`TtlOutOfRange`] above 86,400 seconds.
    pub const fn from_secs(seconds: u32) -> Result<Self, TtlOutOfRange> {
        if seconds > Ttl::MAX.as_secs() { Err(TtlOutOfRange { seconds }) } else { Ok(Self(seconds)) }
    }

    /// Seconds from the issue of the token, 0 for as long as the token. In a parsed token it may
    /// be anything.
    #[must_use]
    pub const fn as_secs(self) -> u32 {
        self.0
    }

    /// What stands in a token, whoever made it.
    pub(super) const fn from_token(seconds: u32) -> Self {
        Self(seconds)
    }
}

impl From<Ttl> for PrivilegeTtl {
    fn from(ttl: Ttl) -> Self {
        Self(ttl.as_secs())
    }
}

/// The four privileges of RTC. `E` is their end: a [`PrivilegeTtl`] in 007, a
/// [`UnixTime`](crate::time::UnixTime) in 006.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RtcPrivileges<E> {
    /// Joining the channel.
    pub join_channel: E,
    /// Publishing audio. The three are enforced only where co-host authentication is switched on
    /// in the Agora Console.
    pub publish_audio_stream: Option<E>,
    /// Publishing video.
    pub publish_video_stream: Option<E>,
    /// Publishing data streams.
    pub publish_data_stream: Option<E>,
}

impl<E: Copy> RtcPrivileges<E> {
    /// Joining only.
    #[must_use]
    pub const fn subscriber(end: E) -> Self {
        Self {
            join_channel: end,
            publish_audio_stream: None,
            publish_video_stream: None,
            publish_data_stream: None,
        }
    }

    /// Joining and publishing everything.
    #[must_use]
    pub const fn publisher(end: E) -> Self {
        Self {
            join_channel: end,
            publish_audio_stream: Some(end),
            publish_video_stream: Some(end),
            publish_data_stream: Some(end),
        }
    }

    /// The same privileges with other ends.
    pub fn map<F>(self, mut to: impl FnMut(E) -> F) -> RtcPrivileges<F> {
        RtcPrivileges {
            join_channel: to(self.join_channel),
            publish_audio_stream: self.publish_audio_stream.map(&mut to),
            publish_video_stream: self.publish_video_stream.map(&mut to),
            publish_data_stream: self.publish_data_stream.map(&mut to),
        }
    }

    /// Agora's numbers of the privileges that are granted, with their ends.
    pub(super) fn pairs(self) -> impl Iterator<Item = (u16, E)> {
        let all = [
            Some(self.join_channel),
            self.publish_audio_stream,
            self.publish_video_stream,
            self.publish_data_stream,
        ];
        (1..).zip(all).filter_map(|(number, end)| Some((number, end?)))
    }
}
