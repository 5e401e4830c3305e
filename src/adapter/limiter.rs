//! The rate limiter of the local server, in this process alone.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};

use governor::clock::{Clock, MonotonicClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

/// From so many callers on, those that have not come lately are forgotten; then again when there
/// are twice as many as were left. So a flood from ever new addresses costs the memory of one
/// minute, and no search through all of them for each of its requests.
const FORGET_FROM: usize = 10_000;

type Counts = RateLimiter<
    String,
    HashMapStateStore<String>,
    MonotonicClock,
    NoOpMiddleware<<MonotonicClock as Clock>::Instant>,
>;

/// Counts requests by caller; counts nothing where there is no limit.
pub(super) struct Limiter {
    counts: Option<Counts>,
    forget_from: AtomicUsize,
}

impl Limiter {
    pub(super) fn new(per_minute: Option<NonZeroU32>) -> Self {
        let counts = per_minute.map(|limit| {
            RateLimiter::new(Quota::per_minute(limit), HashMapStateStore::default(), MonotonicClock)
        });
        Self { counts, forget_from: AtomicUsize::new(FORGET_FROM) }
    }

    /// Counts one request of this caller.
    ///
    /// # Errors
    /// The seconds until the caller's next request is allowed.
    pub(super) fn count(&self, caller: impl FnOnce() -> String) -> Result<(), u32> {
        let Some(counts) = &self.counts else { return Ok(()) };
        let counted = counts.check_key(&caller()).map_err(|until| {
            let wait = until.wait_time_from(MonotonicClock.now());
            u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1)
        });
        if counts.len() > self.forget_from.load(Ordering::Relaxed) {
            counts.retain_recent();
            self.forget_from.store(FORGET_FROM.max(2 * counts.len()), Ordering::Relaxed);
        }
        counted
    }
}
