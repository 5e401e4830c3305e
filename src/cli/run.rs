//! The arguments, and the command that each runs.

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use super::{api_key, audit, config, inspect, mint, policy, serve, shell, uid};

/// The token endpoint for Agora's real-time products
///
/// Configure it by environment variables, or by .env.local and .env in the working directory.
#[derive(Parser)]
#[command(
    version,
    after_help = "Examples:
  agora-token-server                                  run the server on http://127.0.0.1:8080
  agora-token-server config                           show every setting and its source
  agora-token-server mint --channel room-1 --uid 42 --role publisher
  agora-token-server inspect 007eJx… --channel room-1 --uid 42
  agora-token-server api-key my-backend"
)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server on HOST:PORT (default)
    #[command(after_help = "Examples:
  agora-token-server serve
  PORT=3000 agora-token-server serve

Every setting is a variable: see `agora-token-server config`.")]
    Serve,
    /// Print a token
    Mint(mint::Mint),
    /// Explain a token and report its faults
    Inspect(inspect::Inspect),
    /// Request tokens from a URL as its clients do, and report faults
    Audit(audit::Audit),
    /// Explain or check what the configuration allows, offline
    #[command(
        subcommand,
        after_help = "Examples:
  agora-token-server policy explain --channel room-1 --uid 42 --role publisher
  agora-token-server policy check"
    )]
    Policy(policy::Command),
    /// Make an API key and its entry for `API_KEYS`
    ApiKey(api_key::ApiKey),
    /// Print the integer uid of a user, derived with `UID_KEY`
    Uid(uid::Uid),
    /// Show the effective configuration and the source of each value
    Config(config::Config),
    /// Check whether the server on HOST:PORT answers, for containers
    #[command(after_help = "Example:
  PORT=3000 agora-token-server healthcheck

Exit status: 0 if the server answers, 1 if not.")]
    Healthcheck,
    /// Print a completion script for a shell
    Completions(shell::Completions),
    /// Print a manual page
    Man(shell::Man),
}

/// Runs the command in the arguments. Misuse ends the process with status 2.
#[must_use]
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match arguments.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::serve(),
        Command::Healthcheck => serve::healthcheck(),
        Command::Mint(mint) => mint.run(),
        Command::Inspect(inspect) => inspect.run(),
        Command::Audit(audit) => audit.run(),
        Command::Policy(command) => command.run(),
        Command::ApiKey(api_key) => api_key.run(),
        Command::Uid(uid) => uid.run(),
        Command::Config(config) => config.run(),
        Command::Completions(completions) => completions.run(Arguments::command()),
        Command::Man(man) => man.run(Arguments::command()),
    };
    done.unwrap_or_else(|failure| {
        eprintln!("{}", failure.message);
        ExitCode::from(failure.status)
    })
}
