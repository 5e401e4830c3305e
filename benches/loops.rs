//! Repeats one operation: `loops NAME TIMES ROUNDS` prints a line for each round, with the
//! nanoseconds of one repetition and the KiB of memory that the process then holds.
//!
//! benches/peers compares its times with other libraries; benches/instructions counts its
//! instructions; benches/growth.mjs checks how instructions and memory grow.

mod subject;

use std::hint::black_box;

use agora_token_server::token::{AccessToken, Project, RtcPrivileges, Uid, UnverifiedAccessToken2};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::Method;
use ring::signature::{self, UnparsedPublicKey, VerificationAlgorithm};
use subject::{
    BODY, NOW, answer, app, app_with_jwts, context, request, request_with_jwt, rtc, three_hmacs, token,
    with_permissions,
};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [name, times, rounds] = arguments.as_slice() else {
        eprintln!(
            "usage: loops floor|build_rtc|build_006|permissions_NAMES|parse|verify|handler_token|handler_jwt TIMES ROUNDS"
        );
        return;
    };
    let times = times.parse().expect("a number of times");
    let mut once = named(name);
    for _ in 0..rounds.parse::<u32>().expect("a number of rounds") {
        #[expect(clippy::disallowed_methods, reason = "a benchmark takes time")]
        let start = std::time::Instant::now();
        for _ in 0..times {
            once();
        }
        println!("{} {}", start.elapsed().as_secs_f64() * 1e9 / f64::from(times), resident_kib());
    }
}

fn named(name: &str) -> Box<dyn FnMut()> {
    let project = Project::public_test();
    let (app_id, certificate) = (project.app_id(), project.certificate().clone());
    if let Some(names) = name.strip_prefix("permissions_") {
        let token = with_permissions(names.parse().expect("a number of names"));
        return Box::new(move || {
            black_box(black_box(&token).build(&certificate));
        });
    }
    match name {
        "floor" => Box::new(|| {
            black_box(three_hmacs(black_box(1), black_box(2)));
        }),
        "build_rtc" => Box::new(move || {
            black_box(token(rtc(black_box("room-1"))).build(&certificate));
        }),
        "build_006" => {
            let (channel, expiry) = ("room-1".parse().expect("a channel"), RtcPrivileges::publisher(NOW));
            Box::new(move || {
                let token = AccessToken::rtc(app_id, 1, NOW, &channel, black_box(&Uid::from(42)), expiry);
                black_box(token.build(&certificate));
            })
        }
        "parse" => {
            let text = token(rtc("room-1")).build(&certificate);
            Box::new(move || {
                black_box(
                    black_box(&text).parse::<UnverifiedAccessToken2>().expect("the token was built above"),
                );
            })
        }
        "verify" => verification(),
        "handler_token" => {
            let (app, context, request) = (app(), context(), request(Method::POST, "/token", BODY));
            Box::new(move || {
                black_box(answer(&app, black_box(&request), &context));
            })
        }
        "handler_jwt" => {
            let (app, context, request) = (app_with_jwts(), context(), request_with_jwt());
            Box::new(move || {
                black_box(answer(&app, black_box(&request), &context));
            })
        }
        _ => panic!("no loop is called {name}"),
    }
}

/// One verification of a JWT's signature by ring: the floor of a request with a JWT.
fn verification() -> Box<dyn FnMut()> {
    let algorithm: &dyn VerificationAlgorithm = match variable("VERIFY_ALGORITHM").as_str() {
        "RS256" => &signature::RSA_PKCS1_2048_8192_SHA256,
        "ES256" => &signature::ECDSA_P256_SHA256_FIXED,
        "EdDSA" => &signature::ED25519,
        other => panic!("no algorithm is called {other}"),
    };
    let bytes = |name| BASE64_STANDARD.decode(variable(name)).expect("base64");
    let key = UnparsedPublicKey::new(algorithm, bytes("VERIFY_KEY"));
    let (message, signature) = (bytes("VERIFY_MESSAGE"), bytes("VERIFY_SIGNATURE"));
    Box::new(move || key.verify(black_box(&message), &signature).expect("a valid signature"))
}

#[expect(clippy::disallowed_methods, reason = "benches/peers/auth.mjs hands over the JWT of its run")]
fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is missing"))
}

/// As Linux counts it; 0 on other systems.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok()).unwrap_or(0)
}
