//! Printing a token, for scripts and tests.

use std::process::ExitCode;

use clap::Args;

use super::failure::Failure;
use super::project::project;
use super::request_flags::RequestFlags;
use crate::adapter::host;
use crate::api::answer::token::Issued;
use crate::api::token_request;
use crate::auth::Caller;
use crate::policy::Policy;

/// The flags are the fields of `POST /token` and follow its rules.
#[derive(Args)]
#[command(after_help = "Examples:
  agora-token-server mint --channel room-1 --uid 42 --role publisher
  agora-token-server mint --token-type rtm --uid alice --expire-time 600
  agora-token-server mint --json \\
    --body '{\"channel\":\"room-1\",\"uid\":42,\"role\":\"publisher\",\"expireTime\":60}'")]
pub(super) struct Mint {
    #[command(flatten)]
    request: RequestFlags,
    /// Print the response of `POST /token` instead of the token alone
    #[arg(long)]
    json: bool,
}

impl Mint {
    pub(super) fn run(&self) -> Result<ExitCode, Failure> {
        // A holder of the certificate can make any token.
        let (policy, caller) = (Policy::unrestricted(), Caller::open());
        let request = token_request(self.request.body().as_bytes(), &policy, &caller)
            .map_err(|problem| Failure::argument("mint", problem.to_string()))?;
        let project = project()?;
        let context = host::context(host::now(), None, None);
        let grant = policy
            .grant(&caller, request, context.now)
            .map_err(|denied| Failure::argument("mint", denied.to_string()))?;
        let issued = grant.issue(&project, context.now, context.salt);
        if self.json {
            let answer = serde_json::to_string_pretty(&Issued::new(&grant, &issued, &project.app_id()));
            println!("{}", answer.expect("texts and numbers have a JSON form"));
        } else {
            println!("{}", issued.token);
        }
        Ok(ExitCode::SUCCESS)
    }
}
