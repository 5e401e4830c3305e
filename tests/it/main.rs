//! Tests of the public API: one binary, a module for each subject.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(unreachable_pub, reason = "a helper is public to the modules beside it")]

mod api;
mod architecture;
mod attacks;
mod auth;
mod common;
mod config;
mod cors;
mod differential;
mod docs;
mod dropin;
mod families;
mod inspect;
mod loopback;
mod model;
mod observability;
mod openapi;
#[cfg(feature = "native")]
mod page;
mod policy;
mod properties;
mod request_body;
mod template;
mod token_api;
mod token_types;
mod token_vectors;
mod verdict;
