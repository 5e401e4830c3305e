//! What can be requested, in types that cannot be wrong.

mod participant;
mod scope;
mod spec;
mod user_id;
mod v006;

pub use participant::{Companions, Participant, Role};
pub use spec::{Channels, Level, Scope, ScopeRole, TokenKind, TokenRequest, TokenSpec, User};
pub use user_id::{BadUserId, ChatUserId, Product, RtmUserId};
pub use v006::{Format, Not006, Rtc006};
