//! What a parser needs besides the body.

use crate::auth::{Caller, Identity};
use crate::policy::Policy;

/// What a parser needs besides the body: the bound identity, and the defaults of configuration and route.
#[derive(Clone, Copy, Debug)]
pub(in crate::api) struct ParseContext<'a> {
    /// Whether an empty channel is the wildcard; otherwise it is a missing one.
    pub(in crate::api) empty_channel: bool,
    /// The identities that the caller may use.
    pub(in crate::api) identity: &'a Identity,
    /// Whether the response carries the uid.
    pub(in crate::api) uid_in_response: UidInResponse,
    /// What the route makes of a name that looks like an unfilled placeholder.
    pub(in crate::api) placeholders: Placeholders,
}

impl<'a> ParseContext<'a> {
    /// For a response that does not carry the uid.
    pub(in crate::api) fn new(policy: &Policy, caller: &'a Caller, placeholders: Placeholders) -> Self {
        Self {
            empty_channel: policy.wildcard_channel,
            identity: &caller.identity,
            uid_in_response: UidInResponse::Missing,
            placeholders,
        }
    }

    /// Whether an identity that a request leaves out is filled in.
    pub(in crate::api) fn fills_in(&self) -> bool {
        match self.identity {
            Identity::Free => false,
            Identity::Bound(_) | Identity::Derived { .. } => true,
        }
    }

    /// The same for a response that carries the uid.
    pub(in crate::api) fn with_uid_in_response(self) -> Self {
        Self { uid_in_response: UidInResponse::Carried, ..self }
    }
}

/// Whether the client reads its uid from the response. Only then can the server choose it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::api) enum UidInResponse {
    Carried,
    Missing,
}

/// What a route makes of a name such as `undefined` or `:channel`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::api) enum Placeholders {
    /// It is a name: `POST /token` accepts every name that Agora accepts.
    Names,
    /// The client left it unfilled: on drop-in routes, whose clients put variables into paths.
    Refused,
}
