//! The command line: the local server, and tokens without one.

mod api_key;
mod inspect;
pub mod inspect_text;
mod mint;
mod serve;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::adapter::{host, native};
use crate::config::{Config, ConfigError, Notice, Socket};
use crate::token::Project;

/// The token endpoint for Agora's real-time products.
///
/// Everything is configured by the environment, or by a file named .env; secrets by nothing else.
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
    /// Make an API key: print it, and its entry for `API_KEYS`
    ApiKey(api_key::ApiKey),
    /// Ask the server on HOST and PORT whether it is well, for containers: exit status 0 if it is
    Healthcheck,
}

/// Exit status for what is no fault of a token: a wrong argument, a wrong configuration.
const MISUSE: u8 = 2;

/// Runs the program that the arguments ask for. Misuse ends the process with status 2.
#[must_use]
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    // A missing file is no fault: the environment may say everything.
    if let Err(error) = dotenvy::dotenv()
        && !error.not_found()
    {
        eprintln!(".env: {error}");
        return ExitCode::from(MISUSE);
    }
    let done = match arguments.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::serve(),
        Command::Healthcheck => serve::healthcheck(),
        Command::Mint(mint) => mint.run(),
        Command::Inspect(inspect) => inspect.run(),
        Command::ApiKey(api_key) => api_key.run(),
    };
    done.unwrap_or_else(|failure| {
        eprintln!("{}", failure.message);
        ExitCode::from(failure.status)
    })
}

/// Why a command did not do its work.
struct Failure {
    message: String,
    status: u8,
}

impl Failure {
    fn misuse(message: impl Into<String>) -> Self {
        Self { message: message.into(), status: MISUSE }
    }

    fn other(message: impl Into<String>) -> Self {
        Self { message: message.into(), status: 1 }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let lines: Vec<String> = error.0.iter().map(ToString::to_string).collect();
        Self::misuse(lines.join("\n"))
    }
}

/// The project of the environment, or Agora's public test project where none is named.
fn project() -> Result<Project, Failure> {
    let (config, notices) = Config::read(native::environment(Socket::Unused))?;
    if notices.contains(&Notice::PublicTestProject) {
        eprintln!("Notice: {}", Notice::PublicTestProject);
    }
    let project = config.project.current(host::now()).map_err(|error| Failure::other(error.to_string()))?;
    Ok(project.into_owned())
}
