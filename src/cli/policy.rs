//! What the configuration allows, without a server.

use std::process::ExitCode;

use clap::Subcommand;

use super::dotenv::DotEnv;
use super::failure::Failure;
use super::{policy_check, policy_explain};
use crate::adapter::native;
use crate::config::{Config, Notice, Socket};

#[derive(Subcommand)]
#[expect(clippy::large_enum_variant, reason = "there is one in a process")]
pub(super) enum Command {
    /// Explain whether a caller may request a token
    Explain(policy_explain::Explain),
    /// Report settings that are open, over-wide or contradictory
    Check(policy_check::Check),
}

impl Command {
    pub(super) fn run(&self) -> Result<ExitCode, Failure> {
        let files = DotEnv::read()?;
        if let Some(names) = files.names() {
            eprintln!("Read {names}");
        }
        // As the local server would read it, so that AUTH must be set if a server needs it.
        let (config, notices): (Config, Vec<Notice>) =
            Config::read(native::environment(&files.sources(), Socket::Own))?;
        match self {
            Self::Explain(explain) => explain.run(&config),
            Self::Check(check) => Ok(check.run(&config, &notices)),
        }
    }
}
