//! One thing done many times: `loops NAME TIMES ROUNDS` prints the nanoseconds that each took, a
//! line for each round. benches/peers times it beside other libraries; benches/instructions counts
//! its instructions.

use std::hint::black_box;
use std::io;
use std::num::NonZeroU32;

use agora_token_server::api::{App, Body, Context};
use agora_token_server::config::{Config, Platform};
use agora_token_server::time::{Ttl, UnixTime};
use agora_token_server::token::{
    AccessToken, AccessToken2, AppCertificate, AppId, Project, RtcPrivileges, Service, Uid,
};
use http::Request;

const NOW: UnixTime = UnixTime::from_secs(1_795_000_000);
const BODY: &[u8] = br#"{"channel":"room-1","role":"publisher","uid":42,"expireTime":3600}"#;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [name, times, rounds] = arguments.as_slice() else {
        eprintln!("usage: loops floor|build_rtc|build_006|parse|handler_token TIMES ROUNDS");
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
        println!("{}", start.elapsed().as_secs_f64() * 1e9 / f64::from(times));
    }
}

fn named(name: &str) -> Box<dyn FnMut()> {
    let Project { app_id, certificate, .. } = Project::public_test();
    match name {
        "floor" => Box::new(move || {
            black_box(three_hmacs());
        }),
        "build_rtc" => Box::new(move || {
            black_box(rtc(app_id, &certificate));
        }),
        "build_006" => {
            let (channel, ends) = ("room-1".parse().expect("a channel"), RtcPrivileges::publisher(NOW));
            Box::new(move || {
                let token = AccessToken::rtc(app_id, 1, NOW, &channel, black_box(&Uid::from(42)), ends);
                black_box(token.build(&certificate));
            })
        }
        "parse" => {
            let text = rtc(app_id, &certificate);
            Box::new(move || {
                black_box(AccessToken2::parse(black_box(&text)).expect("our own token"));
            })
        }
        "handler_token" => {
            let (app, context, request) = (app(), context(), request());
            Box::new(move || {
                black_box(app.respond(black_box(&request), &context));
            })
        }
        _ => panic!("no loop is called {name}"),
    }
}

/// What an 007 token cannot do without, by the fastest library at hand.
fn three_hmacs() -> ring::hmac::Tag {
    use ring::hmac::{HMAC_SHA256, Key, sign};
    let one = sign(&Key::new(HMAC_SHA256, &black_box(1_u32).to_le_bytes()), &black_box([b'a'; 32]));
    let two = sign(&Key::new(HMAC_SHA256, &black_box(2_u32).to_le_bytes()), one.as_ref());
    sign(&Key::new(HMAC_SHA256, two.as_ref()), &black_box([7; 122]))
}

fn rtc(app_id: AppId, certificate: &AppCertificate) -> String {
    let channel = black_box("room-1").parse().expect("a channel");
    let service = Service::rtc(&channel, &42.into(), RtcPrivileges::publisher(Ttl::HOUR.into()));
    AccessToken2::new(app_id, NOW, Ttl::HOUR, 1, service).build(certificate)
}

fn app() -> App {
    let variable = |name: &str| match name {
        // Agora's public test project.
        "APP_ID" => Some("970CA35de60c44645bbae8a215061b33".to_owned()),
        "APP_CERTIFICATE" => Some("5CFd2fd1755d40ecb72977518be15d3b".to_owned()),
        "AUTH" => Some("none".to_owned()),
        _ => None,
    };
    let unread = |_: &str| Err(io::ErrorKind::Unsupported.into());
    let (config, _) = Config::read(Platform::Lambda, variable, unread).expect("a project and AUTH");
    App::new(Ok(config))
}

fn context() -> Context {
    Context {
        now: NOW,
        salt: 1,
        drawn_uid: NonZeroU32::MIN,
        request_id: "0123456789abcdef01234567".to_owned(),
        peer: None,
    }
}

fn request() -> Request<Body> {
    Request::post("/token")
        .header("host", "localhost:8080")
        .header("content-type", "application/json")
        .body(Body::Whole(BODY.into()))
        .expect("a request")
}
