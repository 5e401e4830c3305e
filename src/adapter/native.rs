//! The local server: hyper, HTTP/1.1.

use std::convert::Infallible;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONNECTION, EXPECT, HeaderValue};
use http::{Request, Response};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};

use super::limiter::Limiter;
use super::{client, host};
use crate::api::{App, Body, MAX_BODY_BYTES};

/// How long a client may take to send a request's head, and then its body, so that slow ones
/// cannot hold connections for ever.
const READ_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a client that was refused in the midst of its body may go on sending it. Who writes
/// everything before reading anything would find the connection reset, and no answer.
const LINGER_TIMEOUT: Duration = Duration::from_secs(2);

/// For so long after the signal to stop, requests are still taken: those that were sent before
/// their client could know. Each answer says that it is its connection's last.
const LAST_REQUESTS: Duration = Duration::from_secs(1);

/// How long requests under way may take after that.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(25);

/// A variable of the environment, where `.env` has been read into it.
#[must_use]
pub fn variable(name: &str) -> Option<String> {
    host::variable(name)
}

/// A file as text.
///
/// # Errors
/// What the file system says.
pub fn file(path: &str) -> io::Result<String> {
    host::file(path)
}

/// Answers on `listener` until `stop` is done, then finishes the requests that are under way.
pub async fn serve(listener: TcpListener, app: App, stop: impl Future<Output = ()>) {
    let limiter = Limiter::new(app.rate_limit());
    let server = Arc::new(Server { app, limiter, stopping: AtomicBool::new(false) });
    let connections = GracefulShutdown::new();
    accept(&listener, &server, &connections, stop).await;
    server.stopping.store(true, Ordering::Relaxed);
    accept(&listener, &server, &connections, last_requests(&connections)).await;
    drop(listener);
    let _ = tokio::time::timeout(DRAIN_TIMEOUT, connections.shutdown()).await;
}

async fn accept(
    listener: &TcpListener,
    server: &Arc<Server>,
    connections: &GracefulShutdown,
    until: impl Future<Output = ()>,
) {
    let mut until = std::pin::pin!(until);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut until => return,
        };
        match accepted {
            Ok((stream, peer)) => connect(stream, peer.ip(), server, connections),
            // Out of file descriptors, most likely: wait for some to be given back.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

/// Done after [`LAST_REQUESTS`], or as soon as nobody is there.
async fn last_requests(connections: &GracefulShutdown) {
    let nobody = async {
        loop {
            tokio::time::sleep(Duration::from_millis(20)).await;
            if connections.count() == 0 {
                return;
            }
        }
    };
    let _ = tokio::time::timeout(LAST_REQUESTS, nobody).await;
}

fn connect(stream: TcpStream, peer: IpAddr, server: &Arc<Server>, connections: &GracefulShutdown) {
    let _ = stream.set_nodelay(true);
    let server = Arc::clone(server);
    let service = service_fn(move |request| {
        let server = Arc::clone(&server);
        async move { Ok::<_, Infallible>(server.answer(request, peer).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(READ_TIMEOUT)
        .serve_connection(TokioIo::new(stream), service);
    // A connection that breaks concerns its client alone.
    let watched = connections.watch(connection);
    tokio::spawn(async move {
        let _ = watched.await;
    });
}

struct Server {
    app: App,
    limiter: Limiter,
    stopping: AtomicBool,
}

impl Server {
    async fn answer(&self, request: Request<Incoming>, peer: IpAddr) -> Response<Full<Bytes>> {
        let start = host::instant();
        let (parts, mut incoming) = request.into_parts();
        let body = read(&mut incoming).await;
        let is_read = matches!(body, Body::Whole(_));
        let request = Request::from_parts(parts, body);
        let context = host::context(host::now(), None, Some(peer));
        let mut visit = self.app.begin(&request, &context);
        while let Some(fetch) = visit.fetch_due() {
            visit.fetched(&client::fetch(fetch).await);
        }
        self.limiter.count(&mut visit);
        let answer = visit.answer();
        host::print(answer.log.to_json(start.elapsed()));
        let mut response = answer.response.map(Full::new);
        if !is_read || self.stopping.load(Ordering::Relaxed) {
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        // A client that waits to be told to go on sends nothing more.
        if !is_read && !request.headers().contains_key(EXPECT) {
            tokio::spawn(tokio::time::timeout(LINGER_TIMEOUT, discard(incoming)));
        }
        response
    }
}

async fn discard(mut body: Incoming) {
    while let Some(Ok(_)) = body.frame().await {}
}

async fn read(body: &mut Incoming) -> Body {
    // What is declared to be too large is not waited for.
    if body.size_hint().lower() > MAX_BODY_BYTES.try_into().unwrap_or(u64::MAX) {
        return Body::TooLarge;
    }
    let limited = Limited::new(body, MAX_BODY_BYTES).collect();
    match tokio::time::timeout(READ_TIMEOUT, limited).await {
        Ok(Ok(body)) => Body::Whole(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Body::TooLarge,
        Ok(Err(_)) | Err(_) => Body::CutOff,
    }
}

/// A future that is done when the process is asked to stop. From the call on, the signal no longer
/// ends the process by itself.
///
/// # Errors
/// What the system says.
pub fn stop_signal() -> io::Result<impl Future<Output = ()>> {
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
