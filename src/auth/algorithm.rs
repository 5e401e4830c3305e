//! The algorithms that a JWT can be signed with, RFC 7518 §3 and RFC 8037.

use std::fmt;
use std::str::FromStr;

use crate::token::closed_set;

closed_set! {
    /// What a JWT is signed with, named as in an `alg`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum Algorithm {
        /// RSASSA-PKCS1-v1_5 with SHA-256.
        Rs256 = "RS256",
        /// RSASSA-PKCS1-v1_5 with SHA-384.
        Rs384 = "RS384",
        /// RSASSA-PKCS1-v1_5 with SHA-512.
        Rs512 = "RS512",
        /// RSASSA-PSS with SHA-256, and a salt of 32 bytes.
        Ps256 = "PS256",
        /// RSASSA-PSS with SHA-384, and a salt of 48 bytes.
        Ps384 = "PS384",
        /// RSASSA-PSS with SHA-512, and a salt of 64 bytes.
        Ps512 = "PS512",
        /// ECDSA on P-256 with SHA-256.
        Es256 = "ES256",
        /// ECDSA on P-384 with SHA-384.
        Es384 = "ES384",
        /// Ed25519; RFC 9864 names it `Ed25519` as well.
        EdDsa = "EdDSA",
        /// HMAC with SHA-256.
        Hs256 = "HS256",
        /// HMAC with SHA-384.
        Hs384 = "HS384",
        /// HMAC with SHA-512.
        Hs512 = "HS512",
    }
}

impl Algorithm {
    /// Whether its key is a secret that both sides share.
    #[must_use]
    pub const fn is_symmetric(self) -> bool {
        match self {
            Self::Hs256 | Self::Hs384 | Self::Hs512 => true,
            Self::Rs256
            | Self::Rs384
            | Self::Rs512
            | Self::Ps256
            | Self::Ps384
            | Self::Ps512
            | Self::Es256
            | Self::Es384
            | Self::EdDsa => false,
        }
    }
}

impl FromStr for Algorithm {
    type Err = UnknownAlgorithm;

    fn from_str(name: &str) -> Result<Self, UnknownAlgorithm> {
        let name = if name == "Ed25519" { "EdDSA" } else { name };
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name).ok_or(UnknownAlgorithm)
    }
}

/// The name of no [`Algorithm`], `none` among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownAlgorithm;

impl fmt::Display for UnknownAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected ")?;
        let [first @ .., last] = Algorithm::ALL;
        first.iter().try_for_each(|algorithm| write!(f, "{algorithm}, "))?;
        write!(f, "or {last}")
    }
}

impl std::error::Error for UnknownAlgorithm {}
