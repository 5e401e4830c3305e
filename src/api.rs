//! The one handler.

pub mod inspect;
