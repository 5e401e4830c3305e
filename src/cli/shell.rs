//! Completions and manual pages, made from the arguments themselves.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Args, Command};
use clap_complete::Shell;

use super::failure::Failure;

#[derive(Args)]
#[command(after_help = "Examples:
  agora-token-server completions bash \\
    > ~/.local/share/bash-completion/completions/agora-token-server
  agora-token-server completions fish > ~/.config/fish/completions/agora-token-server.fish")]
pub(super) struct Completions {
    /// Shell that the script is for
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self, mut command: Command) -> Result<ExitCode, Failure> {
        let name = command.get_name().to_owned();
        // `generate` panics if it cannot write, and a reader may close the pipe early.
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command, name, &mut script);
        print(&script)
    }
}

#[derive(Args)]
#[command(after_help = "Examples:
  agora-token-server man | man -l -
  agora-token-server man inspect > agora-token-server-inspect.1")]
pub(super) struct Man {
    /// Command that the page is about (all of them)
    command: Option<String>,
}

impl Man {
    pub(super) fn run(&self, mut command: Command) -> Result<ExitCode, Failure> {
        command.build();
        let page = match &self.command {
            None => command,
            Some(name) => {
                let found = command.find_subcommand(name).cloned();
                found.ok_or_else(|| {
                    Failure::argument("man", format!("COMMAND: expected a command, got {name:?}"))
                })?
            }
        };
        let mut rendered = Vec::new();
        clap_mangen::Man::new(page).render(&mut rendered).map_err(|error| output_failure(&error))?;
        print(&rendered)
    }
}

/// A reader that closes the pipe early is not a failure.
fn print(text: &[u8]) -> Result<ExitCode, Failure> {
    match io::stdout().write_all(text) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(output_failure(&error)),
        Ok(()) | Err(_) => Ok(ExitCode::SUCCESS),
    }
}

fn output_failure(error: &io::Error) -> Failure {
    Failure::other(format!("standard output: {error}"))
}
