//! The rate limiter of the local server, in this process alone.

use std::num::NonZeroU32;

use governor::clock::{Clock, MonotonicClock};
use governor::middleware::NoOpMiddleware;
use governor::{Quota, RateLimiter};

use super::budgets::Budgets;

type Limit = RateLimiter<String, Budgets, MonotonicClock, NoOpMiddleware<<MonotonicClock as Clock>::Instant>>;

/// Counts requests by caller; counts nothing if there is no limit.
pub(super) struct Limiter {
    limit: Option<Limit>,
}

impl Limiter {
    pub(super) fn new(per_minute: Option<NonZeroU32>) -> Self {
        let limit =
            |per_minute| RateLimiter::new(Quota::per_minute(per_minute), Budgets::new(), MonotonicClock);
        Self { limit: per_minute.map(limit) }
    }

    /// Budgets one request of this caller.
    ///
    /// # Errors
    /// The seconds until the caller's next request is allowed.
    pub(super) fn count(&self, caller: impl FnOnce() -> String) -> Result<(), u32> {
        let Some(limit) = &self.limit else { return Ok(()) };
        limit.check_key(&caller()).map_err(|until| {
            let wait = until.wait_time_from(MonotonicClock.now());
            u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1)
        })
    }
}
