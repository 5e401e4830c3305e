//! The token endpoint for Agora's real-time products.

#[cfg(feature = "api")]
pub mod auth;
pub mod time;
pub mod token;
