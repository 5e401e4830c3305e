//! The families, one file each.

use super::family::Row;
use super::{astro, chat, express, get_token, go, node, token_server_nodejs};

/// The rows of every family.
pub(in crate::api) const FAMILIES: [&[Row]; 7] = [
    astro::ROWS,
    node::ROWS,
    chat::ROWS,
    get_token::ROWS,
    express::ROWS,
    go::ROWS,
    token_server_nodejs::ROWS,
];
