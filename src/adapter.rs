//! Translations between a platform and the handler. They decide nothing: no status, no header and
//! no field name is chosen here.

#[cfg(feature = "native")]
mod budgets;
#[cfg(any(feature = "lambda", feature = "native"))]
mod caught;
#[cfg(any(feature = "lambda", feature = "native"))]
pub(crate) mod client;
#[cfg(any(feature = "lambda", feature = "native", feature = "worker"))]
pub(crate) mod host;
#[cfg(feature = "lambda")]
pub mod lambda;
#[cfg(feature = "native")]
mod limiter;
#[cfg(feature = "native")]
pub mod native;
#[cfg(any(feature = "lambda", feature = "native", feature = "worker"))]
pub(crate) mod verify;
#[cfg(feature = "worker")]
mod worker;
