//! What is wrong with a token: each rule, once, over the normalized view.

mod service;
mod token;

pub(super) use self::token::{Checked, check};
