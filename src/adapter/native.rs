//! The local server: hyper, HTTP/1.1.

use std::cell::Cell;
use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONNECTION, EXPECT, HeaderValue};
use http::{Request, Response};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{self, Runtime};
use tokio::sync::mpsc::{self, UnboundedSender};

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

/// Answers on `address` until the process is asked to stop, then finishes the requests that are
/// under way. Calls `listening` once connections can come in.
///
/// # Errors
/// What the system says of the address, or of a thread.
pub fn serve(address: SocketAddr, app: App, listening: impl FnOnce(SocketAddr)) -> io::Result<()> {
    let limiter = Limiter::new(app.rate_limit());
    let server = Arc::new(Server { app, limiter, stopping: AtomicBool::new(false) });
    let threads = Threads::start(&server)?;
    runtime()?.block_on(async {
        let listener = TcpListener::bind(address).await?;
        // Before the address is told, so that whoever was told may stop it again.
        let stop = stop_signal()?;
        listening(listener.local_addr()?);
        let connections = GracefulShutdown::new();
        accept(&listener, &threads, &connections, stop).await;
        server.stopping.store(true, Ordering::Relaxed);
        accept(&listener, &threads, &connections, last_requests(&connections)).await;
        drop(listener);
        let _ = tokio::time::timeout(DRAIN_TIMEOUT, connections.shutdown()).await;
        Ok(())
    })
}

fn runtime() -> io::Result<Runtime> {
    runtime::Builder::new_current_thread().enable_all().build()
}

/// One thread for each processor, with a runtime and connections of its own. In one runtime for
/// all, threads that wake each other to share work cost a quarter of a request's time.
struct Threads {
    senders: Vec<UnboundedSender<Connection>>,
    next: Cell<usize>,
}

struct Connection {
    stream: std::net::TcpStream,
    peer: IpAddr,
    watcher: Watcher,
}

impl Threads {
    fn start(server: &Arc<Server>) -> io::Result<Self> {
        let count = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let senders = (0..count).map(|_| Self::one(Arc::clone(server))).collect::<io::Result<_>>()?;
        Ok(Self { senders, next: Cell::new(0) })
    }

    fn one(server: Arc<Server>) -> io::Result<UnboundedSender<Connection>> {
        let (sender, mut connections) = mpsc::unbounded_channel();
        let runtime = runtime()?;
        thread::Builder::new().spawn(move || {
            runtime.block_on(async {
                while let Some(connection) = connections.recv().await {
                    connect(connection, &server);
                }
            });
        })?;
        Ok(sender)
    }

    /// Hands a connection to each in turn. One that has died takes no more.
    fn take(&self, connection: Connection) {
        let next = self.next.replace((self.next.get() + 1) % self.senders.len());
        let _ = self.senders[next].send(connection);
    }
}

async fn accept(
    listener: &TcpListener,
    threads: &Threads,
    connections: &GracefulShutdown,
    until: impl Future<Output = ()>,
) {
    let mut until = std::pin::pin!(until);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut until => return,
        };
        match accepted.and_then(|(stream, peer)| Ok((stream.into_std()?, peer.ip()))) {
            Ok((stream, peer)) => {
                threads.take(Connection { stream, peer, watcher: connections.watcher() });
            }
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

fn connect(Connection { stream, peer, watcher }: Connection, server: &Arc<Server>) {
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
        .header_read_timeout(READ_TIMEOUT)
        .serve_connection(TokioIo::new(stream), service);
    tokio::spawn(async move {
        let _ = watcher.watch(connection).await;
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
