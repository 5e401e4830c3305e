//! `audit`: requests tokens from an endpoint as its clients do, and reports what is wrong with them and with it.

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
