//! What the server draws for a request that leaves it to the server.

use std::num::NonZeroU32;

use sha2::{Digest, Sha256};

use crate::time::UnixTime;
use crate::token::ChannelName;

/// Randomness of one request, from which its drawn values are derived, the same each time.
#[derive(Clone, Copy, Debug)]
pub struct Seed(pub [u8; 16]);

/// Names for a user who joins a channel with a Conversational AI agent, as Agora's recipes draw
/// them.
pub(super) struct Drawn {
    /// 12 characters of a–z and 0–9.
    suffix: String,
    /// 1000 to 9999999.
    pub(super) uid: NonZeroU32,
    /// 10000000 to 99999999.
    agent_uid: u32,
}

impl Drawn {
    pub(super) fn new(Seed(seed): Seed) -> Self {
        let random: [u8; 32] = Sha256::digest(seed).into();
        // So many more bits than are needed that no value is likelier than another by 2^-40.
        let number = |at: usize| {
            random[at..].first_chunk().map(|bytes| u64::from_le_bytes(*bytes)).expect("32 bytes hold four")
        };
        let mut rest = u128::from(number(0)) << 64 | u128::from(number(8));
        let suffix = (0..12).map(|_| {
            let digit = u32::try_from(rest % 36).expect("a remainder of 36");
            rest /= 36;
            char::from_digit(digit, 36).expect("a digit of base 36")
        });
        let suffix = suffix.collect();
        let between = |min: u32, max: u32, random: u64| {
            let offset = random % u64::from(max - min + 1);
            min + u32::try_from(offset).expect("less than a u32")
        };
        Self {
            suffix,
            uid: NonZeroU32::new(between(1000, 9_999_999, number(16))).expect("at least 1000"),
            agent_uid: between(10_000_000, 99_999_999, number(24)),
        }
    }

    /// `ai-conversation-{Unix seconds}-{12 random characters}`.
    pub(super) fn channel(&self, now: UnixTime) -> ChannelName {
        let name = format!("ai-conversation-{}-{}", now.as_secs(), self.suffix);
        name.parse().expect("at most 39 letters, digits and hyphens")
    }

    /// The uid of the agent, another than the user's.
    pub(super) fn agent_uid(&self, user: u32) -> u32 {
        match self.agent_uid {
            agent if agent != user => agent,
            // Its neighbor, which is within the bounds too.
            agent => agent ^ 1,
        }
    }
}
