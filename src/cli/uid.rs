//! The stable integer uid of a user.

use std::process::ExitCode;

use clap::Args;

use super::dotenv::DotEnv;
use super::failure::Failure;
use crate::adapter::native;
use crate::config::{self, Socket};

/// The key comes from the environment, never from a flag.
#[derive(Args)]
#[command(after_help = "Example:
  UID_KEY=0123456789abcdef0123456789abcdef \\
    agora-token-server uid --issuer https://issuer.example.com/ alice")]
pub(super) struct Uid {
    /// Issuer, exactly as in the JWT's `iss`
    #[arg(long, value_name = "ISS")]
    issuer: String,
    /// Subject: the value of `JWT_UID_CLAIM`
    subject: String,
}

impl Uid {
    pub(super) fn run(&self) -> Result<ExitCode, Failure> {
        let files = DotEnv::read()?;
        let key = config::uid_key(native::environment(&files.sources(), Socket::Unused))?;
        println!("{}", key.uid(&self.issuer, &self.subject));
        Ok(ExitCode::SUCCESS)
    }
}
