//! The fetches of the server. Requests that need the same one share it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::watch::{self, Receiver};

use crate::adapter::client;
use crate::fetch::{Fetch, FetchError};

/// `None` while it runs.
type Outcome = Option<Result<Bytes, FetchError>>;

/// The fetches that are running.
#[derive(Clone, Debug, Default)]
pub(super) struct Fetches {
    running: Arc<Mutex<Vec<Running>>>,
}

#[derive(Debug)]
struct Running {
    fetch: Fetch,
    outcome: Receiver<Outcome>,
}

impl Fetches {
    /// Joins the same fetch if it is running, or starts it.
    pub(super) async fn get(&self, fetch: &Fetch) -> Result<Bytes, FetchError> {
        let mut outcome = self.join_or_start(fetch);
        let outcome = outcome.wait_for(Option::is_some).await;
        outcome.ok().and_then(|outcome| outcome.clone()).unwrap_or(Err(FetchError::Unreachable))
    }

    fn join_or_start(&self, fetch: &Fetch) -> Receiver<Outcome> {
        let mut all = self.running();
        if let Some(running) = all.iter().find(|running| running.fetch.url == fetch.url) {
            return running.outcome.clone();
        }
        let (sender, outcome) = watch::channel(None);
        all.push(Running { fetch: fetch.clone(), outcome: outcome.clone() });
        let (this, fetch) = (self.clone(), fetch.clone());
        tokio::spawn(async move {
            let result = client::fetch(&fetch).await;
            this.running().retain(|running| running.fetch.url != fetch.url);
            let _ = sender.send(Some(result));
        });
        outcome
    }

    fn running(&self) -> MutexGuard<'_, Vec<Running>> {
        // No code that holds the lock can panic.
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
