//! What the handler needs from elsewhere, and what it keeps of it.

mod refreshed;
mod request;

pub use refreshed::{Claim, RefreshPolicy, Refreshed};
pub use request::{Fetch, FetchError};
