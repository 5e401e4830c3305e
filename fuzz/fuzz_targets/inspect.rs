//! Any text has an explanation of bounded length.
#![no_main]

use agora_token_server::api::answer::inspect::Report;
use agora_token_server::inspect::{Client, Inspection, Use, Verdict};
use agora_token_server::time::UnixTime;
use agora_token_server::token::Project;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((head, rest)) = data.split_at_checked(6) else { return };
    let now = UnixTime::from_secs(u32::from_le_bytes([head[0], head[1], head[2], head[3]]));
    let (token, claims) = rest.split_at(rest.len().saturating_sub(usize::from(head[5] / 4)));
    let claim = std::str::from_utf8(claims).ok();
    let client = match head[4] % 4 {
        0 => Client::default(),
        1 => Client::new(claim, None),
        2 => Client::new(None, claim),
        _ => Client::new(claim, claim),
    };
    let dressed = if head[4] < 200 {
        agora_token_server_fuzz::token_007(token)
    } else {
        agora_token_server_fuzz::token_006(token)
    };
    let Some(text) = dressed else { return };
    let client = client.with_use(Use::ALL.get(usize::from(head[4] / 4 % 16)).copied());
    let Ok(inspection) = Inspection::new(&text, &Project::public_test(), now, client) else { return };
    let details = inspection.findings.iter().map(|finding| finding.kind.explain().what);
    assert!(details.map(|detail| detail.len()).max().unwrap_or(0) < 8 * 1024);
    let json = serde_json::to_string(&Report::new(&inspection)).expect("a report is JSON");
    assert_eq!(json.contains("\"usable\":true"), inspection.verdict() == Verdict::Usable);
});
