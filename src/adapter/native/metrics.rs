//! The metrics of the local server.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use crate::api::{KeySetFetch, Outcome};

/// In seconds.
const BUCKETS: [f64; 14] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// What is counted. Every label is one of few.
#[derive(Debug)]
pub(super) struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    durations: Family<RouteLabels, Histogram, fn() -> Histogram>,
    refusals: Family<RefusalLabels, Counter>,
    issued: Family<IssuedLabels, Counter>,
    in_flight: Gauge,
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
struct RequestLabels {
    route: &'static str,
    status: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RefusalLabels {
    code: &'static str,
    rule: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct IssuedLabels {
    r#type: &'static str,
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
        let requests = Family::default();
        registry.register("requests", "Requests that got a response", requests.clone());
        let durations: Family<_, _, fn() -> Histogram> =
            Family::new_with_constructor(|| Histogram::new(BUCKETS));
        let help = "Time from a request's head to its response";
        registry.register_with_unit("request_duration", help, Unit::Seconds, durations.clone());
        let refusals = Family::default();
        registry.register("refusals", "Requests that got a problem document", refusals.clone());
        let issued = Family::default();
        registry.register("issued", "Tokens that were issued", issued.clone());
        let in_flight = Gauge::default();
        registry.register("requests_in_flight", "Requests without a response yet", in_flight.clone());
        let ready = Gauge::default();
        registry.register("ready", "Whether GET /readyz answers 200: 1 or 0", ready.clone());
        let key_set_age = Family::default();
        let help = "Age of an issuer's key set";
        registry.register_with_unit("key_set_age", help, Unit::Seconds, key_set_age.clone());
        let key_set_fetches = Family::default();
        registry.register("key_set_fetches", "Fetches of an issuer's key set", key_set_fetches.clone());
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The build of the server", build);
        Self {
            registry,
            requests,
            durations,
            refusals,
            issued,
            in_flight,
            ready,
            key_set_age,
            key_set_fetches,
        }
    }

    /// Counts a request as in flight until the value is dropped.
    pub(super) fn begin(&self) -> InFlight<'_> {
        self.in_flight.inc();
        InFlight(&self.in_flight)
    }

    /// Counts a request that got a response after `took`.
    pub(super) fn answered(&self, outcome: Outcome, took: Duration) {
        self.count(outcome);
        let route = RouteLabels { route: outcome.route };
        self.durations.get_or_create(&route).observe(took.as_secs_f64());
    }

    /// Counts a request that the HTTP layer rejected.
    pub(super) fn count(&self, outcome: Outcome) {
        let Outcome { route, status, code, rule, token_type } = outcome;
        let Some(status) = status else { return };
        self.requests.get_or_create(&RequestLabels { route, status: class(status) }).inc();
        if let Some(code) = code {
            self.refusals.get_or_create(&RefusalLabels { code, rule: rule.unwrap_or_default() }).inc();
        }
        if let Some(r#type) = token_type {
            self.issued.get_or_create(&IssuedLabels { r#type }).inc();
        }
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

/// A request in flight. A handle of its own would count references, which all threads share.
pub(super) struct InFlight<'a>(&'a Gauge);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
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
