//! The command line.

pub mod inspect_text;
