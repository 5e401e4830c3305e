//! The token endpoint for Agora's real-time products: its handler, and the tokens themselves.
//!
//! | feature | what it brings |
//! |---|---|
//! | none | [`token`] and [`time`]: building, reading and explaining tokens, without any runtime |
//! | `api` | the handler without a platform, and what it decides by |
//! | `native` (default), `lambda`, `worker` | the handler on a local server with a command line, on AWS Lambda, on Cloudflare Workers |
//!
//! [`token`] has every official builder in one line of Rust; the README tells of the server.

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
pub mod grant;
pub mod inspect;
#[cfg(feature = "api")]
pub mod json;
#[cfg(feature = "api")]
pub mod policy;
#[cfg(feature = "api")]
pub mod request;
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
