//! From bytes to values: requests, with everything that is wrong with them.

pub(super) mod context;
pub(super) mod fields;
pub(super) mod hint;
pub(super) mod inspect;
pub(super) mod names;
pub(super) mod privileges;
pub(super) mod token;
