//! The families, one file each.

use super::family::Row;
use super::{
    astro, callkit, chat, community, express, generate_agora_token, get_token, go, node, recipes,
    token_server_nodejs, toolbox,
};

/// The rows of every family.
pub(in crate::api) const FAMILIES: [&[Row]; 12] = [
    astro::ROWS,
    node::ROWS,
    chat::ROWS,
    get_token::ROWS,
    express::ROWS,
    go::ROWS,
    token_server_nodejs::ROWS,
    recipes::ROWS,
    generate_agora_token::ROWS,
    community::ROWS,
    callkit::ROWS,
    toolbox::ROWS,
];
