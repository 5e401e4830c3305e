//! How bad a finding is, and what that means for the token.

use crate::token::closed_set;

closed_set! {
    /// How bad a finding is.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub enum Severity {
        /// The client is refused.
        Error = "error",
        /// The token works, but perhaps not as intended.
        Warning = "warning",
    }
}

closed_set! {
    /// Whether a client can use a token.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Verdict {
        /// Nothing in the token or the request contradicts this.
        Usable = "usable",
        /// A finding is an error.
        Refused = "refused",
        /// No finding is an error, but the signature or the wanted service could not be checked.
        Unknown = "unknown",
    }
}
