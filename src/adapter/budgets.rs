//! What callers have spent, in bounded memory.
//!
//! A client can make up addresses without end, if it has an IPv6 network or writes a header that is
//! trusted. So the table forgets: each caller has eight possible places, and if they are taken, the
//! caller that has spent least loses its place. A spent budget is forgotten last.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};

use governor::nanos::Nanos;
use governor::state::StateStore;

/// The places of one set. One lock guards them.
const PLACES: usize = 8;

/// 32,768 sets of eight places hold 262,144 callers in 6 MiB.
const SETS: usize = 32_768;

#[derive(Debug)]
pub(super) struct Budgets {
    /// Keyed at random, so that no client can choose its set.
    hasher: RandomState,
    sets: Box<[Mutex<Vec<Place>>]>,
}

#[derive(Debug)]
struct Place {
    /// Two of 262,144 callers share one with a probability of 1 in 500 million.
    caller: u64,
    /// When the caller has its whole budget again, in the limiter's time.
    whole_at: Nanos,
}

impl Budgets {
    pub(super) fn new() -> Self {
        Self { hasher: RandomState::new(), sets: (0..SETS).map(|_| Mutex::default()).collect() }
    }

    fn set(&self, caller: u64) -> &Mutex<Vec<Place>> {
        let sets = u64::try_from(SETS).expect("it is a small number");
        let index = usize::try_from(caller % sets).expect("it is below SETS");
        &self.sets[index]
    }
}

impl StateStore for Budgets {
    type Key = String;

    fn measure_and_replace<T, F, E>(&self, caller: &String, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let caller = self.hasher.hash_one(caller);
        let mut places = self.set(caller).lock().unwrap_or_else(PoisonError::into_inner);
        let place = places.iter().position(|place| place.caller == caller);
        let (measured, whole_at) = measure(place.map(|place| places[place].whole_at))?;
        let entry = Place { caller, whole_at };
        match place {
            Some(place) => places[place] = entry,
            None if places.len() < PLACES => places.push(entry),
            None => {
                let least_spent = places.iter_mut().min_by_key(|place| place.whole_at);
                *least_spent.expect("the set is full") = entry;
            }
        }
        Ok(measured)
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use governor::clock::FakeRelativeClock;
    use governor::middleware::NoOpMiddleware;
    use governor::{Quota, RateLimiter};

    use super::{Budgets, PLACES, SETS};

    #[test]
    fn spent_budget_survives_flood_in_bounded_memory() {
        let quota = Quota::per_minute(NonZeroU32::new(10).unwrap());
        let clock = FakeRelativeClock::default();
        let limiter: RateLimiter<String, Budgets, FakeRelativeClock, NoOpMiddleware<_>> =
            RateLimiter::new(quota, Budgets::new(), clock);
        let spender = "address:192.0.2.1".to_owned();
        while limiter.check_key(&spender).is_ok() {}
        for address in 0..3 * PLACES * SETS {
            limiter.check_key(&format!("address:{address}")).unwrap();
        }
        assert!(limiter.check_key(&spender).is_err());
        let held: usize = limiter.into_state_store().sets.iter().map(|set| set.lock().unwrap().len()).sum();
        assert!(held <= PLACES * SETS, "{held} callers");
    }
}
