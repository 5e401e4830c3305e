//! `POST /token` for tokenType rtc, and what every route has in common, as the documentation of the HTTP API says
//! it.

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
