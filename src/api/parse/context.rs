//! What a parser needs besides the body.

/// What the configuration and the caller's credential say about missing fields.
#[derive(Clone, Copy, Debug)]
pub(in crate::api) struct ParseContext<'a> {
    /// Whether an empty channel is the wildcard; otherwise it is a missing one.
    pub(in crate::api) empty_channel: bool,
    /// The identity that the caller is bound to.
    pub(in crate::api) identity: Option<&'a str>,
}
