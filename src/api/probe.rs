//! Probes arrive every few seconds: only an error or a change is logged.

use std::sync::{Mutex, PoisonError};

use http::StatusCode;

use crate::time::UnixTime;

/// A success with a warning is logged at most once in this many seconds.
const WARNING_INTERVAL: u32 = 60;

/// What a route for probes answered last.
#[derive(Debug, Default)]
pub(super) struct Probe(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    failed: bool,
    warned_at: Option<UnixTime>,
}

impl Probe {
    /// Whether an answer is logged: each error, the first success after one, and a warning from time to time.
    pub(super) fn is_logged(&self, status: StatusCode, has_warning: bool, now: UnixTime) -> bool {
        let failed = status.is_client_error() || status.is_server_error();
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = seen.warned_at.is_none_or(|at| now >= at.plus(WARNING_INTERVAL));
        let is_warning = has_warning && is_due;
        if is_warning {
            seen.warned_at = Some(now);
        }
        let changed = seen.failed != failed;
        seen.failed = failed;
        failed || changed || is_warning
    }
}
