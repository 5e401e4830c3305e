//! What the machine offers to the configuration and the command line.

use crate::adapter::host;
use crate::config::{Environment, Socket};

/// What a machine offers to the configuration.
#[must_use]
pub fn environment(socket: Socket) -> Environment<'static> {
    Environment { lookup: &host::variable, files: Some(&host::file), secret_store: false, socket }
}

/// Whether the user wants no colors on any terminal (`NO_COLOR`, no-color.org).
#[must_use]
pub fn wants_no_color() -> bool {
    host::variable("NO_COLOR").is_ok()
}
