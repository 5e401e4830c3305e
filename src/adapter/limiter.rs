//! The rate limiter of the local server, in this process alone.

use std::num::NonZeroU32;

use governor::clock::{Clock, MonotonicClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::api::Visit;

/// From so many callers on, those that have not come lately are forgotten now and then.
const FORGET_FROM: usize = 10_000;

type Counts = RateLimiter<
    String,
    HashMapStateStore<String>,
    MonotonicClock,
    NoOpMiddleware<<MonotonicClock as Clock>::Instant>,
>;

/// Counts requests by caller; counts nothing where there is no limit.
pub(super) struct Limiter(Option<Counts>);

impl Limiter {
    pub(super) fn new(per_minute: Option<NonZeroU32>) -> Self {
        Self(per_minute.map(|limit| {
            RateLimiter::new(Quota::per_minute(limit), HashMapStateStore::default(), MonotonicClock)
        }))
    }

    /// Counts one request.
    pub(super) fn count(&self, visit: &mut Visit<'_>) {
        let Some(counts) = &self.0 else { return };
        let Some(caller) = visit.caller_key() else { return };
        if let Err(until) = counts.check_key(&caller) {
            let wait = until.wait_time_from(MonotonicClock.now());
            visit.limited(u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1));
        }
        if counts.len() > FORGET_FROM {
            counts.retain_recent();
        }
    }
}
