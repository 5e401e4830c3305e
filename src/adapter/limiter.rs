//! The rate limiter of the local server, in this process alone.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::{Clock, MonotonicClock};
use governor::middleware::NoOpMiddleware;
use governor::{Quota, RateLimiter};

use super::budgets::{Budgets, Charge, Check};

type Limit<S> = RateLimiter<String, S, MonotonicClock, NoOpMiddleware<<MonotonicClock as Clock>::Instant>>;

/// Counts requests by caller; counts nothing if there is no limit.
pub(super) struct Limiter {
    limits: Option<Limits>,
}

struct Limits {
    charge: Limit<Charge>,
    check: Limit<Check>,
}

impl Limiter {
    pub(super) fn new(per_minute: Option<NonZeroU32>) -> Self {
        let limits = per_minute.map(Quota::per_minute).map(|quota| {
            let budgets = Arc::new(Budgets::new());
            // Their times differ by what lies between these two lines.
            let charge = RateLimiter::new(quota, Charge(Arc::clone(&budgets)), MonotonicClock);
            let check = RateLimiter::new(quota, Check(budgets), MonotonicClock);
            Limits { charge, check }
        });
        Self { limits }
    }

    /// Charges the caller for one request.
    ///
    /// # Errors
    /// The seconds until the caller's next request is allowed.
    pub(super) fn charge(&self, caller: impl FnOnce() -> String) -> Result<(), u32> {
        let Some(limits) = &self.limits else { return Ok(()) };
        limits
            .charge
            .check_key(&caller())
            .map_err(|until| seconds(until.wait_time_from(MonotonicClock.now())))
    }

    /// Whether the caller could be charged for one request.
    ///
    /// # Errors
    /// As [`Self::charge`].
    pub(super) fn check(&self, caller: impl FnOnce() -> String) -> Result<(), u32> {
        let Some(limits) = &self.limits else { return Ok(()) };
        limits.check.check_key(&caller()).map_err(|until| seconds(until.wait_time_from(MonotonicClock.now())))
    }
}

fn seconds(wait: Duration) -> u32 {
    u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1)
}
