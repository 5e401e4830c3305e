//! With any `X-Forwarded-For`, a client is counted by an address, and forged entries do not change that address.
#![no_main]

use std::net::IpAddr;
use std::sync::LazyLock;

use agora_token_server::api::{App, Body, Context};
use agora_token_server_fuzz::server::{app, context, send};
use http::{HeaderValue, Request};
use libfuzzer_sys::fuzz_target;

static APPS: LazyLock<[App; 4]> =
    LazyLock::new(|| ["0", "1", "2", "3"].map(|proxies| app(&[("TRUSTED_PROXIES", proxies)])));

fuzz_target!(|data: &[u8]| {
    let Some((choice, entries)) = data.split_first() else { return };
    let trusted = usize::from(choice % 4);
    let context = Context { peer: Some(IpAddr::from([192, 0, 2, 1])), ..context() };
    let caller = |value: &[u8]| {
        let request = Request::post("/token").header("x-forwarded-for", HeaderValue::from_bytes(value).ok()?);
        let request = request.body(Body::Whole(b"{}".as_slice().into())).ok()?;
        send(&APPS[trusted], &request, &context, None).caller
    };
    let Some(counted) = caller(entries) else { return };
    let address = counted.strip_prefix("address:").expect("a client without a credential");
    let host = address.strip_suffix("/64").unwrap_or(address);
    let parsed: IpAddr = host.parse().expect("an address");
    assert_eq!(parsed.is_ipv6(), address.ends_with("/64"), "{address}");
    if trusted == 0 {
        assert_eq!(address, "192.0.2.1");
    }
    // The trusted proxies append their entries after the forged ones.
    if entries.iter().filter(|byte| **byte == b',').count() + 1 >= trusted {
        assert_eq!(caller(&[b"198.51.100.7, ", entries].concat()), Some(counted));
    }
});
