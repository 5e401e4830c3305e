//! The arguments of `audit`, and its run.

use std::process::ExitCode;

use clap::Args;

use super::checks::Checker;
use super::exchange::Exchanges;
use super::finding::Findings;
use super::request::Target;
use crate::adapter::host;
use crate::cli::failure::Failure;
use crate::cli::project::project;
use crate::inspect::Use;

/// The endpoint, and how its clients call it.
#[derive(Args)]
#[command(after_help = "Examples:
  agora-token-server audit https://example.com/api/agora/token \\
    --body '{\"channelName\":\"lobby\",\"uid\":42}' --header 'Authorization: Bearer …'
  agora-token-server audit 'https://example.com/rtc/lobby/publisher/uid/42/' --for rtc --json

Exit status: 0 without findings, 1 with findings, 2 for misuse or if the endpoint issues no token.")]
pub(in crate::cli) struct Audit {
    /// URL that clients request, http or https
    url: String,
    /// HTTP method (GET, or POST with --body)
    #[arg(long)]
    method: Option<String>,
    /// Request header, as `Name: value`; repeat for more
    #[arg(long, value_name = "N:V")]
    header: Vec<String>,
    /// JSON body
    #[arg(long, value_name = "JSON")]
    body: Option<String>,
    /// What the client uses the token for
    #[arg(long = "for", value_name = "USE")]
    purpose: Option<Use>,
    /// Channel that the client joins
    #[arg(long)]
    channel: Option<String>,
    /// Uid or user ID of the client
    #[arg(long)]
    uid: Option<String>,
    /// Inspect as of this time: Unix seconds or RFC 3339 (now)
    #[arg(long, value_name = "TIME")]
    at: Option<crate::time::UnixTime>,
    /// Print JSON
    #[arg(long, conflicts_with = "sarif")]
    json: bool,
    /// Print SARIF 2.1.0
    #[arg(long)]
    sarif: bool,
}

impl Audit {
    pub(in crate::cli) fn run(&self) -> Result<ExitCode, Failure> {
        let target = Target::parse(&self.url, self.method.as_deref(), &self.header, self.body.as_deref())
            .map_err(|fault| Failure::argument("audit", fault))?;
        let checker = Checker {
            project: project()?,
            now: self.at.unwrap_or_else(host::now),
            purpose: self.purpose,
            channel: self.channel.as_deref(),
            uid: self.uid.as_deref(),
        };
        let mut findings = Findings::default();
        let mut exchanges = Exchanges::new(&target);
        let tokens =
            super::checks::first_answers(&mut exchanges, &checker, &mut findings).map_err(Failure::misuse)?;
        if !tokens.is_empty() {
            super::probes::run(&mut exchanges, &checker, &tokens, &mut findings);
        }
        let report = super::report::Report {
            target: &target,
            tokens: &tokens,
            findings: findings.list(),
            requests: exchanges.count(),
        };
        if self.sarif {
            println!("{}", report.to_sarif());
        } else if self.json {
            println!("{}", report.to_json());
        } else {
            print!("{}", report.to_text());
        }
        Ok(if findings.list().is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }
}
