//! Absolute and relative times, as different types.
//!
//! A 007 token counts its lifetimes from its issue time; a 006 token stores absolute times. A mix-up is
//! the most common cause of "token expired" and of tokens that last for 54 years. Here it does not
//! compile.

use std::fmt;

/// A time in whole seconds since 1970-01-01 UTC, up to the year 2106. Both token formats store it so.
///
/// ```
/// use agora_token_server::time::UnixTime;
///
/// let now = UnixTime::from_secs(1_763_878_685);
/// assert_eq!(now.to_string(), "2025-11-23T06:18:05Z");
/// assert_eq!(now.until(now.plus(60)), 60);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime(u32);

impl UnixTime {
    /// The time `seconds` after 1970-01-01 UTC.
    #[must_use]
    pub const fn from_secs(seconds: u32) -> Self {
        Self(seconds)
    }

    /// Seconds since 1970-01-01 UTC.
    #[must_use]
    pub const fn as_secs(self) -> u32 {
        self.0
    }

    /// The time `seconds` later, or the last representable time if the sum is beyond it.
    #[must_use]
    pub const fn plus(self, seconds: u32) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// Seconds from `self` to `later`; negative if `later` is before `self`.
    #[must_use]
    pub fn until(self, later: Self) -> i64 {
        i64::from(later.0) - i64::from(self.0)
    }
}

/// RFC 3339 in UTC: `2026-11-23T06:18:05Z`.
impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": years start in March, so
        // that the leap day is the last day.
        let (days, seconds) = (self.0 / 86_400, self.0 % 86_400);
        let shifted = days + 719_468;
        let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
        let leap_days = day_of_era / 1_460 - day_of_era / 36_524 + day_of_era / 146_096;
        let year_of_era = (day_of_era - leap_days) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        let year = era * 400 + year_of_era + u32::from(month <= 2);
        let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hours:02}:{minutes:02}:{seconds:02}Z")
    }
}

/// The lifetime of a token or of a privilege: 1 to 86,400 seconds from the issue of the token.
///
/// Agora limits both to 24 hours (docs.agora.io, "Deploy a token server").
///
/// ```
/// use agora_token_server::time::Ttl;
///
/// assert_eq!(Ttl::from_secs(3600)?, Ttl::HOUR);
/// assert!(Ttl::from_secs(0).is_err());
/// # Ok::<(), agora_token_server::time::TtlOutOfRange>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ttl(u32);

impl Ttl {
    /// 24 hours, the longest lifetime that Agora allows.
    pub const MAX: Self = Self(86_400);

    /// One hour.
    pub const HOUR: Self = Self(3_600);

    /// `seconds` from the issue of the token.
    ///
    /// # Errors
    /// [`TtlOutOfRange`] if `seconds` is not 1 to 86,400.
    pub const fn from_secs(seconds: u32) -> Result<Self, TtlOutOfRange> {
        if seconds == 0 || seconds > Self::MAX.0 { Err(TtlOutOfRange { seconds }) } else { Ok(Self(seconds)) }
    }

    /// Seconds from the issue of the token.
    #[must_use]
    pub const fn as_secs(self) -> u32 {
        self.0
    }
}

/// A lifetime is out of its bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TtlOutOfRange {
    /// The rejected lifetime.
    pub seconds: u32,
}

impl fmt::Display for TtlOutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} seconds, expected 1 to {}", self.seconds, Ttl::MAX.0)
    }
}

impl std::error::Error for TtlOutOfRange {}

#[cfg(test)]
mod tests {
    use super::UnixTime;

    #[test]
    fn unix_time_displays_as_calendar_date() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (1_700_000_000, "2023-11-14T22:13:20Z"),
            (1_735_689_599, "2024-12-31T23:59:59Z"),
            (1_735_689_600, "2025-01-01T00:00:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (u32::MAX, "2106-02-07T06:28:15Z"),
        ] {
            assert_eq!(UnixTime::from_secs(seconds).to_string(), text);
        }
    }
}
