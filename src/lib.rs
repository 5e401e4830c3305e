//! The token endpoint for Agora's real-time products.

#[cfg(feature = "api")]
pub mod api;
#[cfg(feature = "api")]
pub mod auth;
#[cfg(feature = "native")]
pub mod cli;
#[cfg(feature = "api")]
pub mod config;
#[cfg(feature = "api")]
pub mod fetch;
#[cfg(feature = "api")]
pub mod issue;
#[cfg(feature = "api")]
pub mod policy;
#[cfg(feature = "api")]
pub mod remote_certificate;
pub mod time;
pub mod token;

mod adapter;
#[cfg(feature = "lambda")]
pub use adapter::lambda;
#[cfg(feature = "native")]
pub use adapter::native;

/// The README's Rust is compiled and run.
#[cfg(all(doctest, feature = "api"))]
#[doc = include_str!("../README.md")]
struct Readme;
