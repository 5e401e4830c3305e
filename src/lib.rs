//! The token endpoint for Agora's real-time products.

pub mod time;
pub mod token;
