//! The certificate in a file, read again while the server runs.

use std::io;
use std::time::Duration;

use super::output::Output;
use crate::adapter::host;
use crate::api::App;

/// A rotated certificate is used within a minute, even if no signal announces it.
const INTERVAL: Duration = Duration::from_mins(1);

/// Reads the file every minute and on SIGHUP, while it is polled. Without a file, SIGHUP
/// keeps its meaning and ends the process.
///
/// # Errors
/// If the system does not deliver signals.
pub(super) fn follow(app: &App, output: &Output) -> io::Result<impl Future<Output = ()>> {
    let mut due = match app.certificate_file() {
        Some(path) => Some((path, Due::new()?)),
        None => None,
    };
    Ok(async move {
        let Some((path, due)) = &mut due else { return std::future::pending().await };
        loop {
            due.wait().await;
            let path = path.to_owned();
            // A file may be on a network that hangs.
            let read = tokio::task::spawn_blocking(move || host::file(&path)).await;
            let read = read.unwrap_or_else(|error| Err(io::Error::other(error)));
            if let Some(line) = app.replace_certificate(read, host::now()) {
                output.print(&line);
            }
        }
    })
}

/// When the file is due to be read again.
struct Due {
    #[cfg(unix)]
    hangup: tokio::signal::unix::Signal,
}

impl Due {
    fn new() -> io::Result<Self> {
        Ok(Self {
            #[cfg(unix)]
            hangup: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup())?,
        })
    }

    #[cfg(unix)]
    async fn wait(&mut self) {
        // Either is a reason to read the file.
        let _ = tokio::time::timeout(INTERVAL, self.hangup.recv()).await;
    }

    #[cfg(not(unix))]
    async fn wait(&mut self) {
        tokio::time::sleep(INTERVAL).await;
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::env::{VarError, temp_dir};
    use std::net::Ipv4Addr;
    use std::num::NonZeroU32;
    use std::time::Duration;
    use std::{fs, process};

    use http::Request;
    use tokio::time::sleep;

    use super::{Output, follow, host};
    use crate::api::{App, Body, Context, Seed, Step};
    use crate::config::{Config, Environment, Socket, Source};
    use crate::time::UnixTime;

    const FIRST: &str = "5CFd2fd1755d40ecb72977518be15d3b";
    const SECOND: &str = "0123456789abcdef0123456789abcdef";

    /// The token that the server signs for one and the same request.
    fn token(app: &App) -> Vec<u8> {
        let request = Request::post("/token").header("host", "127.0.0.1");
        let body = br#"{"tokenType":"rtm","uid":"alice","expireTime":60}"#;
        let request = request.body(Body::Whole(body.as_slice().into())).expect("a valid request");
        let context = Context {
            now: UnixTime::from_secs(1_763_770_000),
            salt: 7,
            drawn_uid: NonZeroU32::MIN,
            seed: Seed([7; 16]),
            request_id: "request-1".to_owned(),
            peer: Some(Ipv4Addr::LOCALHOST.into()),
        };
        let Step::Count(count) = app.begin(&request, &context) else { panic!("expected a count") };
        let Step::Done(answer) = count.allow() else { panic!("expected an answer") };
        assert_eq!(answer.response.status(), 200);
        answer.response.into_body().into()
    }

    /// The clock of the test jumps to the next time that something waits for.
    #[tokio::test(start_paused = true)]
    async fn certificate_file_is_read_every_minute() {
        let path = temp_dir().join(format!("agora-token-server-{}-certificate", process::id()));
        let path = path.to_str().unwrap().to_owned();
        let write = |text: &str| fs::write(&path, text).unwrap();
        write(FIRST);
        let variables = [
            ("APP_ID", "970CA35de60c44645bbae8a215061b33"),
            ("APP_CERTIFICATE_FILE", path.as_str()),
            ("AUTH", "none"),
        ];
        let lookup = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned()).ok_or(VarError::NotPresent)
        };
        let sources = [Source { name: "test", lookup: &lookup }];
        let environment = Environment {
            sources: &sources,
            files: Some(&|path: &str| host::file(path)),
            secret_store: false,
            socket: Socket::Own,
        };
        let app = App::new(Config::read(environment).map(|(config, _)| config));
        let output = Output::start(Vec::new()).unwrap();
        let first = token(&app);
        let check = async {
            write(SECOND);
            sleep(Duration::from_secs(59)).await;
            assert_eq!(token(&app), first);
            sleep(Duration::from_secs(2)).await;
            let second = token(&app);
            assert_ne!(second, first);
            // A file that is being written keeps the certificate that was read before.
            write(&SECOND[..31]);
            sleep(Duration::from_mins(1)).await;
            assert_eq!(token(&app), second);
            write(FIRST);
            sleep(Duration::from_mins(1)).await;
            assert_eq!(token(&app), first);
        };
        tokio::select! {
            () = follow(&app, &output).unwrap() => panic!("it stopped to follow the file"),
            () = check => {}
        }
        fs::remove_file(path).unwrap();
    }
}
