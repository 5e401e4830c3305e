//! Explaining a token.

use std::io::{IsTerminal, Read};
use std::process::ExitCode;

use clap::Args;

use super::failure::Failure;
use super::inspect_text;
use super::project::project;
use crate::adapter::{host, native};
use crate::api::answer::inspect::Report;
use crate::inspect::{Client, Inspection, Use, Verdict};
use crate::time::UnixTime;

/// More than the longest token; a longer text is explained by its beginning.
const MAX_INPUT_BYTES: u64 = 1024 * 1024;

#[derive(Args)]
#[command(after_help = "Examples:
  agora-token-server inspect 007eJx… --channel room-1 --uid 42
  pbpaste | agora-token-server inspect - --for rtm --json

Exit status: 0 usable, 1 refused, 3 unknown, 2 for misuse.")]
pub(super) struct Inspect {
    /// Token, or text with a token in it; - reads standard input
    token: String,
    /// Check against the CHANNEL that the client joins
    #[arg(long, allow_hyphen_values = true)]
    channel: Option<String>,
    /// Check against the UID, user account or user ID of the client
    #[arg(long, allow_hyphen_values = true)]
    uid: Option<String>,
    /// Check for a USE: rtc, rtm, chat, streaming, fpa, fcdn, apaas, convoai or stt
    #[arg(long = "for", value_name = "USE")]
    purpose: Option<Use>,
    /// Inspect as of a TIME, in Unix seconds or RFC 3339 (now)
    #[arg(long, value_name = "TIME")]
    at: Option<UnixTime>,
    /// Print the JSON of `POST /inspect`
    #[arg(long)]
    json: bool,
}

impl Inspect {
    pub(super) fn run(&self) -> Result<ExitCode, Failure> {
        let token = if self.token == "-" { read_token()? } else { self.token.clone() };
        let project = project()?;
        let client = Client::new(self.channel.as_deref(), self.uid.as_deref()).with_use(self.purpose);
        let inspection = Inspection::new(&token, &project, self.at.unwrap_or_else(host::now), client)
            .map_err(|several| Failure::misuse(several.to_string()))?;
        if self.json {
            let report = serde_json::to_string_pretty(&Report::new(&inspection));
            println!("{}", report.expect("texts and numbers have a JSON form"));
        } else {
            let color = std::io::stdout().is_terminal() && !native::wants_no_color();
            print!("{}", inspect_text::render(&inspection, color));
        }
        Ok(match inspection.verdict() {
            Verdict::Usable => ExitCode::SUCCESS,
            Verdict::Refused => ExitCode::from(1),
            Verdict::Unknown => ExitCode::from(3),
        })
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
