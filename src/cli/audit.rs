//! `audit`: requests tokens from an endpoint as its clients do, and reports faults in the tokens and the endpoint.

mod answer;
mod checks;
mod command;
mod exchange;
mod finding;
mod probes;
mod report;
mod request;
mod token_facts;

pub(super) use command::Audit;
