//! The metrics of the local server.

use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use super::tallies::{InFlight, Tallies};
use crate::api::{KeySetFetch, Outcome};

/// What is counted.
#[derive(Debug)]
pub(super) struct Metrics {
    registry: Registry,
    tallies: Arc<Tallies>,
    ready: Gauge,
    key_set_age: Family<IssuerLabels, Gauge>,
    key_set_fetches: Family<FetchLabels, Counter>,
}

/// What is read when the metrics are, rather than counted.
pub(super) struct State<'a> {
    pub(super) is_ready: bool,
    /// Each issuer with the age of its key set in seconds, `None` before the first fetch.
    pub(super) key_sets: Vec<(&'a str, Option<u32>)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct IssuerLabels {
    issuer: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FetchLabels {
    issuer: String,
    result: &'static str,
}

impl Metrics {
    pub(super) fn new() -> Self {
        let mut registry = Registry::with_prefix("agora_token");
        let tallies = Arc::new(Tallies::new());
        registry.register_collector(Box::new(Arc::clone(&tallies)));
        let ready = Gauge::default();
        registry.register("ready", "Whether GET /readyz answers 200: 1 or 0", ready.clone());
        let key_set_age = Family::default();
        let help = "Age of an issuer's key set";
        registry.register_with_unit("key_set_age", help, Unit::Seconds, key_set_age.clone());
        let key_set_fetches = Family::default();
        registry.register("key_set_fetches", "Fetches of an issuer's key set", key_set_fetches.clone());
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The build of the server", build);
        Self { registry, tallies, ready, key_set_age, key_set_fetches }
    }

    /// Counts a request as in flight until the value is dropped.
    pub(super) fn begin(&self) -> InFlight<'_> {
        self.tallies.begin()
    }

    /// Counts a request that got a response after `took`.
    pub(super) fn answered(&self, outcome: Outcome, took: Duration) {
        self.tallies.answered(outcome, took);
    }

    /// Counts a request that the HTTP layer rejected.
    pub(super) fn rejected(&self, outcome: Outcome) {
        self.tallies.rejected(outcome);
    }

    /// Counts the fetches of key sets.
    pub(super) fn fetched(&self, fetches: &[KeySetFetch]) {
        for KeySetFetch { issuer, result } in fetches {
            self.key_set_fetches.get_or_create(&FetchLabels { issuer: issuer.clone(), result }).inc();
        }
    }

    /// All metrics in `OpenMetrics` 1.0.
    pub(super) fn exposition(&self, state: &State<'_>) -> String {
        self.ready.set(state.is_ready.into());
        for (issuer, age) in &state.key_sets {
            let labels = IssuerLabels { issuer: (*issuer).to_owned() };
            match age {
                Some(age) => drop(self.key_set_age.get_or_create(&labels).set((*age).into())),
                None => drop(self.key_set_age.remove(&labels)),
            }
        }
        let mut exposition = String::new();
        text::encode(&mut exposition, &self.registry).expect("a string takes any text");
        exposition
    }
}
