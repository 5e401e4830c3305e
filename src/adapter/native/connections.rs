//! The open connections: how many there may be, and which one makes room for a new one.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use crate::adapter::host;

/// The open connections.
#[derive(Debug)]
pub(super) struct Connections {
    room: Arc<Semaphore>,
    open: Mutex<Open>,
    /// How many clients are within a request.
    receiving: AtomicUsize,
    start: Instant,
}

#[derive(Debug, Default)]
struct Open {
    next_id: u64,
    by_id: HashMap<u64, Arc<Progress>>,
}

impl Connections {
    /// At most `configured` connections, and at most as many as the system has descriptors for.
    pub(super) fn new(configured: Option<NonZeroUsize>) -> Arc<Self> {
        let max = configured.map_or(MAX_CONNECTIONS, NonZeroUsize::get).min(descriptors_for_clients()).max(1);
        Arc::new(Self {
            room: Arc::new(Semaphore::new(max)),
            open: Mutex::default(),
            receiving: AtomicUsize::new(0),
            start: host::instant(),
        })
    }

    /// A place for one more connection. At the cap, the connection longest without progress is
    /// closed to make room.
    pub(super) async fn place(self: &Arc<Self>) -> Place {
        let permit = if let Ok(permit) = Arc::clone(&self.room).try_acquire_owned() {
            permit
        } else {
            self.close_longest_without_progress(|_| true);
            Arc::clone(&self.room).acquire_owned().await.expect("the semaphore is never closed")
        };
        let progress = Arc::new(Progress::new(Arc::clone(self)));
        let mut open = self.open();
        let id = open.next_id;
        open.next_id += 1;
        open.by_id.insert(id, Arc::clone(&progress));
        drop(open);
        Place { connections: Arc::clone(self), id, progress, _permit: permit }
    }

    /// Closes each connection whose client has not sent anything yet.
    pub(super) fn close_unused(&self) {
        self.open()
            .by_id
            .values()
            .filter(|progress| !progress.is_used())
            .for_each(|progress| progress.close());
    }

    fn close_longest_without_progress(&self, among: impl Fn(&Progress) -> bool) {
        let open = self.open();
        let candidates = open.by_id.iter().filter(|(_, progress)| among(progress) && !progress.is_closing());
        if let Some((_, progress)) = candidates.min_by_key(|(id, progress)| (progress.last(), **id)) {
            progress.close();
        }
    }

    /// A client has begun a request. Beyond the cap, another one that has not sent its request
    /// whole loses its connection.
    fn receive(&self) {
        if self.receiving.fetch_add(1, Ordering::Relaxed) >= MAX_RECEIVING {
            self.close_longest_without_progress(Progress::is_within_request);
        }
    }

    fn receive_no_more(&self) {
        self.receiving.fetch_sub(1, Ordering::Relaxed);
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        // No code that holds the lock can panic.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection's place among the open ones. Dropping it makes room: drop it after the stream.
#[derive(Debug)]
pub(super) struct Place {
    connections: Arc<Connections>,
    id: u64,
    progress: Arc<Progress>,
    _permit: OwnedSemaphorePermit,
}

impl Place {
    pub(super) fn progress(&self) -> &Arc<Progress> {
        &self.progress
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connections.open().by_id.remove(&self.id);
        self.progress.received_whole();
    }
}

/// What a connection has achieved.
///
/// Progress is a request's whole head and each part of an answer that the client takes. Bytes of a
/// head or body are none: a client can send one at a time for ever.
#[derive(Debug)]
pub(super) struct Progress {
    connections: Arc<Connections>,
    /// Milliseconds from the start of the server.
    last: AtomicU64,
    used: AtomicBool,
    within_request: AtomicBool,
    closing: AtomicBool,
    close: Notify,
}

impl Progress {
    fn new(connections: Arc<Connections>) -> Self {
        let progress = Self {
            connections,
            last: AtomicU64::new(0),
            used: AtomicBool::new(false),
            within_request: AtomicBool::new(false),
            closing: AtomicBool::new(false),
            close: Notify::new(),
        };
        progress.made();
        progress
    }

    /// Bytes of a request have arrived.
    pub(super) fn received(&self) {
        self.used.store(true, Ordering::Relaxed);
        if !self.within_request.swap(true, Ordering::Relaxed) {
            self.connections.receive();
        }
    }

    /// A request has arrived whole.
    pub(super) fn received_whole(&self) {
        if self.within_request.swap(false, Ordering::Relaxed) {
            self.connections.receive_no_more();
        }
    }

    /// Whether the client has begun a request that it has not sent whole.
    pub(super) fn is_within_request(&self) -> bool {
        self.within_request.load(Ordering::Relaxed)
    }

    /// Something has been achieved now.
    pub(super) fn made(&self) {
        let elapsed = self.connections.start.elapsed().as_millis();
        self.last.store(elapsed.try_into().unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Completes when the connection must make room.
    pub(super) async fn must_close(&self) {
        self.close.notified().await;
    }

    fn close(&self) {
        self.closing.store(true, Ordering::Relaxed);
        self.close.notify_one();
    }

    fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Relaxed)
    }

    fn is_used(&self) -> bool {
        self.used.load(Ordering::Relaxed)
    }

    fn last(&self) -> u64 {
        self.last.load(Ordering::Relaxed)
    }
}

/// The default cap. 10,000 connections whose clients have not sent anything hold some 20 MiB.
const MAX_CONNECTIONS: usize = 10_000;

/// How many requests may be in the midst of arriving. Each one holds up to 100 KiB; most arrive at
/// once and never count.
const MAX_RECEIVING: usize = 256;

/// The descriptors that are kept for everything but clients: runtimes, listeners, fetches, output.
const OTHER_DESCRIPTORS: usize = 32;

/// How many clients the soft limit of the system leaves descriptors for.
#[cfg(unix)]
fn descriptors_for_clients() -> usize {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    let limit = limit.map_or(usize::MAX, |limit| limit.try_into().unwrap_or(usize::MAX));
    limit.saturating_sub(OTHER_DESCRIPTORS)
}

#[cfg(not(unix))]
fn descriptors_for_clients() -> usize {
    usize::MAX
}
