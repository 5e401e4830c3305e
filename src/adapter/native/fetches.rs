//! The fetches of the server. Requests that need the same one share it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::watch::{self, Receiver};

use crate::adapter::client;
use crate::fetch::{Fetch, FetchError};

type Fetched = Result<Bytes, FetchError>;

/// The fetches that are running.
#[derive(Clone, Debug, Default)]
pub(super) struct Fetches {
    running: Arc<Mutex<Vec<(Fetch, Receiver<Option<Fetched>>)>>>,
}

impl Fetches {
    /// Joins the same fetch if it is running, or starts it.
    pub(super) async fn get(&self, fetch: &Fetch) -> Fetched {
        let mut fetched = self.join_or_start(fetch);
        let fetched = fetched.wait_for(Option::is_some).await;
        fetched.ok().and_then(|fetched| fetched.clone()).unwrap_or(Err(FetchError::Unreachable))
    }

    fn join_or_start(&self, fetch: &Fetch) -> Receiver<Option<Fetched>> {
        let mut running = self.running();
        if let Some((_, fetched)) = running.iter().find(|(other, _)| other == fetch) {
            return fetched.clone();
        }
        let (sender, receiver) = watch::channel(None);
        running.push((fetch.clone(), receiver.clone()));
        let (fetches, fetch) = (self.clone(), fetch.clone());
        tokio::spawn(async move {
            let fetched = client::fetch(&fetch).await;
            fetches.running().retain(|(other, _)| *other != fetch);
            let _ = sender.send(Some(fetched));
        });
        receiver
    }

    fn running(&self) -> MutexGuard<'_, Vec<(Fetch, Receiver<Option<Fetched>>)>> {
        // No code that holds the lock can panic.
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
