//! The server from its start to its end.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;

use super::connection::Connection;
use super::server::Server;
use super::threads::{Threads, runtime};
use crate::api::App;

/// For so long after the signal to stop, the server still takes requests: those that were sent
/// before their client could know. Each answer says that it is the last one of its connection.
const LAST_REQUESTS: Duration = Duration::from_secs(1);

/// How long requests in progress may take after that.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(25);

/// Answers until the process is asked to stop, then finishes the requests in progress. Calls
/// `listening` once clients can connect.
///
/// # Errors
/// If the system refuses the address or a thread.
pub fn serve(address: SocketAddr, app: App, listening: impl FnOnce(SocketAddr)) -> io::Result<()> {
    let server = Arc::new(Server::new(app));
    let threads = Threads::start(&server)?;
    runtime()?.block_on(async {
        let listener = TcpListener::bind(address).await?;
        // Before the address is told, so that the process can be stopped from then on.
        let stop = stop_signal()?;
        listening(listener.local_addr()?);
        let clients = GracefulShutdown::new();
        let accept = Accept { listener: &listener, threads: &threads, clients: &clients };
        accept.until(stop).await;
        server.stop();
        accept.until(last_requests(&clients)).await;
        drop(listener);
        let _ = tokio::time::timeout(DRAIN_TIMEOUT, clients.shutdown()).await;
        Ok(())
    })
}

struct Accept<'a> {
    listener: &'a TcpListener,
    threads: &'a Threads,
    clients: &'a GracefulShutdown,
}

impl Accept<'_> {
    async fn until(&self, end: impl Future<Output = ()>) {
        let mut end = std::pin::pin!(end);
        loop {
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                () = &mut end => return,
            };
            match accepted.and_then(|(stream, peer)| Ok((stream.into_std()?, peer.ip()))) {
                Ok((stream, peer)) => {
                    let watcher = self.clients.watcher();
                    self.threads.take(Connection { stream, peer, watcher });
                }
                // The system is short of something: wait for some of it to be given back.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }
}

/// Completes after [`LAST_REQUESTS`], or as soon as no client is connected.
async fn last_requests(clients: &GracefulShutdown) {
    let no_client = async {
        loop {
            tokio::time::sleep(Duration::from_millis(20)).await;
            if clients.count() == 0 {
                return;
            }
        }
    };
    let _ = tokio::time::timeout(LAST_REQUESTS, no_client).await;
}

/// A future that completes when the process is asked to stop. From the call on, the signal no
/// longer ends the process by itself.
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    Ok(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    })
}
