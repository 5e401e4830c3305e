//! The local server: hyper, HTTP/1.1.

mod connection;
mod serve;
mod server;
mod threads;

pub use self::serve::serve;

use std::io;

use super::host;

/// A variable of the environment, where `.env` has been read into it.
#[must_use]
pub fn variable(name: &str) -> Option<String> {
    host::variable(name)
}

/// A file as text.
///
/// # Errors
/// What the file system says.
pub fn file(path: &str) -> io::Result<String> {
    host::file(path)
}
