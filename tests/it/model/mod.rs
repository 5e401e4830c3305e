//! The seam against a small model of what is documented: random configurations, callers, requests, fetches,
//! signatures, orders and cancellations.
//!
//! `MODEL_RUNS=100000 cargo test --test it model` runs it at length; `MODEL_SEED` repeats one run.

mod fetched;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{LazyLock, Mutex};

use agora_token_server::api::{Body, Context, Step};
use agora_token_server::fetch::FetchError;
use agora_token_server::token::{AppCertificate, UnverifiedAccessToken2};
use bytes::Bytes;
use http::{Method, Request};
use serde_json::{Value, json};

use self::fetched::{Fetched, Times};
use crate::common::issuer::{AUDIENCE, ISSUER, Key, NOW, claims_with, key_set};
use crate::common::server::{APP_ID, CERTIFICATE, Platform, Response, Server, context, local};

const RUNS: u64 = 500;
const KEY_SET_URL: &str = "https://issuer.example/jwks.json";
const API_KEY: &str = "agora_shop_0123456789abcdefghijklmnopqrstuvwxyzABCDEF";
const OTHER_CERTIFICATE: &str = "aaaabbbbccccddddeeeeffff00001111";
const LISTED_ORIGIN: &str = "https://app.example";
/// The end of a JWT that expires during a run. No request comes at its last second.
const NEAR_END: u32 = NOW + 1_003;
const CLOCK_SKEW: u32 = 30;
/// Seconds between two requests: a burst at the start, or a day.
const PACES: [&[u32]; 2] = [&[0, 0, 1, 4, 5], &[0, 0, 0, 5, 5, 10, 20, 60, 300, 600, 5_000, 90_000]];
/// How long a request can be in progress, in seconds.
const MAX_AGE: u32 = 50;

#[expect(clippy::disallowed_methods, reason = "how many runs, and which, is said from outside")]
#[test]
fn seam_random_runs_match_model() {
    if let Ok(seed) = std::env::var("MODEL_SEED") {
        return run(seed.parse().unwrap());
    }
    let runs = std::env::var("MODEL_RUNS").map_or(RUNS, |runs| runs.parse().unwrap());
    let mut outcomes = BTreeSet::new();
    for seed in 0..runs {
        let attempt = std::panic::catch_unwind(|| run_observed(seed));
        outcomes.extend(attempt.unwrap_or_else(|_| panic!("MODEL_SEED={seed} repeats this run")));
    }
    // A model that never reaches an outcome proves nothing of it.
    for outcome in
        ["200", "400", "401", "403", "404", "405", "413", "415", "429", "503", "fetch", "verify", "drop"]
    {
        assert!(outcomes.contains(outcome), "{outcome} was never reached: {outcomes:?}");
    }
}

/// A generator that a seed repeats (Steele, Lea, Flood: `SplitMix`).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound).unwrap()).unwrap()
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }
}

/// The keys that the issuer can publish.
const KIDS: [&str; 2] = ["k1", "k2"];

/// A JWT of alice.
#[derive(Clone, Copy, Debug)]
struct Jwt {
    kid: &'static str,
    is_forged: bool,
    is_near_end: bool,
}

impl Jwt {
    fn random(random: &mut Random) -> Self {
        Self {
            kid: random.pick(&["k1", "k1", "k2", "k3"]),
            is_forged: random.one_in(4),
            is_near_end: random.one_in(4),
        }
    }

    /// Signed once: a signature takes longer than a run.
    fn text(self) -> &'static str {
        static TEXTS: LazyLock<Vec<[String; 4]>> = LazyLock::new(|| {
            let text = |kid: &str, is_near_end: bool| {
                let claims =
                    claims_with(&json!({ "exp": if is_near_end { NEAR_END } else { NOW + 900_000 } }));
                let key = if kid == "k2" { Key::p256() } else { Key::ed25519() };
                key.jwt_of(kid, &claims)
            };
            // The first character of the signature decides the highest bits of its first byte.
            let forged = |jwt: String| {
                let (message, signature) = jwt.rsplit_once('.').unwrap();
                let first = if signature.starts_with('A') { 'B' } else { 'A' };
                format!("{message}.{first}{}", &signature[1..])
            };
            ["k1", "k2", "k3"]
                .iter()
                .map(|kid| {
                    [text(kid, false), text(kid, true), forged(text(kid, false)), forged(text(kid, true))]
                })
                .collect()
        });
        let index = ["k1", "k2", "k3"].iter().position(|kid| *kid == self.kid).unwrap();
        &TEXTS[index][usize::from(self.is_near_end) + 2 * usize::from(self.is_forged)]
    }

    fn has_expired(self, now: u32) -> bool {
        self.is_near_end && now > NEAR_END + CLOCK_SKEW
    }
}

