//! The open connections: how many there may be, and which one makes room for a new one.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use crate::adapter::host;

/// The open connections.
#[derive(Debug)]
pub(super) struct Connections {
    room: Arc<Semaphore>,
    open: Mutex<Open>,
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
        Arc::new(Self { room: Arc::new(Semaphore::new(max)), open: Mutex::default(), start: host::instant() })
    }

    /// A place for one more connection. At the cap, the connection longest without progress is
    /// closed to make room.
    pub(super) async fn place(self: &Arc<Self>) -> Place {
        let permit = if let Ok(permit) = Arc::clone(&self.room).try_acquire_owned() {
            permit
        } else {
            self.close_longest_without_progress();
            Arc::clone(&self.room).acquire_owned().await.expect("the semaphore is never closed")
        };
        let progress = Arc::new(Progress::new(self.start));
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

    fn close_longest_without_progress(&self) {
        let open = self.open();
        if let Some((_, progress)) = open.by_id.iter().min_by_key(|(id, progress)| (progress.last(), **id)) {
            progress.close();
        }
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
    }
}

/// What a connection has achieved.
///
/// Progress is a request's whole head and each part of an answer that the client takes. Bytes of a
/// head or body are none: a client can send one at a time for ever.
#[derive(Debug)]
pub(super) struct Progress {
    start: Instant,
    /// Milliseconds from `start`.
    last: AtomicU64,
    used: AtomicBool,
    within_request: AtomicBool,
    close: Notify,
}

impl Progress {
    fn new(start: Instant) -> Self {
        let progress = Self {
            start,
            last: AtomicU64::new(0),
            used: AtomicBool::new(false),
            within_request: AtomicBool::new(false),
            close: Notify::new(),
        };
        progress.made();
        progress
    }

    /// Bytes of a request have arrived.
    pub(super) fn received(&self) {
        self.used.store(true, Ordering::Relaxed);
        self.within_request.store(true, Ordering::Relaxed);
    }

    /// A request has arrived whole.
    pub(super) fn received_whole(&self) {
        self.within_request.store(false, Ordering::Relaxed);
    }

    /// Whether the client has begun a request that it has not sent whole.
    pub(super) fn is_within_request(&self) -> bool {
        self.within_request.load(Ordering::Relaxed)
    }

    /// Something has been achieved now.
    pub(super) fn made(&self) {
        let elapsed = self.start.elapsed().as_millis();
        self.last.store(elapsed.try_into().unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Completes when the connection must make room.
    pub(super) async fn must_close(&self) {
        self.close.notified().await;
    }

    fn close(&self) {
        self.close.notify_one();
    }

    fn is_used(&self) -> bool {
        self.used.load(Ordering::Relaxed)
    }

    fn last(&self) -> u64 {
        self.last.load(Ordering::Relaxed)
    }
}

/// The default cap. 10,000 idle connections hold some 40 MiB.
const MAX_CONNECTIONS: usize = 10_000;

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
