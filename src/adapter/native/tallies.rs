//! The outcomes of requests, counted separately by each thread.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Unit;

use crate::api::Outcome;

/// In seconds.
const BUCKETS: [f64; 14] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// The tallies of all threads. Threads that count in the same place wait for each other's caches,
/// which costs more than the counting.
#[derive(Debug)]
pub(super) struct Tallies(Box<[PerThread]>);

/// Far enough from those of other threads: processors load two cache lines of 64 bytes at once.
#[derive(Debug, Default)]
#[repr(align(128))]
struct PerThread {
    by_outcome: Mutex<HashMap<Outcome, Tally>>,
    in_flight: AtomicI64,
}

/// The requests of one outcome.
#[derive(Clone, Debug, Default)]
struct Tally {
    requests: u64,
    durations: Durations,
}

#[derive(Clone, Debug, Default)]
struct Durations {
    seconds: f64,
    /// One for each of [`BUCKETS`], and one for longer ones.
    counts: [u64; BUCKETS.len() + 1],
}

impl Tallies {
    pub(super) fn new() -> Self {
        let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        Self((0..threads).map(|_| PerThread::default()).collect())
    }

    /// Counts a request as in flight until the value is dropped.
    pub(super) fn begin(&self) -> InFlight<'_> {
        let in_flight = &self.own().in_flight;
        in_flight.fetch_add(1, Ordering::Relaxed);
        InFlight(in_flight)
    }

    /// Counts a request that got a response after `took`.
    pub(super) fn answered(&self, outcome: Outcome, took: Duration) {
        self.count(outcome, |tally| tally.durations.observe(took.as_secs_f64()));
    }

    /// Counts a request that the HTTP layer rejected: nothing measured how long it took.
    pub(super) fn rejected(&self, outcome: Outcome) {
        self.count(outcome, |_| ());
    }

    fn count(&self, outcome: Outcome, observe: impl FnOnce(&mut Tally)) {
        let mut by_outcome = self.own().by_outcome.lock().unwrap_or_else(PoisonError::into_inner);
        let tally = by_outcome.entry(outcome).or_default();
        tally.requests += 1;
        observe(tally);
    }

    /// That of this thread. More threads than processors share some.
    fn own(&self) -> &PerThread {
        static THREADS: AtomicUsize = AtomicUsize::new(0);
        thread_local! {
            static THREAD: usize = THREADS.fetch_add(1, Ordering::Relaxed);
        }
        &self.0[THREAD.with(|number| number % self.0.len())]
    }

    fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        for thread in &self.0 {
            totals.in_flight += thread.in_flight.load(Ordering::Relaxed);
            // Copied, so that no request waits for the writing of numbers.
            let by_outcome = thread.by_outcome.lock().unwrap_or_else(PoisonError::into_inner).clone();
            for (outcome, tally) in by_outcome {
                totals.add(outcome, &tally);
            }
        }
        totals
    }
}

impl Durations {
    fn observe(&mut self, seconds: f64) {
        self.seconds += seconds;
        self.counts[BUCKETS.partition_point(|&bound| bound < seconds)] += 1;
    }

    fn add(&mut self, other: &Self) {
        self.seconds += other.seconds;
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count += more;
        }
    }

    fn number(&self) -> u64 {
        self.counts.iter().sum()
    }
}

/// A request in flight.
pub(super) struct InFlight<'a>(&'a AtomicI64);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What all threads counted, by labels. Every label is one of few.
#[derive(Default)]
struct Totals {
    requests: BTreeMap<RequestLabels, u64>,
    durations: BTreeMap<RouteLabels, Durations>,
    refusals: BTreeMap<RefusalLabels, u64>,
    issued: BTreeMap<IssuedLabels, u64>,
    in_flight: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EncodeLabelSet)]
struct RequestLabels {
    route: &'static str,
    status: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EncodeLabelSet)]
struct RefusalLabels {
    code: &'static str,
    rule: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EncodeLabelSet)]
struct IssuedLabels {
    r#type: &'static str,
}

impl Totals {
    fn add(&mut self, outcome: Outcome, tally: &Tally) {
        let Outcome { route, status, code, rule, token_type } = outcome;
        let Some(status) = status else { return };
        let requests = RequestLabels { route, status: class(status) };
        *self.requests.entry(requests).or_default() += tally.requests;
        if tally.durations.number() > 0 {
            self.durations.entry(RouteLabels { route }).or_default().add(&tally.durations);
        }
        if let Some(code) = code {
            let refusals = RefusalLabels { code, rule: rule.unwrap_or_default() };
            *self.refusals.entry(refusals).or_default() += tally.requests;
        }
        if let Some(r#type) = token_type {
            *self.issued.entry(IssuedLabels { r#type }).or_default() += tally.requests;
        }
    }
}

impl Collector for Tallies {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let Totals { requests, durations, refusals, issued, in_flight } = self.totals();
        counters(&mut encoder, "requests", "Requests that got a response", &requests)?;
        let help = "Time from a request's head to its response";
        let mut family = encoder.encode_descriptor(
            "request_duration",
            help,
            Some(&Unit::Seconds),
            MetricType::Histogram,
        )?;
        for (labels, durations) in &durations {
            let bounds = BUCKETS.into_iter().chain([f64::INFINITY]);
            let buckets: Vec<_> = bounds.zip(durations.counts).collect();
            family.encode_family(labels)?.encode_histogram::<NoLabelSet>(
                durations.seconds,
                durations.number(),
                &buckets,
                None,
            )?;
        }
        counters(&mut encoder, "refusals", "Requests that got a problem document", &refusals)?;
        counters(&mut encoder, "issued", "Tokens that were issued", &issued)?;
        let gauge = ConstGauge::new(in_flight);
        let help = "Requests without a response yet";
        gauge.encode(encoder.encode_descriptor("requests_in_flight", help, None, gauge.metric_type())?)
    }
}

fn counters<Labels: EncodeLabelSet>(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    counts: &BTreeMap<Labels, u64>,
) -> fmt::Result {
    let mut family = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
    for (labels, count) in counts {
        ConstCounter::new(*count).encode(family.encode_family(labels)?)?;
    }
    Ok(())
}

fn class(status: u16) -> &'static str {
    match status {
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    }
}
