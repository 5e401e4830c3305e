//! Any text can be explained, in bounded words.
#![no_main]

use agora_token_server::api::answer::inspect::Report;
use agora_token_server::time::UnixTime;
use agora_token_server::token::Project;
use agora_token_server::inspect::{Claimed, Inspection};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((head, rest)) = data.split_at_checked(6) else { return };
    let now = UnixTime::from_secs(u32::from_le_bytes([head[0], head[1], head[2], head[3]]));
    let (token, claims) = rest.split_at(rest.len().saturating_sub(usize::from(head[5] / 4)));
    let claim = std::str::from_utf8(claims).ok();
    let claimed = match head[4] % 4 {
        0 => Claimed::default(),
        1 => Claimed { channel: claim, uid: None },
        2 => Claimed { channel: None, uid: claim },
        _ => Claimed { channel: claim, uid: claim },
    };
    let dressed = if head[4] < 200 {
        agora_token_server_fuzz::token_007(token)
    } else {
        agora_token_server_fuzz::token_006(token)
    };
    let Some(text) = dressed else { return };
    let inspection = Inspection::of(&text, &Project::public_test(), now, claimed);
    let details = inspection.problems.iter().map(|problem| problem.fact.to_string());
    assert!(details.map(|detail| detail.len()).max().unwrap_or(0) < 8 * 1024);
    let json = serde_json::to_string(&Report::new(&inspection)).expect("a report is JSON");
    assert_eq!(json.contains("\"usable\":true"), inspection.usable());
});
