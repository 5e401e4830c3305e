//! The platforms' verifiers of public-key signatures. A key that cannot be used, and a verification
//! that fails for any reason, is an invalid signature.

#[cfg(feature = "process")]
mod ring;
#[cfg(feature = "worker")]
pub(super) mod subtle;

#[cfg(feature = "process")]
pub use self::ring::is_valid;
#[cfg(feature = "process")]
pub(super) use self::ring::step;
