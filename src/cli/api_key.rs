//! Making API keys.

use std::process::ExitCode;

use clap::Args;

use super::failure::Failure;
use crate::adapter::host;
use crate::auth::NewApiKey;

#[derive(Args)]
#[command(
    after_help = "Give the first line to the backend, as its key. Append the second line to API_KEYS, with a comma.

Example:
  agora-token-server api-key my-backend"
)]
pub(super) struct ApiKey {
    /// Name of the caller in the log: letters, digits, dots, hyphens, underscores
    name: String,
}

impl ApiKey {
    pub(super) fn run(&self) -> Result<ExitCode, Failure> {
        let key = NewApiKey::from_random(&self.name, host::random()).ok_or_else(|| {
            Failure::misuse(format!(
                "name: expected 1 to 64 letters, digits, dots, hyphens or underscores, got {:?}",
                self.name
            ))
        })?;
        println!("{}", key.expose_secret());
        println!("{}", key.entry());
        eprintln!("Give the first line to the backend; append the second to API_KEYS");
        Ok(ExitCode::SUCCESS)
    }
}
