//! The certificate in a file, read again while the server runs.

use std::io;
use std::time::Duration;

use super::output::Output;
use crate::adapter::host;
use crate::api::App;

/// A rotated certificate is used within a minute, even if no signal announces it.
const INTERVAL: Duration = Duration::from_mins(1);

/// Reads the file every minute and on SIGHUP, for as long as it is polled. Without a file, SIGHUP
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
