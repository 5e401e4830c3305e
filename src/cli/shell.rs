//! Completions and manual pages, made from the arguments themselves.

use std::io;
use std::process::ExitCode;

use clap::{Args, Command};
use clap_complete::Shell;

use super::failure::Failure;

#[derive(Args)]
#[command(after_help = "Examples:
  agora-token-server completions bash > ~/.local/share/bash-completion/completions/agora-token-server
  agora-token-server completions fish > ~/.config/fish/completions/agora-token-server.fish")]
pub(super) struct Completions {
    /// Shell that the script is for
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self, mut command: Command) -> ExitCode {
        let name = command.get_name().to_owned();
        clap_complete::generate(self.shell, &mut command, name, &mut io::stdout());
        ExitCode::SUCCESS
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
                found.ok_or_else(|| Failure::misuse(format!("man: expected a command, got {name:?}")))?
            }
        };
        let rendered = clap_mangen::Man::new(page).render(&mut io::stdout());
        rendered
            .map(|()| ExitCode::SUCCESS)
            .map_err(|error| Failure::other(format!("standard output: {error}")))
    }
}
