//! Every variable of the configuration, read once, each fault naming its variable.

mod auth;
#[expect(clippy::module_inception, reason = "it holds the type `Config`")]
mod config;
mod environment;
mod error;
mod notice;
mod policy;
mod project;
mod reader;
pub mod secret_store;
mod server;
mod settings;
mod variable;
mod variables;

pub use auth::uid_key;
pub use config::Config;
pub use environment::{Environment, Lookup, ReadFile, Socket, Source};
pub use error::{ConfigError, ConfigFault, FaultKind};
pub use notice::Notice;
pub use project::{FileProject, ProjectSource, RemoteProject};
pub use server::{AllowOrigin, LoopbackGuard, MetricsListener, listen_address};
pub use settings::{Origin, Setting, Shown, settings};
pub use variable::{DefaultValue, Platform, Variable};
pub use variables::VARIABLES;
