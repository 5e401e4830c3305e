//! `POST /token` for tokenType rtc, and the rules of every route, as in the documentation of the HTTP API.

mod answer;
mod channel;
mod chat;
mod companion;
mod drop_in_006;
mod faults;
mod json;
mod lifetime;
mod metrics;
mod route;
mod secret;
mod uid;
