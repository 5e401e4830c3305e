//! The callers that the rate-limiting binding refused last. Every call of the binding counts a request, but a request
//! whose signature is not verified yet must not be counted.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::time::UnixTime;

/// How many are remembered; beyond, the earliest is forgotten.
const MAX_CALLERS: usize = 256;

#[derive(Debug, Default)]
pub(super) struct Refused(Mutex<VecDeque<(String, UnixTime)>>);

impl Refused {
    pub(super) fn add(&self, caller: String, now: UnixTime) {
        let mut callers = self.callers();
        callers.retain(|(known, _)| *known != caller);
        if callers.len() == MAX_CALLERS {
            callers.pop_front();
        }
        callers.push_back((caller, now));
    }

    /// Whether it was refused within so many seconds.
    pub(super) fn has(&self, caller: &str, now: UnixTime, seconds: u32) -> bool {
        let is_recent = |at: UnixTime| (0..i64::from(seconds)).contains(&at.until(now));
        self.callers().iter().any(|(known, at)| known == caller && is_recent(*at))
    }

    fn callers(&self) -> MutexGuard<'_, VecDeque<(String, UnixTime)>> {
        // No code that holds the lock can panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
