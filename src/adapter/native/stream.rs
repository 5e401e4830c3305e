//! A client's stream as hyper reads and writes it: a deadline for each write, and an end that a
//! client can read.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

use super::connections::Progress;

/// How long a client may take to read some part of an answer. Each part that it reads starts the
/// time anew, so a slow client gets its answer and a client that reads nothing loses its
/// connection.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a client may continue to send a rejected request. Without that, a client
/// that writes everything before it reads would find a reset connection and no answer.
const LINGER_TIMEOUT: Duration = Duration::from_secs(2);

pub(super) struct Stream {
    io: TokioIo<TcpStream>,
    progress: Arc<Progress>,
    /// The end of a write that waits, then of lingering.
    deadline: Option<Pin<Box<Sleep>>>,
    is_shut_down: bool,
}

impl Stream {
    pub(super) fn new(stream: TcpStream, progress: Arc<Progress>) -> Self {
        Self { io: TokioIo::new(stream), progress, deadline: None, is_shut_down: false }
    }

    /// Whether `timeout` has passed since the first call after [`Self::deadline`] was cleared.
    fn is_late(&mut self, timeout: Duration, cx: &mut Context<'_>) -> bool {
        self.deadline.get_or_insert_with(|| Box::pin(sleep(timeout))).as_mut().poll(cx).is_ready()
    }

    /// Reads and discards further bytes until the client closes or the time is over.
    fn poll_discard(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut bytes = [0; 4096];
        loop {
            let mut buffer = ReadBuf::new(&mut bytes);
            match Pin::new(self.io.inner_mut()).poll_read(cx, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {}
                Poll::Ready(Ok(()) | Err(_)) => return Poll::Ready(()),
                Poll::Pending if self.is_late(LINGER_TIMEOUT, cx) => return Poll::Ready(()),
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

impl Read for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.io).poll_read(cx, buffer);
        if read.is_ready() {
            self.progress.received();
        }
        read
    }
}

impl Write for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write(cx, bytes);
        if written.is_ready() {
            self.progress.made();
            self.deadline = None;
        } else if self.is_late(WRITE_TIMEOUT, cx) {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.is_shut_down {
            ready!(Pin::new(&mut self.io).poll_shutdown(cx))?;
            self.is_shut_down = true;
        }
        if self.progress.is_within_request() {
            ready!(self.poll_discard(cx));
        }
        Poll::Ready(Ok(()))
    }
}
