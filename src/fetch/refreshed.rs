//! A value that is fetched, kept and renewed: when it is due, who fetches it, how long it is used.
//!
//! Nothing here waits or reads a clock. A request claims the fetch that is due, its adapter makes
//! it, and the claim receives the response.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Fetch, FetchError};
use crate::time::UnixTime;

/// When a value is fetched and how long it is used, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshPolicy {
    /// A value of this age is fetched again, while it stays in use.
    pub refresh_after: u32,
    /// The minimum time between two fetches while there is a value.
    pub retry_after: u32,
    /// The minimum time between two fetches before the first value.
    pub first_retry_after: u32,
    /// The age at which a value is no longer used; `None` uses it until the next one.
    pub max_age: Option<u32>,
    /// The age at which a fetch without an answer counts as lost. A platform can end a request
    /// without dropping its claim.
    pub lost_after: u32,
    /// How many requests may fetch at once before the first value. One request cannot wait for
    /// another's fetch.
    pub max_first_fetches: u32,
}

/// A value of type `T` that is fetched, kept and renewed; `E` is the error of a failed fetch.
pub struct Refreshed<T, E> {
    fetch: Fetch,
    parse: Box<Parse<T, E>>,
    policy: RefreshPolicy,
    state: Mutex<State<T, E>>,
}

type Parse<T, E> = dyn Fn(&[u8]) -> Result<T, E> + Send + Sync;

struct State<T, E> {
    held: Option<Held<T>>,
    last: Option<Attempt<E>>,
    /// How many attempts were begun.
    attempts: u64,
}

struct Held<T> {
    value: Arc<T>,
    since: UnixTime,
    /// The attempt that fetched it.
    attempt: u64,
}

/// One fetch, or several at once before the first value.
#[derive(Clone)]
struct Attempt<E> {
    number: u64,
    started: UnixTime,
    outcome: Outcome<E>,
}

#[derive(Clone)]
enum Outcome<E> {
    Running { fetches: u32, before: Option<Box<Attempt<E>>> },
    Succeeded,
    Failed(E),
}

impl<T, E: Clone + From<FetchError>> Refreshed<T, E> {
    /// Nothing is fetched yet.
    #[must_use]
    pub fn new(
        fetch: Fetch,
        parse: impl Fn(&[u8]) -> Result<T, E> + Send + Sync + 'static,
        policy: RefreshPolicy,
    ) -> Self {
        let state = State { held: None, last: None, attempts: 0 };
        Self { fetch, parse: Box::new(parse), policy, state: Mutex::new(state) }
    }

