//! The one handler: from a request, read no further than [`MAX_BODY_BYTES`], and a [`Context`] with
//! everything that is not in it, to an answer and a line for the log. It uses `http` and no platform.

pub mod answer;
mod answered;
mod app;
mod claim;
mod client_address;
mod cors;
mod credentials;
mod drawn;
mod dropin;
mod exchange;
mod framing;
mod guard;
mod handlers;
mod log;
mod metrics;
#[cfg(feature = "native")]
mod page;
mod parse;
mod plan;
mod probe;
mod readiness;
mod request;
mod route;
mod trace;
mod unread;

pub use self::answer::problem::{FieldFault, Problem};
pub use self::drawn::Seed;
pub use self::exchange::{Counting, Fetching, Step, Verifying};
pub use self::framing::check_framing;
pub use self::log::{KeySetFetch, LogLine, Outcome};
pub use self::parse::token::token_request;
pub use self::request::{Body, Context, MAX_BODY_BYTES, X_REQUEST_ID};
pub use self::route::routes;
pub use self::unread::Unread;
pub use self::{answered::Answer, app::App};
