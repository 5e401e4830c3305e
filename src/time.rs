//! Absolute and relative times, as different types.
//!
//! A 007 token counts its lifetimes from its issue time; a 006 token stores absolute times. A mix-up is
//! the most common cause of "token expired" and of tokens that last for 54 years. Here it does not
//! compile.

use std::fmt;
use std::str::FromStr;

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

/// Unix seconds, or a date and time as RFC 3339 writes it: `1795608000`, `2026-11-25T12:00:00Z`,
/// `2026-11-25 13:00:00.5+01:00`. Fractions of a second are dropped.
impl FromStr for UnixTime {
    type Err = InvalidTime;

    fn from_str(text: &str) -> Result<Self, InvalidTime> {
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return text.parse().map(Self).map_err(|_| InvalidTime);
        }
        rfc3339(text).and_then(|seconds| u32::try_from(seconds).ok()).map(Self).ok_or(InvalidTime)
    }
}

/// Text that is neither Unix seconds nor RFC 3339, or a moment before 1970 or after 2106.
///
/// ```
/// use agora_token_server::time::{InvalidTime, UnixTime};
///
/// assert_eq!("2025-11-23T06:18:05Z".parse(), Ok(UnixTime::from_secs(1_763_878_685)));
/// assert_eq!("tomorrow".parse::<UnixTime>(), Err(InvalidTime));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidTime;

impl InvalidTime {
    pub(crate) const EXPECTED: &str = "Unix seconds or RFC 3339, such as 2026-11-25T12:00:00Z";
}

impl fmt::Display for InvalidTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}", Self::EXPECTED)
    }
}

impl std::error::Error for InvalidTime {}

/// Seconds since 1970-01-01 UTC of `date "T" time offset` (RFC 3339, section 5.6).
fn rfc3339(text: &str) -> Option<i64> {
    let (date, rest) = text.split_at_checked(10)?;
    let (time, rest) = rest.strip_prefix(['T', 't', ' '])?.split_at_checked(8)?;
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let [hour, minute, second] = numbers(time, ':', [2, 2, 2])?;
    let rest = match rest.strip_prefix('.') {
        Some(fraction) => {
            let rest = fraction.trim_start_matches(|digit: char| digit.is_ascii_digit());
            if rest.len() == fraction.len() {
                return None;
            }
            rest
        }
        None => rest,
    };
    let offset = match rest.split_at_checked(1)? {
        ("Z" | "z", "") => 0,
        (sign @ ("+" | "-"), offset) => {
            let [hours, minutes] = numbers(offset, ':', [2, 2])?;
            if hours > 23 || minutes > 59 {
                return None;
            }
            let seconds = (hours * 60 + minutes) * 60;
            if sign == "+" { seconds } else { -seconds }
        }
        _ => return None,
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    // 60 is a leap second, which Unix time counts as the next one.
    if !(1..=days).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    // The inverse of the algorithm above.
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let days = 365 * year + year / 4 - year / 100 + year / 400 + day_of_year - 719_468;
    Some(days * 86_400 + hour * 3_600 + minute * 60 + second - offset)
}

/// The numbers in `text`, each of so many digits.
fn numbers<const N: usize>(text: &str, separator: char, digits: [usize; N]) -> Option<[i64; N]> {
    let mut parts = text.split(separator);
    let mut numbers = [0; N];
    for (number, digits) in numbers.iter_mut().zip(digits) {
        let part = parts.next().filter(|part| part.len() == digits)?;
        // A sign would parse too.
        if !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(numbers)
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
        match self.seconds {
            0 => f.write_str("expected at least 1 second, got 0"),
            seconds => write!(f, "expected at most {} seconds, got {seconds}", Ttl::MAX.0),
        }
    }
}

impl std::error::Error for TtlOutOfRange {}

#[cfg(test)]
mod tests {
    use super::{InvalidTime, Ttl, UnixTime};

    #[test]
    fn ttl_is_1_second_to_24_hours() {
        let error = |seconds| Ttl::from_secs(seconds).map_err(|error| error.to_string());
        assert_eq!(error(0), Err("expected at least 1 second, got 0".to_owned()));
        assert_eq!(error(86_401), Err("expected at most 86400 seconds, got 86401".to_owned()));
        assert_eq!((error(1).map(Ttl::as_secs), error(86_400)), (Ok(1), Ok(Ttl::MAX)));
    }

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
            assert_eq!(text.parse(), Ok(UnixTime::from_secs(seconds)));
        }
    }

    #[test]
    fn time_in_either_form_parses() {
        for (text, seconds) in [
            ("0", 0),
            ("1795608000", 1_795_608_000),
            ("4294967295", u32::MAX),
            ("2026-11-25T12:00:00Z", 1_795_608_000),
            ("2026-11-25t12:00:00z", 1_795_608_000),
            ("2026-11-25 13:30:00.999+01:30", 1_795_608_000),
            ("2026-11-24T22:00:00-14:00", 1_795_608_000),
            ("1970-01-01T00:30:00+00:30", 0),
            ("2016-12-31T23:59:60Z", 1_483_228_800),
        ] {
            assert_eq!(text.parse(), Ok(UnixTime::from_secs(seconds)), "{text}");
        }
    }

    #[test]
    fn other_text_is_not_a_time() {
        for text in [
            "",
            "-1",
            "+1",
            "4294967296",
            "1.5",
            " 1",
            "2026-11-25",
            "2026-11-25T12:00:00",
            "2026-11-25T12:00Z",
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z",
            "2026-11-31T00:00:00Z",
            "2026-11-25T24:00:00Z",
            "2026-11-25T12:60:00Z",
            "2026-11-25T12:00:61Z",
            "2026-11-25T12:00:00.Z",
            "2026-11-25T12:00:00+1:00",
            "2026-11-25T12:00:00+24:00",
            "2026-11-25T12:00:00Zz",
            "1969-12-31T23:59:59Z",
            "2106-02-07T06:28:16Z",
            "+026-11-25T12:00:00Z",
            "2026-11-25T12:00:00+01:00:00",
            "２026-11-25T12:00Z",
        ] {
            assert_eq!(text.parse::<UnixTime>(), Err(InvalidTime), "{text}");
        }
    }
}
