//! What is known of a value that is fetched, by its history alone.

/// The times that the documentation states, in seconds, and how many requests may fetch a first value at once.
pub struct Times {
    pub refresh_after: u32,
    pub retry_after: u32,
    pub first_retry_after: u32,
    pub max_age: u32,
    pub lost_after: u32,
    pub max_first_fetches: usize,
}

impl Times {
    /// A clock that was set back by more than a retry counts as passed: it must not stop all fetches.
    fn has_passed(&self, seconds: u32, since: u32, now: u32) -> bool {
        let elapsed = i64::from(now) - i64::from(since);
        elapsed >= i64::from(seconds) || elapsed < -i64::from(self.retry_after)
    }
}

/// A fetch, by the time of the request that made it.
struct Fetch {
    start: u32,
    end: End,
}

#[derive(PartialEq)]
enum End {
    Open,
    Dropped,
    Done,
}

/// The history of a value.
pub struct Fetched<V> {
    times: Times,
    fetches: Vec<Fetch>,
    /// The value in use with the time and the number of its fetch. Several, if two fetches overlapped
    /// so that either can be the newer one.
    held: Vec<(V, u32, usize)>,
    /// The last end, unless ends overlapped.
    has_succeeded_last: Option<bool>,
    last_done: Option<usize>,
    /// How many fetches had begun when one last succeeded.
    begun_at_success: usize,
}

impl<V: Clone> Fetched<V> {
    pub fn new(times: Times) -> Self {
        Self {
            times,
            fetches: Vec::new(),
            held: Vec::new(),
            has_succeeded_last: Some(false),
            last_done: None,
            begun_at_success: 0,
        }
    }

    /// The values that can be in use.
    pub fn values(&self, now: u32) -> Vec<&V> {
        let usable = self.held.iter().filter(|(_, since, _)| now.saturating_sub(*since) < self.times.max_age);
        usable.map(|(value, ..)| value).collect()
    }

    /// Whether a value is in use, if that is certain.
    pub fn is_held(&self, now: u32) -> Option<bool> {
        match self.values(now).len() {
            0 => Some(false),
            usable => (usable == self.held.len()).then_some(true),
        }
    }

    /// Whether a request needs a fetch: there is no value, an old one, or one that lacks something.
    fn is_wanted(&self, now: u32, lacks: impl Fn(&V) -> bool) -> Option<bool> {
        if !self.is_held(now)? {
            return Some(true);
        }
        let [(value, since, _)] = self.held.as_slice() else { return None };
        Some(self.times.has_passed(self.times.refresh_after, *since, now) || lacks(value))
    }

    /// Whether a fetch must begin: it is wanted, none is open, and the last one is long ago.
    pub fn must_fetch(&self, now: u32, lacks: impl Fn(&V) -> bool) -> bool {
        let is_open = self.fetches.iter().any(|fetch| fetch.end == End::Open);
        let mut done = self.fetches.iter().filter(|fetch| fetch.end == End::Done);
        self.is_wanted(now, lacks) == Some(true)
            && !is_open
            && done.all(|fetch| self.times.has_passed(self.times.retry_after, fetch.start, now))
    }

    /// Begins a fetch, which must be allowed now.
    pub fn begin(&mut self, now: u32, lacks: impl Fn(&V) -> bool) -> usize {
        assert_ne!(self.is_wanted(now, lacks), Some(false), "a fetch that is not wanted");
        let times = &self.times;
        let running = self.fetches.iter().filter(|fetch| fetch.end == End::Open);
        let running = running.filter(|fetch| !times.has_passed(times.lost_after, fetch.start, now)).count();
        // Requests of one burst fetch the first value together.
        let (max, retry_after) = match self.is_held(now) {
            Some(true) => (1, times.retry_after),
            Some(false) | None => (times.max_first_fetches, times.first_retry_after),
        };
        assert!(running < max, "{running} fetches at once");
        let last = self.last_done.map(|last| self.fetches[last].start);
        let is_due = running > 0 || last.is_none_or(|last| times.has_passed(retry_after, last, now));
        assert!(is_due, "{now}: a fetch before {retry_after} s after {last:?}");
        self.fetches.push(Fetch { start: now, end: End::Open });
        self.fetches.len() - 1
    }

    pub fn drop(&mut self, fetch: usize) {
        self.fetches[fetch].end = End::Dropped;
    }

    /// Ends a fetch with a new value, or without one. The late end of a lost fetch replaces no value
    /// that a newer one brought.
    pub fn end(&mut self, fetch: usize, value: Option<V>) {
        let start = self.fetches[fetch].start;
        self.fetches[fetch].end = End::Done;
        // A failure does not undo a success of the same burst.
        let overlaps = self.last_done.is_some_and(|last| last > fetch)
            || value.is_none() && fetch < self.begun_at_success;
        self.has_succeeded_last = (!overlaps).then_some(value.is_some());
        self.last_done = self.last_done.max(Some(fetch));
        let Some(value) = value else { return };
        self.begun_at_success = self.fetches.len();
        let is_newer = self.held.iter().all(|(_, since, by)| *by < fetch && *since <= start);
        let is_older = self.held.iter().any(|(_, since, by)| *by > fetch && *since > start);
        if is_newer {
            self.held.clear();
        }
        if is_newer || !is_older {
            self.held.push((value, start, fetch));
        }
    }

    /// Whether it is certain that nothing newer exists, or that it does.
    pub fn is_up_to_date(&self) -> Option<bool> {
        let is_open = self.fetches.iter().any(|fetch| fetch.end == End::Open);
        if is_open { None } else { self.has_succeeded_last }
    }
}
