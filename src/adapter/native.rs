//! The local server: hyper, HTTP/1.1.

mod certificate_file;
mod connection;
mod connections;
mod environment;
mod fetches;
mod metrics;
mod output;
mod serve;
mod server;
mod stream;
mod tallies;
mod threads;

pub use self::environment::{VARIABLES, environment, wants_no_color};
pub use self::serve::{Settings, serve};
