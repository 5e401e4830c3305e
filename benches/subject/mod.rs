//! What is measured, the same in every benchmark.

use std::env::VarError;
use std::num::NonZeroU32;

use agora_token_server::api::{Answer, App, Body, Context, Seed, Step};
use agora_token_server::config::{Config, Environment, Socket, Source};
use agora_token_server::fetch::FetchError;
use agora_token_server::time::{Ttl, UnixTime};
use agora_token_server::token::{
    Access, AccessToken2, Permissions, Project, Resource, RtcPrivileges, Service,
};
use http::{Method, Request};

pub(crate) const NOW: UnixTime = UnixTime::from_secs(1_795_000_000);
pub(crate) const BODY: &[u8] = br#"{"channel":"room-1","role":"publisher","uid":42,"expireTime":3600}"#;

/// What an 007 token cannot do without, by the fastest library at hand. The lengths are those of
/// the token for [`BODY`].
pub(crate) fn three_hmacs(issue_ts: u32, salt: u32) -> ring::hmac::Tag {
    use ring::hmac::{HMAC_SHA256, Key, sign};
    let one = sign(&Key::new(HMAC_SHA256, &issue_ts.to_le_bytes()), &[b'a'; 32]);
    let two = sign(&Key::new(HMAC_SHA256, &salt.to_le_bytes()), one.as_ref());
    sign(&Key::new(HMAC_SHA256, two.as_ref()), &[7; 122])
}

pub(crate) fn token(service: Service) -> AccessToken2 {
    AccessToken2::new(Project::public_test().app_id(), NOW, Ttl::HOUR, 1, service)
}

pub(crate) fn rtc(channel: &str) -> Service {
    let channel = channel.parse().expect("a channel");
    Service::rtc(&channel, &42.into(), RtcPrivileges::publisher(Ttl::HOUR.into()))
}

/// A token whose payload holds so many names of six bytes each; 60 KiB of them are the most.
pub(crate) fn with_permissions(names: usize) -> AccessToken2 {
    let names: Vec<_> = (0..names).map(|name| format!("{name:04x}").parse().expect("a name")).collect();
    let permissions =
        Permissions::new().allow(Resource::MessageChannels, Access::Read, &names).expect("few enough");
    token(Service::rtm2(&"42".parse().expect("an id"), permissions, Ttl::HOUR.into()))
}

pub(crate) fn app() -> App {
    let variable = |name: &str| match name {
        // Agora's public test project.
        "APP_ID" => Ok("970CA35de60c44645bbae8a215061b33".to_owned()),
        "APP_CERTIFICATE" => Ok("5CFd2fd1755d40ecb72977518be15d3b".to_owned()),
        "AUTH" => Ok("none".to_owned()),
        _ => Err(VarError::NotPresent),
    };
    let environment = Environment {
        sources: &[Source { name: "environment", lookup: &variable }],
        files: None,
        secret_store: false,
        socket: Socket::OfThePlatform,
    };
    let (config, _) = Config::read(environment).expect("a project and AUTH");
    App::new(Ok(config))
}

pub(crate) fn context() -> Context {
    Context {
        now: NOW,
        salt: 1,
        drawn_uid: NonZeroU32::MIN,
        seed: Seed([0; 16]),
        request_id: "0123456789abcdef01234567".to_owned(),
        peer: None,
    }
}

/// Drives a request that needs nothing but its answer: nothing is fetched and nothing counted.
pub(crate) fn answer(app: &App, request: &Request<Body>, context: &Context) -> Answer {
    let mut step = app.begin(request, context);
    loop {
        step = match step {
            Step::Fetch(due) => due.resolve(Err(FetchError::Unreachable)),
            Step::Verify(jws) => jws.invalid(),
            Step::Count(count) => count.allow(),
            Step::Done(answer) => return answer,
        };
    }
}

pub(crate) fn request(method: Method, path: &str, body: &'static [u8]) -> Request<Body> {
    Request::builder()
        .method(method)
        .uri(path)
        .header("host", "localhost:8080")
        .header("content-type", "application/json")
        .body(Body::Whole(body.into()))
        .expect("a request")
}
