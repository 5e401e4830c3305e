//! Lengths of time in words, and texts in quotes.

use std::fmt;

use crate::time::UnixTime;

/// A length of time, in its two largest units.
#[derive(Clone, Copy)]
pub(crate) struct Span(u64);

impl Span {
    pub(crate) fn secs(seconds: u32) -> Self {
        Self(seconds.into())
    }

    /// From one moment to the other, whichever is earlier.
    pub(crate) fn between(one: UnixTime, other: UnixTime) -> Self {
        Self(one.until(other).unsigned_abs())
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(u64, &str); 5] =
            [(365 * 86_400, "year"), (86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
        let mut rest = self.0;
        let mut written = 0;
        for (seconds, unit) in UNITS {
            let count = rest / seconds;
            rest %= seconds;
            // The second unit follows the first one directly: "1 year", not "1 year 3 minutes".
            if count == 0 && (written > 0 || seconds > 1) {
                if written > 0 {
                    break;
                }
                continue;
            }
            let (space, plural) = (if written > 0 { " " } else { "" }, if count == 1 { "" } else { "s" });
            write!(f, "{space}{count} {unit}{plural}")?;
            written += 1;
            if written == 2 {
                break;
            }
        }
        Ok(())
    }
}

/// A text in quotes, its special characters escaped, cut where it is long.
pub(crate) struct Quoted<'a>(pub(crate) &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST: usize = 80;
        match self.0.char_indices().nth(MOST) {
            None => write!(f, "{:?}", self.0),
            Some((end, _)) => write!(f, "{:?}…", &self.0[..end]),
        }
    }
}

/// Names with commas between them.
pub(super) fn list(names: &[impl AsRef<str>]) -> String {
    names.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ")
}

/// The year of a time.
pub(super) fn year(seconds: u32) -> String {
    UnixTime::from_secs(seconds).to_string().chars().take(4).collect()
}

#[cfg(test)]
mod tests {
    use super::Span;

    #[test]
    fn span_displays_at_most_two_units() {
        for (seconds, text) in [
            (0, "0 seconds"),
            (1, "1 second"),
            (60, "1 minute"),
            (61, "1 minute 1 second"),
            (3_601, "1 hour"),
            (7_500, "2 hours 5 minutes"),
            (90_000, "1 day 1 hour"),
            (1_763_773_600, "55 years 339 days"),
        ] {
            assert_eq!(Span(seconds).to_string(), text);
        }
    }
}
