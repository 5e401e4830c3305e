//! The bounds of findings about a token's times.

use super::{packed, project};
use agora_token_server::inspect::{Client, Finding, Inspection};
use agora_token_server::time::{Ttl, UnixTime};
use agora_token_server::token::{AccessToken2, PrivilegeTtl, Service};

const ISSUED_AT: UnixTime = UnixTime::from_secs(1_700_000_000);

fn codes(token: &str, now: UnixTime) -> Vec<&'static str> {
    let inspection = Inspection::new(token, &project(), now, Client::default()).unwrap();
    inspection.findings.iter().map(Finding::code).collect()
}

fn token(ttl: u32) -> String {
    let service = Service::rtm(&"alice".parse().unwrap(), PrivilegeTtl::UNTIL_TOKEN_ENDS);
    let ttl = Ttl::from_secs(ttl).unwrap();
    AccessToken2::new(project().app_id(), ISSUED_AT, ttl, 1, service).build(project().certificate())
}

#[test]
fn clocks_may_differ_by_30_seconds() {
    for (secs, found) in [(29, &[][..]), (30, &[]), (31, &["issued_in_future"])] {
        let now = UnixTime::from_secs(ISSUED_AT.as_secs() - secs);
        assert_eq!(codes(&token(3600), now), found, "{secs}");
        // A 006 token holds only its expiry.
        let end = now.plus(86_400 + secs);
        let ends_too_late = codes(&packed::token_006_until(end, 1), now).contains(&"over_24_hours");
        assert_eq!(ends_too_late, secs == 31, "{secs}");
    }
}

#[test]
fn lifetime_under_a_minute_is_short() {
    for (ttl, is_short) in [(59, true), (60, false), (61, false)] {
        assert_eq!(codes(&token(ttl), ISSUED_AT).contains(&"short_lived"), is_short, "{ttl}");
    }
}
