//! Which certificate signed a token.

use std::fmt;

use crate::token::{AppCertificate, Project};

/// Which certificate signed a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signature {
    /// The project's certificate.
    Primary,
    /// The project's secondary certificate.
    Secondary,
    /// Neither.
    Invalid,
    /// Unknown.
    Unchecked(Unchecked),
}

/// The text is not a token.
impl Default for Signature {
    fn default() -> Self {
        Self::Unchecked(Unchecked::NoToken)
    }
}

/// Why a signature could not be checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unchecked {
    /// The text is not a token.
    NoToken,
    /// The version is older than 006.
    OldVersion,
    /// The token belongs to another project, whose certificate is not known here.
    OtherProject,
    /// A 006 signature covers channel and uid (RTM: the user), which were not given.
    NeedsNames,
    /// By its checksums, a 006 token is for another channel or uid than were given.
    OtherNames,
}

impl fmt::Display for Unchecked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoToken => "there is no token to check",
            Self::OldVersion => "signatures of legacy versions are not checked",
            Self::OtherProject => "the token belongs to another project, whose certificate is not known here",
            Self::NeedsNames => {
                "the signature of a 006 token covers channel and uid (RTM: the user ID), which were not given"
            }
            Self::OtherNames => "the token is for another channel or uid than were given",
        })
    }
}

/// Which certificate of the project verifies a signature.
pub(super) fn verified_by(project: &Project, verifies: impl Fn(&AppCertificate) -> bool) -> Signature {
    if verifies(project.certificate()) {
        Signature::Primary
    } else if project.secondary().is_some_and(verifies) {
        Signature::Secondary
    } else {
        Signature::Invalid
    }
}
