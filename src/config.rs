//! Every variable of the configuration, read once, each fault naming its variable.

mod auth;
#[expect(clippy::module_inception, reason = "it holds the type `Config`")]
mod config;
mod environment;
mod policy;
mod project;
mod reader;
pub mod secret_store;
mod server;
mod variables;

pub use config::{AllowOrigin, Config, ConfigError, ConfigFault, Notice};
pub use environment::{Environment, Lookup, ReadFile, Socket};
pub use project::{ProjectSource, RemoteProject};
pub use server::Listen;
pub use variables::{DefaultValue, Platform, VARIABLES, Variable};
