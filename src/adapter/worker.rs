//! Cloudflare Workers: what `worker.mjs`, the entry point, calls.

mod entry;
pub(super) mod host;
mod pending;
mod refused;
mod text;
