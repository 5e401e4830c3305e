//! The local server and the command line.

fn main() -> std::process::ExitCode {
    agora_token_server::cli::run()
}
