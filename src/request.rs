//! What can be requested, in types that cannot be wrong.

mod spec;

pub use spec::{Companion, Participant, Role, TokenKind, TokenRequest, TokenSpec};