#[derive(Clone, Copy, Debug)]
enum Credential {
    Missing,
    ApiKey,
    WrongKey,
    Jwt(Jwt),
}

/// A configuration.
#[expect(clippy::struct_excessive_bools, reason = "each variable is set or not")]
struct Setup {
    keys: bool,
    jwt: bool,
    patterns: bool,
    short: bool,
    wildcard_uid: bool,
    listed_origin: bool,
    remote_certificate: bool,
}

impl Setup {
    fn random(random: &mut Random) -> Self {
        let (keys, jwt) =
            random.pick(&[(false, false), (true, false), (false, true), (true, true), (true, true)]);
        let mut coin = || random.one_in(2);
        Self {
            keys,
            jwt,
            patterns: coin(),
            short: coin(),
            wildcard_uid: coin(),
            listed_origin: coin(),
            remote_certificate: coin(),
        }
    }

    fn server(&self) -> Server {
        let entry = format!("shop:{}", *SHOP_HASH);
        let auth = match (self.keys, self.jwt) {
            (false, false) => "none",
            (true, false) => "api-key",
            (false, true) => "jwt",
            (true, true) => "api-key,jwt",
        };
        let mut variables = vec![("APP_ID", APP_ID), ("AUTH", auth)];
        variables.push(("ALLOW_WILDCARD_UID", if self.wildcard_uid { "true" } else { "false" }));
        variables.push(("ALLOW_WILDCARD_CHANNEL", "false"));
        if self.keys {
            variables.push(("API_KEYS", &entry));
        }
        if self.jwt {
            variables.extend([
                ("JWT_ISSUER", ISSUER),
                ("JWT_AUDIENCE", AUDIENCE),
                ("JWT_JWKS_URL", KEY_SET_URL),
                ("EXPIRE_WITH_JWT", "false"),
            ]);
        }
        if self.patterns {
            variables.push(("ALLOWED_CHANNELS", "room-*"));
        }
        if self.short {
            variables.push(("MAX_EXPIRE_TIME", "600"));
        }
        if self.listed_origin {
            variables.push(("CORS_ALLOW_ORIGIN", LISTED_ORIGIN));
        }
        if self.remote_certificate {
            variables.extend([("APP_CERTIFICATE_SECRET", "agora"), ("AWS_SESSION_TOKEN", "session")]);
            return Server::on(Platform::Lambda, &variables);
        }
        variables.push(("APP_CERTIFICATE", CERTIFICATE));
        Server::on(local(), &variables)
    }
}

static SHOP_HASH: LazyLock<String> = LazyLock::new(|| {
    use sha2::{Digest, Sha256};
    Sha256::digest(API_KEY).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
});

/// A request.
#[derive(Debug)]
struct Case {
    method: Method,
    path: &'static str,
    origin: Option<&'static str>,
    content_type: &'static str,
    credential: Credential,
    body: Given,
    now: u32,
}

#[derive(Debug)]
enum Given {
    TooLarge,
    CutOff,
    Malformed,
    Invalid,
    Valid { channel: &'static str, uid: Value, expire_time: u32 },
}

impl Case {
    fn random(random: &mut Random, now: u32) -> Self {
        Self {
            method: if random.one_in(12) { Method::PUT } else { Method::POST },
            path: if random.one_in(12) { "/elsewhere" } else { "/token" },
            origin: random.pick(&[None, None, Some(LISTED_ORIGIN), Some("https://other.example")]),
            content_type: if random.one_in(10) { "text/plain" } else { "application/json" },
            credential: match random.below(8) {
                0 => Credential::Missing,
                1 => Credential::WrongKey,
                2 | 3 => Credential::ApiKey,
                _ => Credential::Jwt(Jwt::random(random)),
            },
            body: match random.below(12) {
                0 => Given::TooLarge,
                1 => Given::CutOff,
                2 => Given::Malformed,
                3 => Given::Invalid,
                _ => Given::Valid {
                    channel: random.pick(&["room-1", "room-1", "foreign", "*"]),
                    uid: [json!("alice"), json!("alice"), json!("bob"), json!(0)][random.below(4)].clone(),
                    expire_time: random.pick(&[60, 60, 3_600]),
                },
            },
            now,
        }
    }

