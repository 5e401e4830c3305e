//! The clock and the randomness of the host.

use std::cell::RefCell;
use std::net::IpAddr;
use std::num::NonZeroU32;

use crate::api::{Context, Seed};
use crate::time::UnixTime;

/// The context of a request that arrives now. If the platform has no ID for the request, a
/// random one is made.
pub(crate) fn context(now: UnixTime, request_id: Option<String>, peer: Option<IpAddr>) -> Context {
    let random = drawn();
    let (salt, random) = random.split_first_chunk().expect("36 bytes hold 4, 4 and 16");
    let (uid, random) = random.split_first_chunk().expect("36 bytes hold 4, 4 and 16");
    let (seed, random) = random.split_first_chunk().expect("36 bytes hold 4, 4 and 16");
    Context {
        now,
        peer,
        salt: u32::from_le_bytes(*salt),
        drawn_uid: NonZeroU32::new(u32::from_le_bytes(*uid)).unwrap_or(NonZeroU32::MIN),
        seed: Seed(*seed),
        request_id: request_id.unwrap_or_else(|| base16ct::lower::encode_string(random)),
    }
}

/// What one request needs, of random bytes drawn for fifty: asking for them takes its time whatever
/// their number. All of them become public.
fn drawn() -> [u8; 36] {
    thread_local! {
        static AHEAD: RefCell<Vec<[u8; 36]>> = const { RefCell::new(Vec::new()) };
    }
    AHEAD.with_borrow_mut(|ahead| {
        if ahead.is_empty() {
            ahead.extend(random::<1_800>().as_chunks().0);
        }
        ahead.pop().expect("fifty were drawn")
    })
}

/// Random bytes, good enough for keys.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut random = [0; N];
    #[expect(clippy::disallowed_methods, reason = "the adapter is where randomness enters")]
    getrandom::fill(&mut random).expect("the platform has a random number generator");
    random
}

/// The time of a clock that counts from 1970, as the formats hold it.
pub(super) fn unix_time(seconds: u64) -> UnixTime {
    UnixTime::from_secs(u32::try_from(seconds).unwrap_or(u32::MAX))
}

/// The time of the system's clock.
#[cfg(feature = "process")]
pub(crate) fn now() -> UnixTime {
    #[expect(clippy::disallowed_methods, reason = "the adapter is where time enters")]
    let now = std::time::SystemTime::now();
    unix_time(now.duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs()))
}

/// A moment to measure durations from.
#[cfg(feature = "process")]
pub(super) fn instant() -> std::time::Instant {
    #[expect(clippy::disallowed_methods, reason = "the adapter is where time enters")]
    std::time::Instant::now()
}

/// A variable of the environment.
#[cfg(feature = "process")]
pub(super) fn variable(name: &str) -> Result<String, std::env::VarError> {
    #[expect(clippy::disallowed_methods, reason = "the adapter is where the environment enters")]
    std::env::var(name)
}

/// A file as text.
#[cfg(feature = "native")]
pub(super) fn file(path: &str) -> std::io::Result<String> {
    std::fs::read_to_string(path)
}
