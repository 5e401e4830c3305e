//! Any bytes parse or fail; a parsed token packs into the same bytes and, signed again, verifies.
#![no_main]

use agora_token_server::token::{ParseError, Project, UnverifiedAccessToken2};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(text) = agora_token_server_fuzz::token_007(data) else { return };
    let Ok(parsed) = text.parse::<UnverifiedAccessToken2>() else { return };
    let packed = parsed.repack();
    if data[0] % 3 == 2 {
        assert_eq!(packed, &data[1..]);
    }
    // Compression is slow: check the rest for every fourth input only.
    if data[0] < 192 {
        return;
    }
    let project = Project::public_test();
    let signed = &packed[2 + parsed.signature().len()..];
    let text = agora_token_server_fuzz::signed_007(parsed.issued_at().as_secs(), parsed.salt(), signed);
    match text.parse::<UnverifiedAccessToken2>() {
        Ok(again) => {
            let token = again.verify(project.certificate()).expect("the signature is valid");
            let built: UnverifiedAccessToken2 =
                token.build(project.certificate()).parse().expect("a built token parses");
            assert_eq!(built.verify(project.certificate()), Ok(token));
            assert_eq!(built.repack(), again.repack());
        }
        // The signature of the input may be shorter.
        Err(error) => assert_eq!(error, ParseError::TooLarge),
    }
});