    fn request(&self) -> Request<Body> {
        let mut request = Request::builder()
            .method(self.method.clone())
            .uri(self.path)
            .header("content-type", self.content_type);
        if let Some(origin) = self.origin {
            request = request.header("origin", origin);
        }
        let bearer = match self.credential {
            Credential::Missing => None,
            Credential::ApiKey => Some(API_KEY),
            Credential::WrongKey => Some("agora_shop_wrong"),
            Credential::Jwt(jwt) => Some(jwt.text()),
        };
        if let Some(bearer) = bearer {
            request = request.header("authorization", format!("Bearer {bearer}"));
        }
        let body = match &self.body {
            Given::TooLarge => Body::TooLarge,
            Given::CutOff => Body::CutOff,
            Given::Malformed => Body::Whole("{".into()),
            Given::Invalid => Body::Whole("{}".into()),
            Given::Valid { channel, uid, expire_time } => {
                let body = json!({
                    "channel": channel, "uid": uid, "role": "publisher", "expireTime": expire_time,
                });
                Body::Whole(body.to_string().into())
            }
        };
        request.body(body).unwrap()
    }
}

/// The model: the documented answer to each request.
struct Model {
    setup: Setup,
    key_set: Fetched<Vec<&'static str>>,
    certificate: Fetched<&'static str>,
}

/// What a caller is, once it is decided.
#[derive(Clone, Copy, PartialEq)]
enum Decided {
    Caller(Option<&'static str>),
    Rejected(u16),
}

impl Model {
    fn new(setup: Setup) -> Self {
        let key_set = Times {
            refresh_after: 600,
            retry_after: 60,
            first_retry_after: 10,
            max_age: 86_400,
            lost_after: 5,
            max_first_fetches: 16,
        };
        let certificate = Times {
            refresh_after: 60,
            retry_after: 60,
            first_retry_after: 1,
            max_age: u32::MAX,
            lost_after: 1,
            max_first_fetches: 1,
        };
        Self { setup, key_set: Fetched::new(key_set), certificate: Fetched::new(certificate) }
    }

    fn cancel(&mut self, flight: &Flight) {
        match flight.fetch {
            Some((Which::Certificate, fetch)) => self.certificate.drop(fetch),
            Some((Which::KeySet, fetch)) => self.key_set.drop(fetch),
            None => {}
        }
    }

    /// What is answered before it matters who the caller is.
    fn early(&self, case: &Case) -> Option<(u16, &'static str)> {
        if case.path != "/token" {
            return Some((404, "not_found"));
        }
        if case.method != Method::POST {
            return Some((405, "method_not_allowed"));
        }
        if matches!(case.body, Given::TooLarge) {
            return Some((413, "payload_too_large"));
        }
        let is_foreign = case.origin.is_some_and(|origin| origin != LISTED_ORIGIN);
        (self.setup.listed_origin && is_foreign).then_some((403, "forbidden"))
    }

    /// The JWT that decides about a request.
    fn jwt(&self, case: &Case) -> Option<Jwt> {
        match case.credential {
            Credential::Jwt(jwt) if self.setup.jwt => Some(jwt),
            _ => None,
        }
    }

    /// Whether a signature can need to be verified, and whether it must.
    fn verifies(&self, case: &Case) -> (bool, bool) {
        let Some(jwt) = self.jwt(case) else { return (false, false) };
        let sets = self.key_set.values(case.now);
        let has_key = |keys: &&Vec<&str>| keys.contains(&jwt.kid);
        let must = self.key_set.is_held(case.now) == Some(true) && sets.iter().all(has_key);
        (sets.iter().any(has_key), must)
    }

