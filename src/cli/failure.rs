//! The failure of a command.

use crate::config::ConfigError;

/// Exit status of a failure that is not the token's: an invalid argument or configuration.
pub(super) const MISUSE: u8 = 2;

/// Why a command failed.
pub(super) struct Failure {
    pub(super) message: String,
    pub(super) status: u8,
}

impl Failure {
    pub(super) fn misuse(message: impl Into<String>) -> Self {
        Self { message: message.into(), status: MISUSE }
    }

    /// An invalid argument of a command, with where its arguments are described.
    pub(super) fn argument(command: &str, message: impl Into<String>) -> Self {
        Self::misuse(format!(
            "{}\nRun `agora-token-server {command} --help` to see its arguments",
            message.into()
        ))
    }

    pub(super) fn other(message: impl Into<String>) -> Self {
        Self { message: message.into(), status: 1 }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let faults = error.0.iter().map(ToString::to_string);
        let next = "Run `agora-token-server config` to see every setting and its source".to_owned();
        let lines: Vec<String> = faults.chain(std::iter::once(next)).collect();
        Self::misuse(lines.join("\n"))
    }
}
