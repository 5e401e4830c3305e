//! The server from its start to its end.

use std::future;
use std::io;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use super::certificate_file;
use super::connection::{Connection, Port};
use super::connections::Connections;
use super::metrics::Metrics;
use super::output::Output;
use super::server::Server;
use super::threads::{Threads, runtime};
use crate::api::App;

/// For so long after the signal to stop, the server still takes requests: those that were sent
/// before their client could know. Each response has `Connection: close`.
const LAST_REQUESTS: Duration = Duration::from_secs(1);

/// How long requests in progress may take after that.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(25);

/// What the system holds of answers that a client does not read. Left alone, it grows to megabytes
/// for each connection.
const SEND_BUFFER_BYTES: u32 = 64 * 1024;

/// Connections that wait to be accepted.
const BACKLOG: u32 = 1024;

/// What the server needs besides the handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Where to listen.
    pub address: SocketAddr,
    /// Where to listen for `GET /metrics`. Without it, nothing is counted.
    pub metrics: Option<SocketAddr>,
    /// The largest number of open connections; by default 10,000. Never more than the soft limit
    /// of descriptors less 32.
    pub max_connections: Option<NonZeroUsize>,
}

/// Answers until the process receives a signal to stop, then finishes the requests in progress. Calls
/// `listening` with the address, and that of the metrics, once clients can connect.
///
/// # Errors
/// If the system refuses an address or a thread.
pub fn serve(
    settings: Settings,
    app: App,
    listening: impl FnOnce(SocketAddr, Option<SocketAddr>),
) -> io::Result<()> {
    let metrics = settings.metrics.map(|_| Metrics::new());
    let server = Arc::new(Server::new(app, Output::start(io::stdout())?, metrics));
    let threads = Threads::start(&server)?;
    let result = runtime()?.block_on(async {
        let requests = listen(settings.address)?;
        let metrics = settings.metrics.map(listen).transpose()?;
        // Before the address is printed, so that the process can be stopped from then on.
        let stop = stop_signal()?;
        listening(requests.local_addr()?, metrics.as_ref().map(TcpListener::local_addr).transpose()?);
        let connections = Connections::new(settings.max_connections);
        let clients = GracefulShutdown::new();
        let follow = certificate_file::follow(server.app(), server.output())?;
        let stop = async {
            tokio::select! {
                () = stop => {}
                () = follow => {}
            }
        };
        let accept = Accept {
            requests: &requests,
            metrics: metrics.as_ref(),
            connections: &connections,
            threads: &threads,
            clients: &clients,
        };
        accept.until(stop).await;
        server.stop();
        accept.until(last_requests(&clients)).await;
        drop((requests, metrics));
        connections.close_unused();
        let _ = tokio::time::timeout(DRAIN_TIMEOUT, clients.shutdown()).await;
        Ok(())
    });
    server.output().finish();
    result
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    bind(address).map_err(|error| io::Error::new(error.kind(), format!("{address}: {error}")))
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A server that restarts can bind its port again at once.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    // Accepted connections inherit it.
    socket.set_send_buffer_size(SEND_BUFFER_BYTES)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

struct Accept<'a> {
    requests: &'a TcpListener,
    metrics: Option<&'a TcpListener>,
    connections: &'a Arc<Connections>,
    threads: &'a Threads,
    clients: &'a GracefulShutdown,
}

impl Accept<'_> {
    async fn until(&self, end: impl Future<Output = ()>) {
        let mut end = std::pin::pin!(end);
        loop {
            let (port, accepted) = tokio::select! {
                accepted = self.requests.accept() => (Port::Requests, accepted),
                accepted = accept_if(self.metrics) => (Port::Metrics, accepted),
                () = &mut end => return,
            };
            match accepted.and_then(|(stream, peer)| Ok((stream.into_std()?, peer.ip()))) {
                Ok((stream, peer)) => {
                    let place = self.connections.place().await;
                    let watcher = self.clients.watcher();
                    self.threads.take(Connection { stream, peer, port, place, watcher });
                }
                // The system has run out of a resource: wait until some of it is free.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }
}

async fn accept_if(listener: Option<&TcpListener>) -> io::Result<(TcpStream, SocketAddr)> {
    match listener {
        Some(listener) => listener.accept().await,
        None => future::pending().await,
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

/// A future that completes when the process receives a signal to stop. From the call on, the signal no
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
