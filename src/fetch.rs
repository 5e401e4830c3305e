//! What the handler needs from elsewhere, and what it keeps of it.

mod request;

pub use request::{Fetch, FetchError};
