//! The token endpoint for Agora's real-time products.

#[cfg(feature = "api")]
pub mod api;
#[cfg(feature = "native")]
pub mod cli;
#[cfg(feature = "api")]
pub mod config;
pub mod issue;
pub mod policy;
pub mod time;
pub mod token;

mod adapter;
#[cfg(feature = "lambda")]
pub use adapter::lambda;
#[cfg(feature = "native")]
pub use adapter::native;
