//! The configuration: parsed from the variables of an environment, or all of their faults.

mod auth;
#[expect(clippy::module_inception, reason = "it holds the type `Config`")]
mod config;
mod policy;
mod project;
pub mod secret_store;
mod server;
mod settings;

pub use crate::variables::{
    ConfigError, ConfigFault, DefaultValue, Environment, FaultKind, Lookup, Notice, Platform, ReadFile,
    Socket, Source, VARIABLES, Variable,
};
pub use auth::uid_key;
pub use config::Config;
pub use project::{FileProject, ProjectSource, RemoteProject};
pub use server::{AllowOrigin, LoopbackGuard, MetricsListener, listen_address};
pub use settings::{Origin, Setting, Shown, settings};
