//! The command line: the local server, and tokens without one.

mod api_key;
mod audit;
mod dotenv;
mod failure;
mod inspect;
pub mod inspect_text;
mod mint;
mod project;
mod run;
mod serve;
mod uid;

pub use run::run;