    /// What the caller can be, without a signature to verify.
    fn decided(&self, case: &Case) -> Vec<Decided> {
        if !self.setup.keys && !self.setup.jwt {
            return vec![Decided::Caller(None)];
        }
        if self.jwt(case).is_some() {
            return match (self.key_set.is_held(case.now), self.key_set.is_up_to_date()) {
                (Some(false), _) | (Some(true), Some(false)) => vec![Decided::Rejected(503)],
                (Some(true), Some(true)) => vec![Decided::Rejected(401)],
                (None, _) | (_, None) => vec![Decided::Rejected(401), Decided::Rejected(503)],
            };
        }
        match case.credential {
            Credential::ApiKey if self.setup.keys => vec![Decided::Caller(Some("key:shop"))],
            _ => vec![Decided::Rejected(401)],
        }
    }

    /// The rules that a valid request violates.
    fn violated(&self, case: &Case, is_jwt: bool) -> BTreeSet<&'static str> {
        let Given::Valid { channel, uid, expire_time } = &case.body else { return BTreeSet::new() };
        let rules = [
            ("wildcard", *channel == "*" || *uid == json!(0) && !self.setup.wildcard_uid),
            ("channel", self.setup.patterns && *channel != "room-1"),
            ("uid", is_jwt && *uid != json!("alice")),
            ("expireTime", self.setup.short && *expire_time > 600),
        ];
        rules.into_iter().filter(|(_, is_violated)| *is_violated).map(|(rule, _)| rule).collect()
    }
}

/// A request in progress.
struct Flight {
    index: usize,
    fetch: Option<(Which, usize)>,
    stage: Stage,
    decided: Option<Vec<Decided>>,
    /// Whether the limiter was asked about the client's address.
    is_admitted: bool,
    /// Whether the limiter has rejected it.
    is_limited: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Which {
    Certificate,
    KeySet,
}

#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Stage {
    Certificate,
    KeySet,
    Signature,
    Count,
    Done,
}

fn run(seed: u64) {
    run_observed(seed);
}

fn run_observed(seed: u64) -> BTreeSet<String> {
    let random = &mut Random(seed);
    let setup = Setup::random(random);
    let server = setup.server();
    let mut now = NOW;
    let pace = random.pick(&PACES);
    let cases: Vec<Case> = (0..=random.below(24))
        .map(|_| {
            now += random.pick(pace);
            Case::random(random, now)
        })
        .collect();
    let requests: Vec<Request<Body>> = cases.iter().map(Case::request).collect();
    let contexts: Vec<Context> = cases.iter().map(|case| context(case.now, 7)).collect();
    let mut model = Model::new(setup);
    let mut observed = BTreeSet::new();
    let mut next = 0;
    let mut flights: Vec<(Flight, Step<'_>)> = Vec::new();
    while next < cases.len() || !flights.is_empty() {
        if next < cases.len() && (flights.is_empty() || random.one_in(2)) {
            // No request takes longer than the timeouts of its fetches.
            let is_over =
                |(flight, _): &mut (Flight, Step<'_>)| cases[flight.index].now + MAX_AGE < cases[next].now;
            for (flight, step) in flights.extract_if(.., is_over) {
                if random.one_in(2) {
                    model.cancel(&flight);
                } else {
                    // The platform ended the request without dropping it.
                    std::mem::forget(step);
                }
            }
            let step = server.app.begin(&requests[next], &contexts[next]);
            let mut flight = Flight {
                index: next,
                fetch: None,
                stage: Stage::Certificate,
                decided: None,
                is_admitted: false,
                is_limited: false,
            };
            next += 1;
            let step = admit(&mut flight, step, random);
            let step = check(&mut model, &cases[flight.index], &mut flight, step, &server, &mut observed);
            flights.extend(step.map(|step| (flight, step)));
            continue;
        }
        let (mut flight, step) = flights.swap_remove(random.below(flights.len()));
        let case = &cases[flight.index];
        if random.one_in(8) {
            // The client is gone.
            model.cancel(&flight);
            observed.insert("drop".to_owned());
            continue;
        }
        let step = advance(&mut model, case, &mut flight, step, random);
        let step = admit(&mut flight, step, random);
        let step = check(&mut model, case, &mut flight, step, &server, &mut observed);
        flights.extend(step.map(|step| (flight, step)));
    }
    observed
}

/// Asks the limiter about the client's address, before a JWT costs a fetch or a signature.
fn admit<'a>(flight: &mut Flight, step: Step<'a>, random: &mut Random) -> Step<'a> {
    flight.is_admitted = false;
    match step {
        Step::Count(count) if !count.is_charged() => {
            assert_eq!(count.caller(), "address:unknown");
            flight.is_limited = random.one_in(16);
            if flight.is_limited {
                return count.limited(7);
            }
            flight.is_admitted = true;
            count.allow()
        }
        step => step,
    }
}

/// Answers a step at random, and informs the model.
fn advance<'a>(
    model: &mut Model,
    case: &Case,
    flight: &mut Flight,
    step: Step<'a>,
    random: &mut Random,
) -> Step<'a> {
    match step {
        Step::Fetch(due) => {
            let (which, claim) = flight.fetch.take().unwrap();
            match which {
                Which::Certificate => {
                    let value = random.pick(&[Some(CERTIFICATE), Some(OTHER_CERTIFICATE), None]);
                    model.certificate.end(claim, value);
                    due.resolve(
                        value.map_or(Err(FetchError::TimedOut), |digits| Ok(Bytes::from(secret(digits)))),
                    )
                }
                Which::KeySet => {
                    let keys =
                        random.pick(&[Some(&KIDS[..]), Some(&KIDS[..1]), Some(&KIDS[1..]), None, None]);
                    model.key_set.end(claim, keys.map(<[_]>::to_vec));
                    let failure =
                        random.pick(&[Ok("[]"), Err(FetchError::Status(500)), Err(FetchError::Unreachable)]);
                    due.resolve(keys.map_or(failure.map(Bytes::from), |keys| Ok(published(keys))))
                }
            }
        }
        Step::Verify(jws) => {
            let jwt = model.jwt(case).unwrap();
            if jwt.is_forged {
                flight.decided = Some(vec![Decided::Rejected(401)]);
                return jws.invalid();
            }
            let caller = if jwt.has_expired(case.now) {
                Decided::Rejected(401)
            } else {
                Decided::Caller(Some("jwt:alice"))
            };
            flight.decided = Some(vec![caller]);
            jws.valid()
        }
        Step::Count(count) => {
            if random.one_in(8) {
                flight.is_limited = true;
                count.limited(7)
            } else {
                count.allow()
            }
        }
        Step::Done(answer) => Step::Done(answer),
    }
}

