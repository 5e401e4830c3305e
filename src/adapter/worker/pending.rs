//! Requests that wait for the host. JavaScript awaits the host's promises and polls the request
//! again: a promise of Rust's own for each request would cost as much as its token.

use std::cell::RefCell;
use std::pin::Pin;
use std::task::{self, Poll, Waker};

/// A request that is being answered.
pub(super) type Exchange = Pin<Box<dyn Future<Output = String>>>;

thread_local! {
    static PENDING: RefCell<Vec<(u32, Exchange)>> = const { RefCell::new(Vec::new()) };
}

/// Continues a request. Returns its answer; without one, it waits under its number for the operation
/// that it has begun.
pub(super) fn proceed(id: u32, mut exchange: Exchange) -> Option<String> {
    match exchange.as_mut().poll(&mut task::Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => Some(answer),
        Poll::Pending => {
            PENDING.with_borrow_mut(|exchanges| exchanges.push((id, exchange)));
            None
        }
    }
}

/// Takes a request that waits.
pub(super) fn take(id: u32) -> Option<Exchange> {
    PENDING.with_borrow_mut(|exchanges| {
        let at = exchanges.iter().position(|(waiting, _)| *waiting == id)?;
        Some(exchanges.swap_remove(at).1)
    })
}