    /// Claims the fetch that is due at `now`: there is no value, the one in use is old, or it lacks
    /// what is needed, as `lacks` says. `None` if no fetch is due, or another request has claimed it.
    pub fn claim(&self, now: UnixTime, lacks: impl FnOnce(&T) -> bool) -> Option<Claim<'_, T, E>> {
        let mut state = self.state();
        let is_wanted = self.usable(&state, now).is_none_or(|held| {
            self.has_passed(self.policy.refresh_after, held.since, now) || lacks(&held.value)
        });
        if !is_wanted {
            return None;
        }
        let has_value = self.usable(&state, now).is_some();
        let retry_after = if has_value { self.policy.retry_after } else { self.policy.first_retry_after };
        if let Some(last) = &mut state.last {
            if let Outcome::Running { fetches, .. } = &mut last.outcome
                && !self.has_passed(self.policy.lost_after, last.started, now)
            {
                if has_value || *fetches >= self.policy.max_first_fetches {
                    return None;
                }
                *fetches += 1;
                last.started = now;
                return Some(Claim { refreshed: self, attempt: last.number });
            }
            if !self.has_passed(retry_after, last.started, now) {
                return None;
            }
        }
        state.attempts += 1;
        let attempt = state.attempts;
        // What is running is lost, so it is nothing to return to.
        let before = state.last.take().filter(|last| !last.is_running()).map(Box::new);
        let outcome = Outcome::Running { fetches: 1, before };
        state.last = Some(Attempt { number: attempt, started: now, outcome });
        Some(Claim { refreshed: self, attempt })
    }

    /// The value in use at `now`.
    ///
    /// # Errors
    /// Why it is missing; `None` if it was not fetched yet.
    pub fn current(&self, now: UnixTime) -> Result<Arc<T>, Option<E>> {
        let state = self.state();
        self.usable(&state, now).map(|held| Arc::clone(&held.value)).ok_or_else(|| state.failure())
    }

    /// The age of the value that was fetched last, in seconds, whether it is still used or not.
    #[must_use]
    pub fn age(&self, now: UnixTime) -> Option<u32> {
        let state = self.state();
        state.held.as_ref().map(|held| u32::try_from(held.since.until(now)).unwrap_or(0))
    }

    /// Whether the last fetch brought the value in use, so that what it lacks is not elsewhere.
    ///
    /// # Errors
    /// Why that is not known; `None` while a fetch is running.
    pub fn up_to_date(&self) -> Result<(), Option<E>> {
        let state = self.state();
        if state.last.as_ref().is_some_and(Attempt::has_succeeded) { Ok(()) } else { Err(state.failure()) }
    }

    fn usable<'s>(&self, state: &'s State<T, E>, now: UnixTime) -> Option<&'s Held<T>> {
        let is_usable = |held: &&Held<T>| {
            self.policy.max_age.is_none_or(|max_age| held.since.until(now) < i64::from(max_age))
        };
        state.held.as_ref().filter(is_usable)
    }

    /// Whether `seconds` have passed since then. A clock that was set back counts as passed, or one
    /// wrong time would stop all fetching until it comes again; by less than a retry it does not,
    /// since a request may be a little older than the value that another one fetched.
    fn has_passed(&self, seconds: u32, since: UnixTime, now: UnixTime) -> bool {
        let elapsed = since.until(now);
        elapsed >= i64::from(seconds) || elapsed < -i64::from(self.policy.retry_after)
    }

    /// A failed answer keeps the value in use. The late answer of a lost fetch replaces no value that
    /// a newer one brought, and ends no newer one.
    fn resolve(
        &self,
        attempt: u64,
        answer: Result<&[u8], FetchError>,
        now: UnixTime,
    ) -> Result<Option<Arc<T>>, E> {
        let parsed = answer.map_err(E::from).and_then(&self.parse);
        let mut state = self.state();
        let (outcome, result) = match parsed {
            Ok(value) => {
                let value = Arc::new(value);
                let is_newer = |held: &Held<T>| (attempt, now) >= (held.attempt, held.since);
                if !state.held.as_ref().is_none_or(is_newer) {
                    return Ok(None);
                }
                state.held = Some(Held { value: Arc::clone(&value), since: now, attempt });
                (Outcome::Succeeded, Ok(Some(value)))
            }
            // Of several first fetches one that failed does not undo one that did not.
            Err(_) if state.last.as_ref().is_some_and(Attempt::has_succeeded) => return Ok(None),
            Err(error) => (Outcome::Failed(error.clone()), Err(error)),
        };
        // Of a burst, the fetch that began last, whichever finishes last: the next retry counts from there.
        let of_burst = state.last.as_ref().filter(|last| last.number == attempt);
        let started = of_burst.map_or(now, |last| last.started.max(now));
        let ended = Attempt { number: attempt, started, outcome };
        match &mut state.last {
            // The late end of a lost fetch: the newer fetch continues, and returns to this state if it is dropped.
            Some(Attempt { number, outcome: Outcome::Running { before, .. }, .. }) if attempt < *number => {
                *before = Some(Box::new(ended));
            }
            Some(newer) if attempt < newer.number => {}
            last => *last = Some(ended),
        }
        result
    }
}

impl<T, E> Refreshed<T, E> {
    fn state(&self) -> MutexGuard<'_, State<T, E>> {
        // No code here leaves the state half-written, so a panic elsewhere does not spoil it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn release(&self, released: u64) {
        let mut state = self.state();
        let Some(last) = &mut state.last else { return };
        let Outcome::Running { fetches, before } = &mut last.outcome else { return };
        if last.number != released {
            return;
        }
        *fetches -= 1;
        if *fetches == 0 {
            state.last = before.take().map(|before| *before);
        }
    }
}

/// Without the value, which may be secret.
impl<T, E> fmt::Debug for Refreshed<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refreshed").field("fetch", &self.fetch).finish_non_exhaustive()
    }
}

/// An obligation to make one fetch. Dropped without an answer, it is released: the next
/// request that needs the value claims it.
#[must_use]
#[derive(Debug)]
pub struct Claim<'a, T, E> {
    refreshed: &'a Refreshed<T, E>,
    attempt: u64,
}

impl<'a, T, E: Clone + From<FetchError>> Claim<'a, T, E> {
    /// What to fetch.
    #[must_use]
    pub fn request(&self) -> &'a Fetch {
        &self.refreshed.fetch
    }

    /// Takes the answer to a request that was made at `now`. Returns the new value, or `None` if
    /// another fetch brought a newer one.
    ///
    /// # Errors
    /// Why the fetch failed, for the log. The current value stays in use.
    pub fn resolve(self, answer: Result<&[u8], FetchError>, now: UnixTime) -> Result<Option<Arc<T>>, E> {
        // What is no longer running is not released when the claim is dropped.
        self.refreshed.resolve(self.attempt, answer, now)
    }
}

impl<T, E> Drop for Claim<'_, T, E> {
    fn drop(&mut self) {
        self.refreshed.release(self.attempt);
    }
}

impl<T, E: Clone> State<T, E> {
    fn failure(&self) -> Option<E> {
        match &self.last.as_ref()?.outcome {
            Outcome::Failed(error) => Some(error.clone()),
            Outcome::Running { .. } | Outcome::Succeeded => None,
        }
    }
}

impl<E> Attempt<E> {
    fn has_succeeded(&self) -> bool {
        matches!(self.outcome, Outcome::Succeeded)
    }

    fn is_running(&self) -> bool {
        matches!(self.outcome, Outcome::Running { .. })
    }
}
