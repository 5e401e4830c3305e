//! `POST /token` for tokenType rtc, and what every route has in common, as the HTTP contract says
//! it.

#![cfg(feature = "api")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../common/mod.rs"]
mod common;

mod answer;
mod channel;
mod companion;
mod drop_in_006;
mod faults;
mod json;
mod lifetime;
mod route;
mod secret;
mod uid;
