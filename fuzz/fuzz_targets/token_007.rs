//! Any bytes parse or fail; what parses packs into the same bytes again.
#![no_main]

use agora_token_server::token::{AccessToken2, ParseError, Project};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(text) = agora_token_server_fuzz::token_007(data) else { return };
    let Ok(signed) = AccessToken2::parse(&text) else { return };
    if data[0] % 3 == 2 {
        assert_eq!(signed.repack(), &data[1..]);
    }
    assert!(!signed.verify(&Project::public_test().certificate) || signed.signature().len() == 32);
    // Built anew it has another signature, and the same contents. Compressing is slow, so that is
    // asked of every fourth only.
    if data[0] < 192 {
        return;
    }
    let built = signed.token().build(&Project::public_test().certificate);
    match AccessToken2::parse(&built) {
        Ok(again) => {
            assert_eq!(again.token(), signed.token());
            assert!(again.verify(&Project::public_test().certificate));
        }
        // A signature may have been shorter than a true one.
        Err(error) => assert_eq!(error, ParseError::TooLarge),
    }
});
