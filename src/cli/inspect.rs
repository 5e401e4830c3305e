//! Explaining a token.

use std::io::{IsTerminal, Read};
use std::process::ExitCode;

use clap::Args;

use super::failure::Failure;
use super::inspect_text;
use super::project::project;
use crate::adapter::{host, native};
use crate::api::answer::inspect::Report;
use crate::inspect::{Client, Inspection};

/// More than any token has; what is longer is explained by its beginning.
const MAX_INPUT_BYTES: u64 = 1024 * 1024;

#[derive(Args)]
pub(super) struct Inspect {
    /// The token; - reads it from standard input
    token: String,
    /// The channel that the client joins
    #[arg(long)]
    channel: Option<String>,
    /// The uid or user account that the client joins with
    #[arg(long)]
    uid: Option<String>,
    /// Print JSON, as `POST /inspect` answers it
    #[arg(long)]
    json: bool,
}

impl Inspect {
    pub(super) fn run(&self) -> Result<ExitCode, Failure> {
        let token = if self.token == "-" { read_token()? } else { self.token.clone() };
        let project = project()?;
        let client = Client::new(self.channel.as_deref(), self.uid.as_deref());
        let inspection = Inspection::new(&token, &project, host::now(), client);
        if self.json {
            let report = serde_json::to_string_pretty(&Report::new(&inspection));
            println!("{}", report.expect("texts and numbers have a JSON form"));
        } else {
            let colour = std::io::stdout().is_terminal() && !native::wants_no_color();
            print!("{}", inspect_text::render(&inspection, colour));
        }
        Ok(if inspection.usable() { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }
}

/// Without the line end that an editor or a shell puts behind it.
fn read_token() -> Result<String, Failure> {
    let mut text = String::new();
    std::io::stdin()
        .take(MAX_INPUT_BYTES)
        .read_to_string(&mut text)
        .map_err(|error| Failure::misuse(format!("standard input: {error}")))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}
