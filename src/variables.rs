//! Every variable of the configuration, as the environment of a platform has it, each fault naming its variable.

mod environment;
mod error;
mod notice;
mod reader;
mod table;
mod variable;

pub use environment::{Environment, Lookup, ReadFile, Socket, Source};
pub use error::{ConfigError, ConfigFault, FaultKind};
pub use notice::Notice;
pub(crate) use reader::{Reader, items, var};
pub(crate) use table::ROWS;
pub use table::VARIABLES;
pub(crate) use table::named;
pub use variable::{DefaultValue, Platform, Variable};
