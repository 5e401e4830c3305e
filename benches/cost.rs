//! What tokens and requests cost: `cargo bench --bench cost`.
//!
//! `floor` is the three HMAC-SHA256 that an 007 token cannot do without, by the fastest library at
//! hand; everything else is to be read as a multiple of it.

use agora_token_server::api::{App, Body, Context};
use agora_token_server::config::{Config, Listen, Platform};
use agora_token_server::time::{Ttl, UnixTime};
use agora_token_server::token::inspect::{Claimed, Inspection};
use agora_token_server::token::{
    Access, AccessToken, AccessToken2, Permissions, PrivilegeTtl, Project, Resource, RtcPrivileges, Service,
    Uid,
};
use divan::{Bencher, black_box};
use http::{Method, Request};
use std::num::NonZeroU32;

const NOW: UnixTime = UnixTime::from_secs(1_795_000_000);
const BODY: &[u8] = br#"{"channel":"room-1","role":"publisher","uid":42,"expireTime":3600}"#;

fn main() {
    divan::main();
}

fn token(service: Service) -> AccessToken2 {
    AccessToken2::new(Project::public_test().app_id, NOW, Ttl::HOUR, 1, service)
}

fn rtc() -> Service {
    Service::rtc(
        &"room-1".parse().expect("a channel"),
        &42.into(),
        RtcPrivileges::publisher(Ttl::HOUR.into()),
    )
}

#[divan::bench]
fn floor_three_hmacs(bencher: Bencher<'_, '_>) {
    use ring::hmac::{HMAC_SHA256, Key, sign};
    let message = [7_u8; 122];
    let certificate = [b'a'; 32];
    bencher.bench(|| {
        let one = sign(&Key::new(HMAC_SHA256, &black_box(1_u32).to_le_bytes()), &certificate);
        let two = sign(&Key::new(HMAC_SHA256, &black_box(2_u32).to_le_bytes()), one.as_ref());
        sign(&Key::new(HMAC_SHA256, two.as_ref()), black_box(&message))
    });
}

#[divan::bench]
fn build_rtc(bencher: Bencher<'_, '_>) {
    let certificate = Project::public_test().certificate;
    bencher.bench(|| token(black_box(rtc())).build(&certificate));
}

#[divan::bench]
fn build_rtc_and_rtm(bencher: Bencher<'_, '_>) {
    let certificate = Project::public_test().certificate;
    let rtm = Service::rtm(&"42".parse().expect("an id"), PrivilegeTtl::UNTIL_TOKEN_ENDS);
    bencher.bench(|| token(rtc()).with(black_box(rtm.clone())).build(&certificate));
}

#[divan::bench]
fn build_chat(bencher: Bencher<'_, '_>) {
    let certificate = Project::public_test().certificate;
    let service = Service::chat_user(&"alice".parse().expect("an id"), Ttl::HOUR.into());
    bencher.bench(|| token(black_box(service.clone())).build(&certificate));
}

#[divan::bench]
fn build_006(bencher: Bencher<'_, '_>) {
    let Project { app_id, certificate, .. } = Project::public_test();
    let (channel, ends) = ("room-1".parse().expect("a channel"), RtcPrivileges::publisher(NOW));
    bencher.bench(|| {
        AccessToken::rtc(app_id, 1, NOW, &channel, black_box(&Uid::from(42)), ends).build(&certificate)
    });
}

/// Cost grows linearly with the payload, up to the largest legal token.
#[divan::bench(args = [0, 1_000, 2_000, 4_000, 8_000])]
fn build_with_permissions(bencher: Bencher<'_, '_>, names: usize) {
    let certificate = Project::public_test().certificate;
    let names: Vec<_> = (0..names).map(|name| format!("{name:04}").parse().expect("a name")).collect();
    let permissions =
        Permissions::new().allow(Resource::MessageChannels, Access::Read, &names).expect("few enough");
    let service = Service::rtm2(&"42".parse().expect("an id"), permissions, Ttl::HOUR.into());
    let token = token(service);
    bencher.bench(|| black_box(&token).build(&certificate));
}

#[divan::bench]
fn parse(bencher: Bencher<'_, '_>) {
    let text = token(rtc()).build(&Project::public_test().certificate);
    bencher.bench(|| AccessToken2::parse(black_box(&text)));
}

#[divan::bench]
fn verify(bencher: Bencher<'_, '_>) {
    let certificate = Project::public_test().certificate;
    let parsed = AccessToken2::parse(&token(rtc()).build(&certificate)).expect("our own token");
    bencher.bench(|| black_box(&parsed).verify(&certificate));
}

#[divan::bench]
fn inspect(bencher: Bencher<'_, '_>) {
    let project = Project::public_test();
    let text = token(rtc()).build(&project.certificate);
    bencher.bench(|| Inspection::of(black_box(&text), &project, NOW, Claimed::default()));
}

fn app() -> App {
    let unread = |_: &str| Err(std::io::ErrorKind::Unsupported.into());
    let (config, _) =
        Config::read(Platform::Local(Listen::loopback()), |_| None, unread).expect("the defaults");
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

fn request(method: Method, path: &str, body: &'static [u8]) -> Request<Body> {
    Request::builder()
        .method(method)
        .uri(path)
        .header("host", "localhost:8080")
        .header("content-type", "application/json")
        .body(Body::Whole(body.into()))
        .expect("a request")
}

/// From a request to its answer and its line for the log.
#[divan::bench]
fn handler_token(bencher: Bencher<'_, '_>) {
    let (app, context, request) = (app(), context(), request(Method::POST, "/token", BODY));
    bencher.bench(|| app.respond(black_box(&request), &context));
}

#[divan::bench]
fn handler_drop_in(bencher: Bencher<'_, '_>) {
    let (app, context) = (app(), context());
    let request = request(Method::GET, "/rtc/room-1/publisher/uid/42", b"");
    bencher.bench(|| app.respond(black_box(&request), &context));
}

#[divan::bench]
fn handler_refusal(bencher: Bencher<'_, '_>) {
    let (app, context, request) = (app(), context(), request(Method::POST, "/token", b"{}"));
    bencher.bench(|| app.respond(black_box(&request), &context));
}
