//! The threads that serve connections.

use std::cell::Cell;
use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread;

use tokio::runtime::{self, Runtime};
use tokio::sync::mpsc::{self, UnboundedSender};

use super::connection::Connection;
use super::server::Server;

/// One thread for each processor, with its own runtime and connections. In one runtime for
/// all, threads that wake each other to share work cost a quarter of a request's time.
pub(super) struct Threads {
    senders: Vec<UnboundedSender<Connection>>,
    next: Cell<usize>,
}

impl Threads {
    pub(super) fn start(server: &Arc<Server>) -> io::Result<Self> {
        let count = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let senders = (0..count).map(|_| Self::one(Arc::clone(server))).collect::<io::Result<_>>()?;
        Ok(Self { senders, next: Cell::new(0) })
    }

    /// Hands a connection to each thread in turn. A thread that has died gets no more.
    pub(super) fn take(&self, connection: Connection) {
        let next = self.next.replace((self.next.get() + 1) % self.senders.len());
        let _ = self.senders[next].send(connection);
    }

    fn one(server: Arc<Server>) -> io::Result<UnboundedSender<Connection>> {
        let (sender, mut connections) = mpsc::unbounded_channel::<Connection>();
        let runtime = runtime()?;
        thread::Builder::new().spawn(move || {
            runtime.block_on(async {
                while let Some(connection) = connections.recv().await {
                    connection.start(&server);
                }
            });
        })?;
        Ok(sender)
    }
}

pub(super) fn runtime() -> io::Result<Runtime> {
    runtime::Builder::new_current_thread().enable_all().build()
}
