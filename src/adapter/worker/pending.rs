//! Requests that wait for the host. JavaScript awaits the host's promises and polls the request
//! again: a promise of Rust's own for each request would cost as much as its token.

use std::cell::RefCell;
use std::pin::Pin;
use std::task::{self, Poll, Waker};

use worker::wasm_bindgen::JsValue;

/// A request that is being answered.
pub(super) type Exchange = Pin<Box<dyn Future<Output = String>>>;

#[derive(Default)]
struct Pending {
    last_id: u32,
    exchanges: Vec<(u32, Exchange)>,
}

thread_local! {
    static PENDING: RefCell<Pending> = RefCell::default();
}

/// Goes on with a request. Returns its answer, or the number under which it waits for the operation
/// that it has begun.
pub(super) fn proceed(mut exchange: Exchange) -> JsValue {
    match exchange.as_mut().poll(&mut task::Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer.into(),
        Poll::Pending => PENDING.with_borrow_mut(|pending| {
            pending.last_id = pending.last_id.wrapping_add(1);
            pending.exchanges.push((pending.last_id, exchange));
            pending.last_id.into()
        }),
    }
}

/// Takes a request that waits.
pub(super) fn take(id: u32) -> Option<Exchange> {
    PENDING.with_borrow_mut(|Pending { exchanges, .. }| {
        let at = exchanges.iter().position(|(waiting, _)| *waiting == id)?;
        Some(exchanges.swap_remove(at).1)
    })
}
