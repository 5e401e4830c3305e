//! What can be requested, in types that cannot be wrong.

mod participant;
mod scope;
mod spec;
mod v006;

pub use participant::{Companions, Participant, Role};
pub use scope::{Channels, Scope, ScopeRole, User};
pub use spec::{Level, TokenKind, TokenRequest, TokenSpec, UnknownName};
pub use v006::{Format, Not006, Rtc006, Rtm006};
