//! An issuer's key set: when it is fetched, and how long it is used.
//!
//! Nothing here waits or reads a clock. A request asks what to fetch ([`RemoteKeys::due`]), the
//! adapter fetches, the answer comes back ([`RemoteKeys::fetched`]).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::key_set::{KeySet, KeySetError, NoKey};
use super::signature::Algorithm;
use crate::time::UnixTime;

/// How long fetching a key set may take, connecting included. It is paid by a request that waits,
/// so it is short; every provider answers from a cache.
pub const KEY_SET_TIMEOUT: Duration = Duration::from_secs(3);

/// A key set of this age is fetched anew, while it stays in use. So a key that the issuer takes
/// back is good for ten minutes more; providers let the public cache their sets for that long.
const REFRESH_AFTER: u32 = 600;

/// How long a set stays in use while the issuer is down. Longer than any outage; yet a key that
/// was taken back does not live on forever behind a broken connection.
const USABLE_FOR: u32 = 24 * 60 * 60;

/// The least time between two fetches while there is a set: an unknown `kid` is free to make up.
const PAUSE: u32 = 60;

/// The same while there is none, and so nothing works yet.
const PAUSE_WITHOUT_SET: u32 = 10;

/// When a fetch that nobody reported on is taken for lost: its request was cancelled. The time
/// for a fetch, rounded up.
const LOST_AFTER: u32 = 5;

/// How many requests may fetch at once while there is no set. One cannot wait for another's fetch
/// (on Workers that hangs), so with only one the rest of a cold start's burst would get 503.
const FIRST_FETCHES: u32 = 16;

#[derive(Debug)]
pub(super) struct RemoteKeys {
    url: String,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    set: Option<Held>,
    last: Option<Attempt>,
}

#[derive(Debug)]
struct Held {
    keys: Arc<KeySet>,
    since: UnixTime,
}

#[derive(Debug)]
struct Attempt {
    started: UnixTime,
    outcome: Outcome,
}

#[derive(Clone, Debug)]
enum Outcome {
    Running { fetches: u32 },
    Succeeded,
    Failed(KeySetError),
}

impl RemoteKeys {
    pub(super) fn new(url: String) -> Self {
        Self { url, state: Mutex::default() }
    }

    /// The URL to fetch before a token with this `kid` and `alg` is decided, where a fetch is due.
    /// It is claimed by that: the caller reports to [`fetched`](Self::fetched), whatever comes.
    pub(super) fn due(&self, kid: Option<&str>, algorithm: Algorithm, now: UnixTime) -> Option<&str> {
        let mut state = self.state();
        let wanted = match state.usable(now) {
            None => true,
            Some(held) => {
                passed(REFRESH_AFTER, held.since, now)
                    || matches!(held.keys.find(kid, algorithm), Err(NoKey::Unknown(_)))
            }
        };
        if !wanted {
            return None;
        }
        let fetches = state.next_fetch(now)?;
        state.last = Some(Attempt { started: now, outcome: Outcome::Running { fetches } });
        Some(&self.url)
    }

    /// Takes the answer to a fetch that was due. A failed one keeps the set that was there.
    pub(super) fn fetched(
        &self,
        answer: Result<KeySet, KeySetError>,
        now: UnixTime,
    ) -> Result<(), KeySetError> {
        let mut state = self.state();
        let (outcome, result) = match answer {
            Ok(keys) => {
                state.set = Some(Held { keys: Arc::new(keys), since: now });
                (Outcome::Succeeded, Ok(()))
            }
            // Of several first fetches one that failed does not undo one that did not.
            Err(_) if state.last.as_ref().is_some_and(Attempt::succeeded) => return Ok(()),
            Err(error) => (Outcome::Failed(error.clone()), Err(error)),
        };
        state.last = Some(Attempt { started: now, outcome });
        result
    }

    /// The set in use; where there is none, why.
    pub(super) fn current(&self, now: UnixTime) -> Result<Arc<KeySet>, Option<KeySetError>> {
        let state = self.state();
        state.usable(now).map(|held| Arc::clone(&held.keys)).ok_or_else(|| state.failure())
    }

    /// Whether a key that is not in the set cannot be in the issuer's either: the last fetch
    /// brought one. Otherwise why that is not known, `None` while a fetch is under way.
    pub(super) fn up_to_date(&self) -> Result<(), Option<KeySetError>> {
        let state = self.state();
        if state.last.as_ref().is_some_and(Attempt::succeeded) { Ok(()) } else { Err(state.failure()) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No code here leaves the state half-written, so a panic elsewhere does not spoil it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn usable(&self, now: UnixTime) -> Option<&Held> {
        self.set.as_ref().filter(|held| held.since.until(now) < i64::from(USABLE_FOR))
    }

    /// How many fetches would then be under way; `None` where it is too early for one.
    fn next_fetch(&self, now: UnixTime) -> Option<u32> {
        let Some(last) = &self.last else { return Some(1) };
        let has_set = self.usable(now).is_some();
        match last.outcome {
            Outcome::Running { fetches } if !passed(LOST_AFTER, last.started, now) => {
                (!has_set && fetches < FIRST_FETCHES).then_some(fetches + 1)
            }
            Outcome::Running { .. } | Outcome::Succeeded | Outcome::Failed(_) => {
                let pause = if has_set { PAUSE } else { PAUSE_WITHOUT_SET };
                passed(pause, last.started, now).then_some(1)
            }
        }
    }

    fn failure(&self) -> Option<KeySetError> {
        match &self.last.as_ref()?.outcome {
            Outcome::Failed(error) => Some(error.clone()),
            Outcome::Running { .. } | Outcome::Succeeded => None,
        }
    }
}

impl Attempt {
    fn succeeded(&self) -> bool {
        matches!(self.outcome, Outcome::Succeeded)
    }
}

/// Whether `seconds` have passed since then. A clock that was set back counts as passed, or one
/// wrong time would stop all fetching until it comes again; by less than a minute it does not,
/// since a request may be a little older than the set that another one fetched.
fn passed(seconds: u32, since: UnixTime, now: UnixTime) -> bool {
    let elapsed = since.until(now);
    elapsed >= i64::from(seconds) || elapsed < -i64::from(PAUSE)
}
