//! One connection, from its first byte to its end.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::Watcher;
use tokio::net::TcpStream;

use super::server::Server;

/// How long a client may take to send a request's head, from the answer before it.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// A connection that was accepted, on its way to the thread that serves it.
pub(super) struct Connection {
    pub(super) stream: std::net::TcpStream,
    pub(super) peer: IpAddr,
    pub(super) watcher: Watcher,
}

impl Connection {
    /// Serves it in a task of its own.
    pub(super) fn start(self, server: &Arc<Server>) {
        let Self { stream, peer, watcher } = self;
        // A connection that breaks concerns its client alone.
        let Ok(stream) = TcpStream::from_std(stream) else { return };
        let _ = stream.set_nodelay(true);
        let server = Arc::clone(server);
        let service = service_fn(move |request| {
            let server = Arc::clone(&server);
            async move { Ok::<_, Infallible>(server.answer(request, peer).await) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            // Answers are small: copied together they cost less than a call with two pieces.
            .writev(false)
            .header_read_timeout(HEAD_TIMEOUT)
            .serve_connection(TokioIo::new(stream), service);
        tokio::spawn(async move {
            let _ = watcher.watch(connection).await;
        });
    }
}