/// Compares a step with the model. Returns it unless it is the last.
fn check<'a>(
    model: &mut Model,
    case: &Case,
    flight: &mut Flight,
    step: Step<'a>,
    server: &Server,
    observed: &mut BTreeSet<String>,
) -> Option<Step<'a>> {
    let early = model.early(case);
    let wanted = model.jwt(case).map(|jwt| move |keys: &Vec<&str>| !keys.contains(&jwt.kid));
    if let Step::Fetch(due) = &step {
        assert!(early.is_none(), "a fetch for {case:?}");
        observed.insert("fetch".to_owned());
        let which = if due.request().url == KEY_SET_URL { Which::KeySet } else { Which::Certificate };
        let claim = match which {
            Which::Certificate => {
                assert!(flight.stage <= Stage::Certificate && model.setup.remote_certificate, "{case:?}");
                model.certificate.begin(case.now, |_| false)
            }
            Which::KeySet => {
                assert!(flight.stage <= Stage::KeySet && flight.is_admitted, "{case:?}");
                if flight.stage == Stage::Certificate {
                    assert_no_certificate_due(model, case);
                }
                model.key_set.begin(case.now, wanted.expect("a fetch without a JWT"))
            }
        };
        flight.fetch = Some((which, claim));
        flight.stage = if which == Which::Certificate { Stage::KeySet } else { Stage::Signature };
        return Some(step);
    }
    if early.is_none() && flight.stage <= Stage::KeySet && !flight.is_limited {
        if flight.stage == Stage::Certificate {
            assert_no_certificate_due(model, case);
        }
        if let Some(wanted) = wanted {
            assert!(!model.key_set.must_fetch(case.now, wanted), "the key set is due: {case:?}");
        }
    }
    let answer = match &step {
        Step::Fetch(_) => unreachable!(),
        Step::Verify(_) => {
            assert!(
                early.is_none()
                    && flight.is_admitted
                    && flight.stage <= Stage::Signature
                    && model.verifies(case).0,
                "{case:?}"
            );
            observed.insert("verify".to_owned());
            flight.stage = Stage::Count;
            return Some(step);
        }
        Step::Count(count) => {
            assert!(count.is_charged() && early.is_none() && flight.stage <= Stage::Count, "{case:?}");
            if flight.decided.is_none() {
                assert!(!model.verifies(case).1, "an unverified signature: {case:?}");
                flight.decided = Some(model.decided(case));
            }
            let counted = count.caller();
            flight.decided.as_mut().unwrap().retain(|decided| match decided {
                Decided::Caller(Some(name)) => counted == *name,
                Decided::Caller(None) | Decided::Rejected(_) => counted == "address:unknown",
            });
            assert!(!flight.decided.as_ref().unwrap().is_empty(), "counted {counted}: {case:?}");
            flight.stage = Stage::Done;
            return Some(step);
        }
        Step::Done(_) => step,
    };
    let Step::Done(answer) = answer else { unreachable!() };
    let response = server.response(&case.request(), answer);
    observed.insert(response.status.to_string());
    check_response(model, case, flight, &response);
    None
}

