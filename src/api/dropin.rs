//! Drop-in routes: the routes of existing token servers, so that their clients work unchanged.
//!
//! Each translates into the one [`TokenRequest`](crate::request::TokenRequest); authentication,
//! policy and errors are those of `POST /token`. Clients rely on these differences:
//! unknown fields are ignored, a lifetime may be missing, a role has more names.
//!
//! To add a route, add its row to its family's file; to add a family, add its file, its `mod` line, and its rows to [`FAMILIES`].

mod astro;
mod callkit;
mod chat;
mod community;
mod encoded;
mod express;
mod families;
mod family;
mod generate_agora_token;
mod get_token;
mod go;
mod lenient;
mod node;
mod recipes;
mod token_server_nodejs;
mod toolbox;

pub(super) use self::families::FAMILIES;
pub(super) use self::family::{DropInContext, Issued, Origin, Row};
