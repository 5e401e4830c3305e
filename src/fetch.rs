//! Fetches that the handler needs, and the values that it keeps.

mod refreshed;
mod request;

pub use refreshed::{Claim, RefreshPolicy, Refreshed};
pub use request::{Fetch, FetchError};
