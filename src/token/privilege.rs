//! Privileges and when they expire.

use crate::time::{Ttl, TtlOutOfRange};

/// The lifetime of a privilege of a 007 token: 0 to 86,400 seconds from the issue of the token.
///
/// ```
/// use agora_token_server::time::Ttl;
/// use agora_token_server::token::PrivilegeTtl;
///
/// assert_eq!(PrivilegeTtl::from_secs(0)?, PrivilegeTtl::UNTIL_TOKEN_ENDS);
/// assert_eq!(PrivilegeTtl::from(Ttl::HOUR).as_secs(), 3600);
/// assert!(PrivilegeTtl::from_secs(86_401).is_err());
/// # Ok::<(), agora_token_server::time::TtlOutOfRange>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrivilegeTtl(u32);

impl PrivilegeTtl {
    /// Agora's 0: the privilege expires with the token. It is granted nevertheless.
    pub const UNTIL_TOKEN_ENDS: Self = Self(0);

    /// `seconds` from the issue of the token; 0 is [`Self::UNTIL_TOKEN_ENDS`].
    ///
    /// # Errors
    /// [`TtlOutOfRange`] if `seconds` is above 86,400.
    pub const fn from_secs(seconds: u32) -> Result<Self, TtlOutOfRange> {
        if seconds > Ttl::MAX.as_secs() { Err(TtlOutOfRange { seconds }) } else { Ok(Self(seconds)) }
    }

    /// Seconds from the issue of the token; 0 if the privilege expires with the token. A parsed token
    /// can hold any value.
    #[must_use]
    pub const fn as_secs(self) -> u32 {
        self.0
    }

    /// The value in a parsed token, without bounds.
    pub(super) const fn from_token(seconds: u32) -> Self {
        Self(seconds)
    }
}

impl From<Ttl> for PrivilegeTtl {
    fn from(ttl: Ttl) -> Self {
        Self(ttl.as_secs())
    }
}

/// The four privileges of RTC. `E` is the type of their expiry: [`PrivilegeTtl`] in 007,
/// [`UnixTime`](crate::time::UnixTime) in 006.
///
/// Agora enforces the three that publish only if co-host authentication is enabled in the Console.
///
/// ```
/// use agora_token_server::token::{PrivilegeTtl, RtcPrivileges};
///
/// let until = PrivilegeTtl::from_secs(600)?;
/// let audio_only = RtcPrivileges::subscriber(until).with_publish_audio_stream(Some(until));
/// assert_eq!(audio_only.publish_video_stream(), None);
/// assert_eq!(audio_only.publish_audio_stream(), Some(audio_only.join_channel()));
///
/// let silent = RtcPrivileges::publisher(600_u32).with_publish_audio_stream(None);
/// let data_only = silent.with_publish_video_stream(None).with_publish_data_stream(Some(300));
/// assert_eq!(data_only.map(|seconds| seconds / 60).publish_data_stream(), Some(5));
/// # Ok::<(), agora_token_server::time::TtlOutOfRange>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RtcPrivileges<E> {
    join_channel: E,
    publish_audio_stream: Option<E>,
    publish_video_stream: Option<E>,
    publish_data_stream: Option<E>,
}

impl<E: Copy> RtcPrivileges<E> {
    /// Join the channel until `expiry`.
    #[must_use]
    pub const fn subscriber(expiry: E) -> Self {
        Self {
            join_channel: expiry,
            publish_audio_stream: None,
            publish_video_stream: None,
            publish_data_stream: None,
        }
    }

    /// Join the channel and publish audio, video and data streams until `expiry`.
    #[must_use]
    pub const fn publisher(expiry: E) -> Self {
        Self {
            join_channel: expiry,
            publish_audio_stream: Some(expiry),
            publish_video_stream: Some(expiry),
            publish_data_stream: Some(expiry),
        }
    }

    /// Sets when publishing audio streams expires, or removes the privilege.
    #[must_use]
    pub fn with_publish_audio_stream(self, expiry: Option<E>) -> Self {
        Self { publish_audio_stream: expiry, ..self }
    }

    /// Sets when publishing video streams expires, or removes the privilege.
    #[must_use]
    pub fn with_publish_video_stream(self, expiry: Option<E>) -> Self {
        Self { publish_video_stream: expiry, ..self }
    }

    /// Sets when publishing data streams expires, or removes the privilege.
    #[must_use]
    pub fn with_publish_data_stream(self, expiry: Option<E>) -> Self {
        Self { publish_data_stream: expiry, ..self }
    }

    /// When joining the channel expires.
    #[must_use]
    pub fn join_channel(&self) -> E {
        self.join_channel
    }

    /// When publishing audio streams expires, if granted.
    #[must_use]
    pub fn publish_audio_stream(&self) -> Option<E> {
        self.publish_audio_stream
    }

    /// When publishing video streams expires, if granted.
    #[must_use]
    pub fn publish_video_stream(&self) -> Option<E> {
        self.publish_video_stream
    }

    /// When publishing data streams expires, if granted.
    #[must_use]
    pub fn publish_data_stream(&self) -> Option<E> {
        self.publish_data_stream
    }

    /// The same privileges with other expiries.
    pub fn map<F>(self, mut to: impl FnMut(E) -> F) -> RtcPrivileges<F> {
        RtcPrivileges {
            join_channel: to(self.join_channel),
            publish_audio_stream: self.publish_audio_stream.map(&mut to),
            publish_video_stream: self.publish_video_stream.map(&mut to),
            publish_data_stream: self.publish_data_stream.map(&mut to),
        }
    }

    /// Agora's numbers of the granted privileges, with their expiries.
    pub(super) fn pairs(self) -> impl Iterator<Item = (u16, E)> {
        let all = [
            Some(self.join_channel),
            self.publish_audio_stream,
            self.publish_video_stream,
            self.publish_data_stream,
        ];
        (1..).zip(all).filter_map(|(number, expiry)| Some((number, expiry?)))
    }
}
