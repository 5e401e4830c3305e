//! Translations between a platform and the handler. They decide nothing: no status, no header and
//! no field name is chosen here.

#[cfg(feature = "native")]
mod budgets;
#[cfg(feature = "process")]
mod caught;
#[cfg(feature = "process")]
pub(crate) mod client;
#[cfg(feature = "platform")]
pub(crate) mod host;
#[cfg(feature = "lambda")]
pub mod lambda;
#[cfg(feature = "native")]
mod limiter;
#[cfg(feature = "native")]
pub mod native;
#[cfg(feature = "platform")]
pub(crate) mod verify;
#[cfg(feature = "worker")]
mod worker;