/// Compares an answer with the model.
fn check_response(model: &Model, case: &Case, flight: &Flight, response: &Response) {
    let status = response.status;
    let said: Value = serde_json::from_slice(&response.body).unwrap();
    let code = said["code"].as_str().unwrap_or("");
    assert_eq!(response.log()["status"], status);
    if let Some(early) = model.early(case) {
        return assert_eq!((status, code), early, "{case:?}");
    }
    if flight.is_limited {
        return assert_eq!((status, code), (429, "too_many_requests"), "{case:?}");
    }
    let decided = flight.decided.as_ref().expect("a request is counted before its answer");
    let rejections: Vec<u16> = decided
        .iter()
        .filter_map(|decided| if let Decided::Rejected(status) = decided { Some(*status) } else { None })
        .collect();
    if !rejections.is_empty() {
        return assert!(rejections.contains(&status), "{status}, not {rejections:?}: {case:?}");
    }
    let Decided::Caller(caller) = decided[0] else { unreachable!() };
    assert_eq!(response.log()["caller"].as_str(), caller, "{case:?}");
    let faults = match &case.body {
        _ if case.content_type != "application/json" => Some((415, "unsupported_media_type")),
        Given::CutOff | Given::Malformed => Some((400, "malformed_json")),
        Given::Invalid => Some((400, "invalid_request")),
        Given::TooLarge | Given::Valid { .. } => None,
    };
    if let Some(fault) = faults {
        return assert_eq!((status, code), fault, "{case:?}");
    }
    let is_held =
        if model.setup.remote_certificate { model.certificate.is_held(case.now) } else { Some(true) };
    if is_held == Some(false) || is_held.is_none() && status == 503 {
        return assert_eq!((status, code), (503, "unavailable"), "{case:?}");
    }
    let violated = model.violated(case, caller == Some("jwt:alice"));
    if !violated.is_empty() {
        assert_eq!((status, code), (403, "forbidden"), "{case:?}");
        return assert!(violated.contains(said["rule"].as_str().unwrap()), "{said}: {case:?}");
    }
    assert_eq!(status, 200, "{said}: {case:?}");
    let token: UnverifiedAccessToken2 = said["token"].as_str().unwrap().parse().unwrap();
    let certificates =
        if model.setup.remote_certificate { model.certificate.values(case.now) } else { vec![&CERTIFICATE] };
    let verifies = |digits: &&str| token.verify(&digits.parse::<AppCertificate>().unwrap()).is_ok();
    assert!(certificates.into_iter().any(verifies), "another certificate: {case:?}");
}

/// A key set with these keys.
fn published(kids: &[&str]) -> Bytes {
    static SETS: LazyLock<Mutex<BTreeMap<Vec<String>, Bytes>>> = LazyLock::new(Mutex::default);
    let jwk = |kid: &&str| {
        let key = if *kid == "k2" { Key::p256() } else { Key::ed25519() };
        key.jwk(&json!({ "kid": kid }))
    };
    let name = kids.iter().map(|kid| (*kid).to_owned()).collect();
    let mut sets = SETS.lock().unwrap();
    sets.entry(name).or_insert_with(|| key_set(&kids.iter().map(jwk).collect::<Vec<_>>()).into()).clone()
}

/// The answer of Secrets Manager's extension.
fn secret(digits: &str) -> String {
    json!({ "SecretString": digits }).to_string()
}

fn assert_no_certificate_due(model: &Model, case: &Case) {
    let is_due = model.setup.remote_certificate && model.certificate.must_fetch(case.now, |_| false);
    assert!(!is_due, "the certificate is due: {case:?}");
}
