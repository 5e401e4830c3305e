//! What can be requested, in types that cannot be wrong.

mod participant;
mod scope;
mod spec;
mod unknown_name;
mod v006;

pub use participant::{Companions, Participant, Role};
pub use spec::{Channels, Level, Scope, ScopeRole, TokenKind, TokenRequest, TokenSpec, User};
pub use unknown_name::UnknownName;
pub use v006::{Format, Not006, Rtc006, Rtm006};
