//! The platforms' verifiers of public-key signatures. A key that cannot be used, and a verification
//! that fails for any reason, is an invalid signature.

#[cfg(any(feature = "lambda", feature = "native"))]
mod ring;
#[cfg(feature = "worker")]
pub(super) mod subtle;

#[cfg(any(feature = "lambda", feature = "native"))]
pub use self::ring::is_valid;
#[cfg(any(feature = "lambda", feature = "native"))]
pub(super) use self::ring::step;
