//! From values to bytes: the responses.

pub mod inspect;
pub(super) mod problem;
pub(crate) mod token;
