//! The log on standard output, written by a separate thread.
//!
//! A pipe that is not read blocks its writer. So requests only append to a buffer; if the buffer is
//! full, their lines are dropped and counted.

use std::io::{self, Write};
use std::mem;
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::adapter::host;
use crate::api::LogLine;

/// Some 3,000 lines: a second of a busy server.
const MAX_BUFFERED_BYTES: usize = 1024 * 1024;

/// What a buffer keeps of its memory: the lines of a busy server within [`GATHER`], or it grows anew each time.
const KEPT_BYTES: usize = 256 * 1024;

/// How long the writer collects lines. Waking it for each line would cost more than the line.
const GATHER: Duration = Duration::from_millis(5);

/// How long the end of the process waits for the last lines to be read.
const LAST_LINES_TIMEOUT: Duration = Duration::from_secs(1);

/// The log.
#[derive(Debug)]
pub(super) struct Output {
    shared: Arc<Shared>,
    ended: Mutex<Receiver<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    buffer: Mutex<Buffer>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Buffer {
    lines: Vec<u8>,
    dropped: u64,
    is_ending: bool,
}

impl Output {
    /// Starts the thread that writes.
    pub(super) fn start(to: impl Write + Send + 'static) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let (end, ended) = mpsc::channel();
        let writer = Arc::clone(&shared);
        thread::Builder::new().name("log".to_owned()).spawn(move || {
            writer.write(to);
            let _ = end.send(());
        })?;
        Ok(Self { shared, ended: Mutex::new(ended) })
    }

    /// Appends a line. Never waits for the output.
    pub(super) fn print(&self, line: &str) {
        let mut buffer = self.shared.buffer();
        if buffer.lines.len() + line.len() >= MAX_BUFFERED_BYTES {
            buffer.dropped += 1;
            return;
        }
        let was_empty = buffer.lines.is_empty();
        buffer.lines.extend_from_slice(line.as_bytes());
        buffer.lines.push(b'\n');
        drop(buffer);
        if was_empty {
            self.shared.changed.notify_one();
        }
    }

    /// Waits until everything is written, or [`LAST_LINES_TIMEOUT`] has passed.
    pub(super) fn finish(&self) {
        self.shared.buffer().is_ending = true;
        self.shared.changed.notify_one();
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = ended.recv_timeout(LAST_LINES_TIMEOUT);
    }
}

impl Shared {
    fn write(&self, mut to: impl Write) {
        let mut lines = Vec::new();
        loop {
            let is_ending = self.gather();
            let dropped = {
                let mut buffer = self.buffer();
                mem::swap(&mut buffer.lines, &mut lines);
                mem::take(&mut buffer.dropped)
            };
            if dropped > 0 {
                lines.extend_from_slice(LogLine::dropped(dropped, host::now()).as_bytes());
                lines.push(b'\n');
            }
            // Serving continues if the output is closed.
            let _ = to.write_all(&lines).and_then(|()| to.flush());
            if is_ending {
                return;
            }
            lines.clear();
            lines.shrink_to(KEPT_BYTES);
        }
    }

    /// Waits for lines and collects more of them. Returns whether they are the last ones.
    fn gather(&self) -> bool {
        let mut buffer = self.buffer();
        while buffer.lines.is_empty() && !buffer.is_ending {
            buffer = self.changed.wait(buffer).unwrap_or_else(PoisonError::into_inner);
        }
        if !buffer.is_ending {
            drop(buffer);
            thread::sleep(GATHER);
            buffer = self.buffer();
        }
        buffer.is_ending
    }

    fn buffer(&self) -> MutexGuard<'_, Buffer> {
        // No code that holds the lock can panic.
        self.buffer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
