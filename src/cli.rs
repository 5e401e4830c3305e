//! The command line: the local server, and tokens without one.

mod api_key;
mod audit;
mod config;
mod dotenv;
mod failure;
mod inspect;
pub mod inspect_text;
mod mint;
mod policy;
mod policy_check;
mod policy_check_keys;
mod policy_explain;
mod policy_finding;
mod project;
mod request_flags;
mod run;
mod serve;
mod shell;
mod uid;

pub use run::run;
