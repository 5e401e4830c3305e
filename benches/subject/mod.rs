//! The operations that all benchmarks measure.

use std::env::VarError;
use std::num::NonZeroU32;

use agora_token_server::api::{Answer, App, Body, Context, Seed, Step};
use agora_token_server::config::{Config, Environment, Socket, Source};
use agora_token_server::fetch::FetchError;
use agora_token_server::time::{Ttl, UnixTime};
use agora_token_server::token::{
    Access, AccessToken2, Permissions, Project, Resource, RtcPrivileges, Service,
};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as URL_SAFE_NO_PAD;
use http::{Method, Request};

pub(crate) const NOW: UnixTime = UnixTime::from_secs(1_795_000_000);
pub(crate) const BODY: &[u8] = br#"{"channel":"room-1","role":"publisher","uid":42,"expireTime":3600}"#;

/// The three HMACs that every 007 token needs, by the fastest library available. The lengths are those
/// of the token for [`BODY`].
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

/// A token with this many names of six bytes each, at most 60 KiB.
pub(crate) fn with_permissions(names: usize) -> AccessToken2 {
    let names: Vec<_> = (0..names).map(|name| format!("{name:04x}").parse().expect("a name")).collect();
    let permissions =
        Permissions::new().allow(Resource::MessageChannels, Access::Read, &names).expect("few enough");
    token(Service::rtm2(&"42".parse().expect("an id"), permissions, Ttl::HOUR.into()))
}

pub(crate) fn app() -> App {
    app_with(&[("AUTH", "none")])
}

/// Callers authenticate with a JWT. The key is from RFC 8410, section 10.1.
pub(crate) fn app_with_jwts() -> App {
    let key = "-----BEGIN PUBLIC KEY-----\n\
               MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n\
               -----END PUBLIC KEY-----";
    app_with(&[
        ("AUTH", "jwt"),
        ("JWT_ISSUER", "https://issuer.example/"),
        ("JWT_AUDIENCE", "https://tokens.example"),
        ("JWT_PUBLIC_KEY", key),
    ])
}

fn app_with(variables: &[(&str, &str)]) -> App {
    // Agora's public test project.
    const PROJECT: [(&str, &str); 2] = [
        ("APP_ID", "970CA35de60c44645bbae8a215061b33"),
        ("APP_CERTIFICATE", "5CFd2fd1755d40ecb72977518be15d3b"),
    ];
    let variable = |name: &str| {
        let found = PROJECT.iter().chain(variables).find(|(other, _)| *other == name);
        found.map(|(_, value)| (*value).to_owned()).ok_or(VarError::NotPresent)
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

/// Drives a request that needs no fetch and no count. Signatures are not verified: the platform does that.
pub(crate) fn answer(app: &App, request: &Request<Body>, context: &Context) -> Answer {
    let mut step = app.begin(request, context);
    loop {
        step = match step {
            Step::Fetch(due) => due.resolve(Err(FetchError::Unreachable)),
            Step::Verify(jws) => jws.valid(),
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

/// A request for [`app_with_jwts`], with the claims of an identity provider.
pub(crate) fn request_with_jwt() -> Request<Body> {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let claims = format!(
        r#"{{"iss":"https://issuer.example/","aud":"https://tokens.example","sub":"42","iat":{},"exp":{}}}"#,
        NOW.as_secs(),
        NOW.as_secs() + 3600
    );
    let header = part(r#"{"alg":"EdDSA","typ":"JWT"}"#);
    let bearer = format!("Bearer {header}.{}.{}", part(&claims), URL_SAFE_NO_PAD.encode([7; 64]));
    let mut request = request(Method::POST, "/token", BODY);
    request.headers_mut().insert("authorization", bearer.parse().expect("a header"));
    request
}
