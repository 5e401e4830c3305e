//! Making API keys.

use std::process::ExitCode;

use clap::Args;

use super::failure::Failure;
use crate::adapter::host;
use crate::auth::NewApiKey;

#[derive(Args)]
pub(super) struct ApiKey {
    /// Name of the caller in the log: letters, digits, dots, hyphens, underscores
    name: String,
}

impl ApiKey {
    pub(super) fn run(&self) -> Result<ExitCode, Failure> {
        let key = NewApiKey::from_random(&self.name, host::random()).ok_or_else(|| {
            Failure::misuse(format!(
                "{:?}, expected 1 to 64 letters, digits, dots, hyphens or underscores",
                self.name
            ))
        })?;
        println!("{}", key.expose_secret());
        println!("{}", key.entry());
        eprintln!("The first line is the key, for its holder; the second goes into API_KEYS.");
        Ok(ExitCode::SUCCESS)
    }
}
