//! The local server.

use std::process::ExitCode;

use agora_token_server::api::App;
use agora_token_server::config::{Config, ConfigError, Listen, Platform};
use agora_token_server::native;

fn main() -> ExitCode {
    // A missing file is no fault: the environment may say everything.
    match dotenvy::dotenv() {
        Err(error) if !error.not_found() => {
            eprintln!(".env: {error}");
            return ExitCode::from(2);
        }
        _ => {}
    }
    match serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(code) => code,
    }
}

fn serve() -> Result<(), ExitCode> {
    let listen = Listen::read(native::variable).map_err(|error| misconfigured(&error))?;
    let (config, notices) = Config::read(Platform::Local(listen), native::variable, native::file)
        .map_err(|error| misconfigured(&error))?;
    let app = App::new(Ok(config));
    let served = tokio::runtime::Runtime::new().and_then(|runtime| {
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind(listen.address).await?;
            eprintln!("Listening on http://{}", listener.local_addr()?);
            for notice in notices {
                eprintln!("Notice: {notice}");
            }
            native::serve(listener, app, async {
                let _ = native::stop_signal().await;
            })
            .await;
            Ok(())
        })
    });
    served.map_err(|error| {
        eprintln!("{}: {error}", listen.address);
        ExitCode::FAILURE
    })
}

fn misconfigured(error: &ConfigError) -> ExitCode {
    for fault in &error.0 {
        eprintln!("{fault}");
    }
    ExitCode::from(2)
}
