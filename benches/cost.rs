//! The cost of tokens and requests: `cargo bench --bench cost`.
//!
//! `floor` is the three HMAC-SHA256 that every 007 token needs, computed by the fastest library
//! available. Read the other figures as multiples of it.

mod subject;

use agora_token_server::inspect::{Client, Inspection};
use agora_token_server::time::Ttl;
use agora_token_server::token::{
    AccessToken, PrivilegeTtl, Project, RtcPrivileges, Service, Uid, UnverifiedAccessToken2,
};
use divan::{AllocProfiler, Bencher, black_box};
use http::Method;
use subject::{
    BODY, NOW, answer, app, app_with_jwts, context, request, request_with_jwt, rtc, three_hmacs, token,
    with_permissions,
};

/// Reports allocations beside the times.
#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

#[divan::bench]
fn floor_three_hmacs(bencher: Bencher<'_, '_>) {
    bencher.bench(|| three_hmacs(black_box(1), black_box(2)));
}

#[divan::bench]
fn build_rtc(bencher: Bencher<'_, '_>) {
    let project = Project::public_test();
    let certificate = project.certificate();
    bencher.bench(|| token(rtc(black_box("room-1"))).build(certificate));
}

#[divan::bench]
fn build_rtc_and_rtm(bencher: Bencher<'_, '_>) {
    let project = Project::public_test();
    let certificate = project.certificate();
    let rtm = Service::rtm(&"42".parse().expect("an id"), PrivilegeTtl::UNTIL_TOKEN_ENDS);
    bencher.bench(|| token(rtc("room-1")).with(black_box(rtm.clone())).build(certificate));
}

#[divan::bench]
fn build_chat(bencher: Bencher<'_, '_>) {
    let project = Project::public_test();
    let certificate = project.certificate();
    let service = Service::chat_user(&"alice".parse().expect("an id"), Ttl::HOUR.into());
    bencher.bench(|| token(black_box(service.clone())).build(certificate));
}

#[divan::bench]
fn build_006(bencher: Bencher<'_, '_>) {
    let project = Project::public_test();
    let (app_id, certificate) = (project.app_id(), project.certificate());
    let (channel, expiry) = ("room-1".parse().expect("a channel"), RtcPrivileges::publisher(NOW));
    bencher.bench(|| {
        AccessToken::rtc(app_id, 1, NOW, &channel, black_box(&Uid::from(42)), expiry).build(certificate)
    });
}

/// Cost grows linearly with the payload, up to the largest valid token; benches/growth.mjs counts it.
#[divan::bench(args = [0, 1_000, 2_000, 4_000, 10_000])]
fn build_with_permissions(bencher: Bencher<'_, '_>, names: usize) {
    let project = Project::public_test();
    let certificate = project.certificate();
    let token = with_permissions(names);
    bencher.bench(|| black_box(&token).build(certificate));
}

#[divan::bench]
fn parse(bencher: Bencher<'_, '_>) {
    let text = token(rtc("room-1")).build(Project::public_test().certificate());
    bencher.bench(|| black_box(&text).parse::<UnverifiedAccessToken2>());
}

#[divan::bench]
fn verify(bencher: Bencher<'_, '_>) {
    let project = Project::public_test();
    let certificate = project.certificate();
    let parsed: UnverifiedAccessToken2 =
        token(rtc("room-1")).build(certificate).parse().expect("the token was built above");
    bencher.bench(|| black_box(&parsed).verify(certificate));
}

#[divan::bench]
fn inspect(bencher: Bencher<'_, '_>) {
    let project = Project::public_test();
    let text = token(rtc("room-1")).build(project.certificate());
    bencher.bench(|| Inspection::new(black_box(&text), &project, NOW, Client::default()));
}

/// From a request to its response and its log line.
#[divan::bench]
fn handler_token(bencher: Bencher<'_, '_>) {
    let (app, context, request) = (app(), context(), request(Method::POST, "/token", BODY));
    bencher.bench(|| answer(&app, black_box(&request), &context));
}

#[divan::bench]
fn handler_jwt(bencher: Bencher<'_, '_>) {
    let (app, context, request) = (app_with_jwts(), context(), request_with_jwt());
    bencher.bench(|| answer(&app, black_box(&request), &context));
}

#[divan::bench]
fn handler_drop_in(bencher: Bencher<'_, '_>) {
    let (app, context) = (app(), context());
    let request = request(Method::GET, "/rtc/room-1/publisher/uid/42", b"");
    bencher.bench(|| answer(&app, black_box(&request), &context));
}

#[divan::bench]
fn handler_refusal(bencher: Bencher<'_, '_>) {
    let (app, context, request) = (app(), context(), request(Method::POST, "/token", b"{}"));
    bencher.bench(|| answer(&app, black_box(&request), &context));
}
