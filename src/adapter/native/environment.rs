//! What a machine offers to the configuration.

use crate::adapter::host;
use crate::config::{Environment, Socket, Source};

/// The variables of the process.
pub const VARIABLES: Source<'static> = Source { name: "environment", lookup: &host::variable };

/// What a machine offers to the configuration, with these sources of variables.
#[must_use]
pub fn environment<'a>(sources: &'a [Source<'a>], socket: Socket) -> Environment<'a> {
    Environment { sources, files: Some(&host::file), secret_store: false, socket }
}

/// Whether the user turned off colors on terminals (`NO_COLOR`, no-color.org).
#[must_use]
pub fn wants_no_color() -> bool {
    host::variable("NO_COLOR").is_ok()
}
