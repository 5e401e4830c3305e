//! The open connections: their maximum number, and which one is closed for a new one.

use std::collections::{HashMap, VecDeque};
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
    /// The number of clients that wait to begin a request, and the signal that wakes them.
    waiting: AtomicUsize,
    received: Notify,
    start: Instant,
}

#[derive(Debug, Default)]
struct Open {
    next_id: u64,
    by_id: HashMap<u64, Arc<Progress>>,
    /// Of each kind, those that were longest without progress when they were last looked for, with
    /// the time of their progress.
    longest: [VecDeque<(u64, u64)>; 2],
}

/// Which connections may be closed for another one.
#[derive(Clone, Copy)]
enum Candidates {
    Open,
    WithinRequest,
}

impl Open {
    fn close_longest_without_progress(&mut self, among: Candidates) {
        if !self.close_first_found(among) {
            self.find(among);
            self.close_first_found(among);
        }
    }

    /// A connection that was longest without progress still is, unless it has made some.
    fn close_first_found(&mut self, among: Candidates) -> bool {
        while let Some((last, id)) = self.longest[among.index()].pop_front() {
            let progress = self.by_id.get(&id);
            if let Some(progress) =
                progress.filter(|progress| progress.last() == last && among.holds(progress))
            {
                progress.close();
                return true;
            }
        }
        false
    }

    /// Looks for many at once: at the cap, each new connection needs one.
    fn find(&mut self, among: Candidates) {
        let candidates = self.by_id.iter().filter(|(_, progress)| among.holds(progress));
        let mut found: Vec<_> = candidates.map(|(id, progress)| (progress.last(), *id)).collect();
        found.sort_unstable();
        found.truncate(FOUND_AT_ONCE);
        self.longest[among.index()] = found.into();
    }
}

impl Candidates {
    fn index(self) -> usize {
        match self {
            Self::Open => 0,
            Self::WithinRequest => 1,
        }
    }

    fn holds(self, progress: &Progress) -> bool {
        let holds = match self {
            Self::Open => true,
            Self::WithinRequest => progress.is_within_request(),
        };
        holds && !progress.is_closing()
    }
}

impl Connections {
    /// At most `configured` connections, and at most as many as the system has descriptors for.
    pub(super) fn new(configured: Option<NonZeroUsize>) -> Arc<Self> {
        let max = cap(configured, descriptors_for_clients());
        Arc::new(Self {
            room: Arc::new(Semaphore::new(max)),
            open: Mutex::default(),
            receiving: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
            received: Notify::new(),
            start: host::instant(),
        })
    }

    /// A place for one more connection. At the cap, the connection longest without progress is
    /// closed to make room.
    pub(super) async fn place(self: &Arc<Self>) -> Place {
        let permit = if let Ok(permit) = Arc::clone(&self.room).try_acquire_owned() {
            permit
        } else {
            self.open().close_longest_without_progress(Candidates::Open);
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

    /// A client begins the first request of its connection, as soon as there is room among those that are arriving. If
    /// all places are taken, the client that is longest within a request makes room. Only then does the new one cost buffers,
    /// however many begin at once.
    async fn receive_first(&self) {
        if self.try_receive().is_some() {
            return;
        }
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&self.waiting);
        // All of them can make room at once.
        if before < MAX_RECEIVING {
            self.make_room_to_receive();
        }
        let mut receiving = loop {
            self.received.notified().await;
            match self.try_receive() {
                Some(receiving) => break receiving,
                None => self.make_room_to_receive(),
            }
        };
        // For those that wait behind: two, so that soon as many as possible are on their way.
        for _ in 0..2 {
            if receiving < MAX_RECEIVING {
                self.received.notify_one();
                receiving += 1;
            } else {
                self.make_room_to_receive();
            }
        }
    }

    /// How many are within a request with the one that begins it now; `None` if all places are taken.
    fn try_receive(&self) -> Option<usize> {
        let more = |receiving| (receiving < MAX_RECEIVING).then_some(receiving + 1);
        let before = self.receiving.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
        before.ok().map(|before| before + 1)
    }

    fn make_room_to_receive(&self) {
        self.open().close_longest_without_progress(Candidates::WithinRequest);
    }

    /// A client has begun a request. On a connection that was used before, nothing waits for room.
    fn receive(&self) {
        if self.receiving.fetch_add(1, Ordering::Relaxed) >= MAX_RECEIVING {
            self.make_room_to_receive();
        }
    }

    fn receive_no_more(&self) {
        if self.receiving.fetch_sub(1, Ordering::Relaxed) == MAX_RECEIVING {
            self.received.notify_one();
        }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        // No code that holds the lock can panic.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A client that waits to begin a request, counted already.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
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
/// head or body do not count: a client can send one at a time for ever.
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

    /// The first bytes of a connection have arrived: completes when they may be read.
    pub(super) async fn begin(&self) {
        self.used.store(true, Ordering::Relaxed);
        self.connections.receive_first().await;
        self.within_request.store(true, Ordering::Relaxed);
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

    /// Completes when the connection must close for another one.
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

/// How many connections are looked for at once that may have to be closed.
const FOUND_AT_ONCE: usize = 64;

fn cap(configured: Option<NonZeroUsize>, descriptors: usize) -> usize {
    configured.map_or(MAX_CONNECTIONS, NonZeroUsize::get).min(descriptors).max(1)
}

/// How many clients the soft limit of the system leaves descriptors for.
#[cfg(unix)]
fn descriptors_for_clients() -> usize {
    /// For everything but clients: runtimes, listeners, fetches, output.
    const OTHER_DESCRIPTORS: usize = 32;
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    let limit = limit.map_or(usize::MAX, |limit| limit.try_into().unwrap_or(usize::MAX));
    limit.saturating_sub(OTHER_DESCRIPTORS)
}

#[cfg(not(unix))]
fn descriptors_for_clients() -> usize {
    usize::MAX
}

#[cfg(test)]
mod tests {
    use super::{NonZeroUsize, cap};

    #[test]
    fn cap_is_configured_or_10000_within_descriptors() {
        assert_eq!(cap(None, 1_000_000), 10_000);
        assert_eq!(cap(None, 992), 992);
        assert_eq!(cap(NonZeroUsize::new(20_000), 1_000_000), 20_000);
        assert_eq!(cap(NonZeroUsize::new(20_000), 992), 992);
        assert_eq!(cap(None, 0), 1);
    }
}
