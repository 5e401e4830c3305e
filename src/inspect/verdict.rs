//! How bad a finding is, and what that means for the token.

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The client is refused.
    Error,
    /// The token works, but perhaps not as intended.
    Warning,
}

impl Severity {
    /// `error` or `warning`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// Whether a client can use a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing in the token or the request says otherwise.
    Usable,
    /// A finding is an error.
    Refused,
    /// No finding is an error, but the signature or the wanted service could not be checked.
    Unknown,
}

impl Verdict {
    /// `usable`, `refused` or `unknown`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Usable => "usable",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
        }
    }
}
