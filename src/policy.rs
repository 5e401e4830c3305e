//! Which caller can have which token: one pure function from a caller and its request to a
//! [`Grant`](crate::grant::Grant), or to the rule that refuses it.
//!
//! The configuration is the ceiling, and the grants of a JWT only narrow it. An API key belongs to
//! a backend, which the configuration alone limits.

mod denied;
mod pattern;
mod rules;

pub use denied::{Denied, Refusal, Rule, Source};
pub use pattern::{ChannelPattern, PatternError};
pub use rules::Policy;
