//! Any bytes parse or fail; a parsed token packs into the same text.
#![no_main]

use agora_token_server::token::{Project, UnverifiedAccessToken};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(text) = agora_token_server_fuzz::token_006(data) else { return };
    let Ok(signed) = text.parse::<UnverifiedAccessToken>() else { return };
    assert_eq!(signed.repack(), text);
    let verified = signed.verify(Project::public_test().certificate(), "room", "").is_ok();
    assert!(!verified || signed.matches_channel("room"));
});
