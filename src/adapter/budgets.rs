//! What callers have spent, in bounded memory.
//!
//! A client can forge any number of addresses if it has an IPv6 network or writes a header that is
//! trusted. So the table forgets: each caller has eight possible places, and if they are taken, the
//! caller that has spent least loses its place. A spent budget is forgotten last.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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

    /// The set of a caller.
    fn places(&self, caller: u64) -> MutexGuard<'_, Vec<Place>> {
        let sets = u64::try_from(SETS).expect("it is a small number");
        let index = usize::try_from(caller % sets).expect("it is below SETS");
        // No code that holds the lock can panic.
        self.sets[index].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Measures and charges.
pub(super) struct Charge(pub(super) Arc<Budgets>);

/// Measures the result of a charge, and charges nothing.
pub(super) struct Check(pub(super) Arc<Budgets>);

impl StateStore for Charge {
    type Key = String;

    fn measure_and_replace<T, F, E>(&self, caller: &String, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let caller = self.0.hasher.hash_one(caller);
        let mut places = self.0.places(caller);
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

impl StateStore for Check {
    type Key = String;

    fn measure_and_replace<T, F, E>(&self, caller: &String, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let caller = self.0.hasher.hash_one(caller);
        let places = self.0.places(caller);
        let place = places.iter().find(|place| place.caller == caller);
        measure(place.map(|place| place.whole_at)).map(|(measured, _)| measured)
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::sync::Arc;

    use governor::clock::{Clock, FakeRelativeClock};
    use governor::middleware::NoOpMiddleware;
    use governor::{Quota, RateLimiter};

    use super::{Budgets, Charge, Check, PLACES, SETS};

    type Limit<S> =
        RateLimiter<String, S, FakeRelativeClock, NoOpMiddleware<<FakeRelativeClock as Clock>::Instant>>;

    fn limits() -> (Limit<Charge>, Limit<Check>, Arc<Budgets>) {
        let quota = Quota::per_minute(NonZeroU32::new(10).unwrap());
        let (budgets, clock) = (Arc::new(Budgets::new()), FakeRelativeClock::default());
        let charge = RateLimiter::new(quota, Charge(Arc::clone(&budgets)), clock.clone());
        (charge, RateLimiter::new(quota, Check(Arc::clone(&budgets)), clock), budgets)
    }

    #[test]
    fn spent_budget_survives_flood_in_bounded_memory() {
        let (charge, check, budgets) = limits();
        let spender = "address:192.0.2.1".to_owned();
        while charge.check_key(&spender).is_ok() {}
        for address in 0..3 * PLACES * SETS {
            charge.check_key(&format!("address:{address}")).unwrap();
        }
        assert!(check.check_key(&spender).is_err());
        let held: usize = budgets.sets.iter().map(|set| set.lock().unwrap().len()).sum();
        assert!(held <= PLACES * SETS, "{held} callers");
    }

    #[test]
    fn check_charges_nothing() {
        let (charge, check, _) = limits();
        let caller = "key:shop".to_owned();
        for _ in 0..100 {
            check.check_key(&caller).unwrap();
        }
        for _ in 0..10 {
            check.check_key(&caller).unwrap();
            charge.check_key(&caller).unwrap();
        }
        assert!(check.check_key(&caller).is_err());
        assert!(charge.check_key(&caller).is_err());
    }
}
