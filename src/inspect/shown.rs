//! The services of a token, as they are shown.

use crate::time::UnixTime;
use crate::token::{Field, Payload};

/// How many services, and privileges of each, are inspected.
pub(super) const MAX_SHOWN: usize = 64;

/// A service of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InspectedService {
    /// Agora's number; 006 has none.
    pub number: Option<u16>,
    /// The short name: `rtc`, `rtm`, …
    pub name: &'static str,
    /// What the service applies to; 006 holds only checksums of that.
    pub payload: Option<Payload>,
    /// The privileges, at most [`Inspection::MAX_SHOWN`](crate::inspect::Inspection::MAX_SHOWN).
    pub privileges: Vec<InspectedPrivilege>,
}

/// A privilege of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InspectedPrivilege {
    /// Agora's number.
    pub number: u16,
    /// Agora's name, if there is one.
    pub name: Option<&'static str>,
    /// When it ends, the end of the token considered.
    pub ends_at: UnixTime,
    /// What ends it.
    pub ended_by: EndedBy,
}

/// What ends a privilege.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndedBy {
    /// Its own end, no later than the token's.
    Itself,
    /// The token: the privilege has a 0, which is no end of its own.
    Token,
    /// The token, although the privilege would last longer.
    TokenEarlier,
}

/// A name in a token that stands for more than one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Wildcard {
    /// The service's short name.
    pub service: &'static str,
    /// Which of its texts.
    pub field: Field,
    /// The text; empty means "any".
    pub pattern: String,
}
