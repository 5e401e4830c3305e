//! The arguments, and the command that each runs.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use super::{api_key, audit, inspect, mint, policy, serve, uid};

/// The token endpoint for Agora's real-time products.
///
/// The environment configures everything, or .env.local and .env in the working directory.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Answer requests on HOST and PORT; what is done without a command
    Serve,
    /// Print a token
    Mint(mint::Mint),
    /// Explain a token: exit status 0 if it is usable, 1 if not
    Inspect(inspect::Inspect),
    /// Check a token endpoint: request tokens from URL as its clients do, and report what is wrong
    Audit(audit::Audit),
    /// Explain or check what the configuration allows, offline
    #[command(subcommand)]
    Policy(policy::Command),
    /// Make an API key: print it, and its entry for `API_KEYS`
    ApiKey(api_key::ApiKey),
    /// Print the integer uid of a user, derived with `UID_KEY`
    Uid(uid::Uid),
    /// Ask the server on HOST and PORT whether it is well, for containers: exit status 0 if it is
    Healthcheck,
}

/// Runs the program that the arguments ask for. Misuse ends the process with status 2.
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
    };
    done.unwrap_or_else(|failure| {
        eprintln!("{}", failure.message);
        ExitCode::from(failure.status)
    })
}
