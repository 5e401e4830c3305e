//! One connection, from its first byte to its end.

use std::convert::Infallible;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioTimer;
use hyper_util::server::graceful::Watcher;
use tokio::net::TcpStream;

use super::connections::{Place, Progress};
use super::server::Server;
use super::stream::Stream;
use crate::api::Unread;

/// How long a client may take to send a request's head, from the answer before it.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// Credentials of every provider fit: an ID token with many claims has some 4 KiB. A longer head
/// gets 431. As much is buffered of a body or of an answer.
const MAX_HEAD_BYTES: usize = 16 * 1024;

/// A connection that was accepted, on its way to the thread that serves it.
pub(super) struct Connection {
    pub(super) stream: std::net::TcpStream,
    pub(super) peer: IpAddr,
    pub(super) port: Port,
    pub(super) place: Place,
    pub(super) watcher: Watcher,
}

/// Which of the server's ports a client is connected to.
#[derive(Clone, Copy)]
pub(super) enum Port {
    Requests,
    Metrics,
}

impl Connection {
    /// Serves it in a separate task.
    pub(super) fn start(self, server: &Arc<Server>) {
        let Self { stream, peer, port, place, watcher } = self;
        // A connection that breaks concerns its client alone.
        let Ok(stream) = TcpStream::from_std(stream) else { return };
        let _ = stream.set_nodelay(true);
        let server = Arc::clone(server);
        tokio::spawn(async move {
            let progress = Arc::clone(place.progress());
            tokio::select! {
                () = serve(stream, (peer, port), watcher, &progress, server) => {}
                () = progress.must_close() => {}
            }
            // Only now: the stream's descriptor is closed.
            drop(place);
        });
    }
}

async fn serve(
    stream: TcpStream,
    (peer, port): (IpAddr, Port),
    watcher: Watcher,
    progress: &Arc<Progress>,
    server: Arc<Server>,
) {
    // A client that sends nothing costs no buffer, nor does one beyond those that are sending.
    let begun = async {
        stream.readable().await?;
        progress.begin().await;
        Ok::<_, io::Error>(())
    };
    match tokio::time::timeout(HEAD_TIMEOUT, begun).await {
        Ok(Ok(())) => {}
        Ok(Err(_)) | Err(_) => return,
    }
    let stream = Stream::new(stream, Arc::clone(progress));
    let service = service_fn(|request| {
        let (server, progress) = (Arc::clone(&server), Arc::clone(progress));
        async move {
            Ok::<_, Infallible>(match port {
                Port::Requests => server.answer(request, peer, &progress).await,
                Port::Metrics => server.scrape(request, peer, &progress),
            })
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        // Answers are small: copied together they cost less than a call with two pieces.
        .writev(false)
        .header_read_timeout(HEAD_TIMEOUT)
        .max_header_size(MAX_HEAD_BYTES)
        .max_buf_size(MAX_HEAD_BYTES)
        .serve_connection(stream, service);
    // Boxed, so that clients that send nothing do not hold its memory.
    let ended = Box::pin(watcher.watch(connection)).await;
    if let Some(why) = ended.err().and_then(|error| unread(&error, progress)) {
        server.reject(why, peer);
    }
}

/// Why the connection ended, if a request was rejected with it.
fn unread(error: &hyper::Error, progress: &Progress) -> Option<Unread> {
    if error.is_parse_too_large() {
        Some(Unread::HeadTooLarge)
    } else if error.is_parse_version_h2() {
        Some(Unread::Http2)
    } else if error.is_parse() {
        Some(Unread::HeadMalformed)
    } else if error.is_timeout() && progress.is_within_request() {
        Some(Unread::HeadTimedOut)
    } else {
        None
    }
}
