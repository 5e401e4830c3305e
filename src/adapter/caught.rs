//! A panic of the handler costs its request only, which gets 500.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

/// The output of a future, or `None` if it panics. The panic hook has printed where by then.
///
/// The handler keeps nothing half-written: its locks are released by an unwinding panic, and what
/// they guard is replaced as a whole.
pub(super) async fn caught<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    poll_fn(|context| {
        catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context)))
            .map_or(Poll::Ready(None), |poll| poll.map(Some))
    })
    .await
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::caught;

    #[tokio::test]
    async fn panic_is_caught_before_and_behind_wait() {
        assert_eq!(caught(async { 1 }).await, Some(1));
        assert_eq!(caught::<u8>(async { panic!("one of this test") }).await, None);
        let waits = async {
            tokio::task::yield_now().await;
            panic!("one of this test")
        };
        assert_eq!(caught::<u8>(waits).await, None);
    }
}
