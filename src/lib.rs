//! The token endpoint for Agora's real-time products.

#[cfg(feature = "api")]
pub mod api;
#[cfg(feature = "native")]
pub mod cli;
pub mod time;
pub mod token;
