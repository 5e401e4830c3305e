//! What a parser needs besides the body.

/// What the configuration, the caller's credential and the route say about fields.
#[derive(Clone, Copy, Debug)]
pub(in crate::api) struct ParseContext<'a> {
    /// Whether an empty channel is the wildcard; otherwise it is a missing one.
    pub(in crate::api) empty_channel: bool,
    /// The identity that the caller is bound to.
    pub(in crate::api) identity: Option<&'a str>,
    /// What the route makes of a name that looks like an unfilled placeholder.
    pub(in crate::api) placeholders: Placeholders,
}

/// What a route makes of a name such as `undefined` or `:channel`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::api) enum Placeholders {
    /// It is a name: `POST /token` takes every name that Agora does.
    Names,
    /// The client left it unfilled: on drop-in routes, whose clients put variables into paths.
    Refused,
}
