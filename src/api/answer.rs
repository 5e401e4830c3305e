//! From values to bytes: the responses.

pub(super) mod fixed;
pub mod inspect;
pub(super) mod problem;
pub(crate) mod token;
