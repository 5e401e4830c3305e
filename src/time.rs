//! Absolute and relative seconds, as different types.
//!
//! 007 counts every expiry from its issue time, 006 stores absolute times. Passing one for the
//! other is the commonest cause of "token expired" and of tokens that live for 54 years, so here
//! it does not compile.

use std::fmt;

/// A moment: whole seconds since 1970-01-01 UTC, up to the year 2106, as both formats store it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime(u32);

impl UnixTime {
    /// The moment `seconds` after 1970-01-01 UTC.
    #[must_use]
    pub const fn from_secs(seconds: u32) -> Self {
        Self(seconds)
    }

    /// Seconds since 1970-01-01 UTC.
    #[must_use]
    pub const fn as_secs(self) -> u32 {
        self.0
    }

    /// The moment `seconds` later; the last representable one where the sum would pass it.
    #[must_use]
    pub const fn plus(self, seconds: u32) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// Seconds from `self` until `later`, negative where `later` has passed.
    #[must_use]
    pub fn until(self, later: Self) -> i64 {
        i64::from(later.0) - i64::from(self.0)
    }
}

/// How long a token, or one of its privileges, may live: 1 to 86,400 seconds from its issue.
///
/// Agora limits both to 24 hours (docs.agora.io, "Deploy a token server").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ttl(u32);

impl Ttl {
    /// 24 hours, the longest that Agora allows.
    pub const MAX: Self = Self(86_400);

    /// One hour.
    pub const HOUR: Self = Self(3_600);

    /// `seconds` from the issue of the token.
    ///
    /// # Errors
    /// [`TtlOutOfRange`] unless `seconds` is 1 to 86,400.
    pub const fn from_secs(seconds: u32) -> Result<Self, TtlOutOfRange> {
        if seconds == 0 || seconds > Self::MAX.0 { Err(TtlOutOfRange { seconds }) } else { Ok(Self(seconds)) }
    }

    /// Seconds from the issue of the token.
    #[must_use]
    pub const fn as_secs(self) -> u32 {
        self.0
    }
}

/// A lifetime outside of 1 to 86,400 seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TtlOutOfRange {
    /// What was asked for.
    pub seconds: u32,
}

impl fmt::Display for TtlOutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} seconds, expected 1 to {}", self.seconds, Ttl::MAX.0)
    }
}

impl std::error::Error for TtlOutOfRange {}
