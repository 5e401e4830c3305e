//! One HTTP request in progress: the order of its checks, and the operations that it needs from its adapter.
//!
//! The handler does no I/O. [`App::begin`] returns what the request needs next, and only the one
//! answer to that returns the next step:
//!
//! ```text
//! let mut step = app.begin(&request, &context);
//! let answer = loop {
//!     step = match step {
//!         Step::Fetch(due) => { let body = fetch(due.request()).await; due.resolve(body) }
//!         Step::Verify(jws) => if verify(&jws).await { jws.valid() } else { jws.invalid() },
//!         Step::Count(count) => count.allow(), // or count.limited(seconds)
//!         Step::Done(answer) => break answer,
//!     };
//! };
//! ```

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::Request;

use super::answer::problem::Problem;
use super::answered::{Answer, Exchange};
use super::app::App;
use super::claim::{Claim, Fetched};
use super::client_address;
use super::credentials::{CredentialHeaders, Due};
use super::handlers::{Authenticated, Handler};
use super::plan::Plan;
use super::readiness;
use super::request::{Body, Context, Received};
use super::route::Destination;
use crate::auth::{Algorithm, AuthError, Caller, PendingSignature, PublicKey};
use crate::config::Config;
use crate::fetch::{Fetch, FetchError};

impl App {
    /// Begins to answer a request.
    pub fn begin<'a>(&'a self, request: &'a Request<Body>, context: &'a Context) -> Step<'a> {
        let destination = Destination::find(request.method(), request.uri().path());
        let exchange = Exchange::new(self, destination.as_ref().ok(), request, context);
        let plan = request
            .body()
            .framed()
            .and(destination)
            .and_then(|destination| Plan::new(self, destination, request, &exchange.origin));
        match plan {
            Ok(Plan::Respond(response)) => Step::Done(exchange.finish(Ok(response))),
            Ok(Plan::Authenticate { config, handler, body }) => {
                let headers = CredentialHeaders::new(request.headers(), &config.authenticator);
                Guarded { exchange, config, handler, body, headers }.fetch_certificate()
            }
            Ok(Plan::Ready(config)) => Readiness { exchange, config }.fetch_certificate(),
            Err(problem) => Step::Done(exchange.finish(Err(problem))),
        }
    }

    /// The answer to a request whose steps panicked, for an adapter that catches the panic.
    #[must_use]
    pub fn failed(&self, request: &Request<Body>, context: &Context) -> Answer {
        let destination = Destination::find(request.method(), request.uri().path());
        Exchange::new(self, destination.as_ref().ok(), request, context).finish(Err(Problem::Internal))
    }
}

/// What a request needs next.
#[derive(Debug)]
#[must_use = "a step without its answer is a request without a response"]
pub enum Step<'a> {
    /// Something to fetch.
    Fetch(Fetching<'a>),
    /// A signature to verify.
    Verify(Verifying<'a>),
    /// A request to count, by an adapter that limits the rate; any other allows it.
    Count(Counting<'a>),
    /// Nothing more.
    Done(Answer),
}

/// A fetch that a request waits for. Dropping it lets the next request make the fetch.
pub struct Fetching<'a> {
    waiting: Waiting<'a>,
    claim: Claim<'a>,
    /// The same fetch as a part of the request's trace.
    traced: Option<Fetch>,
}

/// Which request waits.
enum Waiting<'a> {
    Guarded(Guarded<'a>),
    Readiness(Readiness<'a>),
}

impl<'a> Fetching<'a> {
    /// What to fetch.
    #[must_use]
    pub fn request(&self) -> &Fetch {
        self.traced.as_ref().unwrap_or_else(|| self.claim.request())
    }

    /// Takes the body that was fetched, or why the fetch failed. A failure is logged in any case;
    /// whether the request fails with it, its next steps decide.
    #[expect(clippy::needless_pass_by_value, reason = "the body is the step's, as the step is")]
    pub fn resolve(self, answer: Result<Bytes, FetchError>) -> Step<'a> {
        let Self { mut waiting, claim, traced: _ } = self;
        let answer = answer.as_ref().map(AsRef::as_ref).map_err(|error| *error);
        let (Waiting::Guarded(Guarded { exchange, .. }) | Waiting::Readiness(Readiness { exchange, .. })) =
            &mut waiting;
        match (claim.resolve(answer, exchange), waiting) {
            (Fetched::Certificate, Waiting::Guarded(guarded)) => guarded.fetch_key_set(),
            (Fetched::KeySet, Waiting::Guarded(guarded)) => guarded.authenticate(),
            (Fetched::Certificate | Fetched::KeySet, Waiting::Readiness(ready)) => ready.fetch_key_sets(),
        }
    }

    /// The answer to a probe that is certain without the fetch, for an adapter that can fetch afterwards.
    #[must_use]
    pub fn early(self) -> Option<Answer> {
        match self.waiting {
            Waiting::Guarded(_) => None,
            Waiting::Readiness(Readiness { exchange, config }) => readiness::early(exchange, config),
        }
    }
}

/// The signature of a JWT, which the platform verifies. A verifier that fails for any reason answers
/// [`invalid`](Self::invalid).
pub struct Verifying<'a> {
    guarded: Guarded<'a>,
    signature: PendingSignature<'a>,
}

impl<'a> Verifying<'a> {
    /// The key's algorithm, which is also the token's.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.signature.algorithm()
    }

    /// The key, of valid form and size. A point may still not be on its curve.
    #[must_use]
    pub fn key(&self) -> &Arc<PublicKey> {
        self.signature.key()
    }

    /// What is signed.
    #[must_use]
    pub fn message(&self) -> &[u8] {
        self.signature.message()
    }

    /// The signature, of any length: for RSA as RFC 8017 has it, for ECDSA r and s of the curve's
    /// length each (RFC 7518 §3.4), for `EdDSA` as RFC 8032 has it.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        self.signature.signature()
    }

    /// The signature is the key's. The claims are read now.
    pub fn valid(self) -> Step<'a> {
        let Self { guarded, signature } = self;
        Step::Count(Counting { guarded, due: Due::Respond(signature.valid()) })
    }

    /// The signature is invalid, or the verifier failed.
    pub fn invalid(self) -> Step<'a> {
        let Self { guarded, signature } = self;
        match signature.invalid() {
            Ok(signature) => Step::Verify(Self { guarded, signature }),
            Err(error) => Step::Count(Counting { guarded, due: Due::Respond(Err(error)) }),
        }
    }
}

/// A request to count before it continues.
pub struct Counting<'a> {
    guarded: Guarded<'a>,
    due: Due<'a>,
}

impl<'a> Counting<'a> {
    /// What the request counts against: the caller's name, or the client's address.
    #[must_use]
    pub fn caller(&self) -> String {
        let name = match &self.due {
            Due::Respond(Ok(caller)) => caller.limit_key(),
            Due::Respond(Err(_)) | Due::Fetch(_) | Due::Verify(_) => None,
        };
        name.unwrap_or_else(|| {
            let Exchange { request, context, .. } = &self.guarded.exchange;
            let trusted_proxies = self.guarded.config.trusted_proxies;
            client_address::limit_key(request.headers(), context.peer, trusted_proxies)
        })
    }

    /// Whether the request is charged. If not, it is allowed while anything of the budget is left:
    /// it will be charged if its signature turns out to be invalid.
    #[must_use]
    pub fn is_charged(&self) -> bool {
        match self.due {
            Due::Respond(_) => true,
            Due::Fetch(_) | Due::Verify(_) => false,
        }
    }

    /// The budget is not spent, or the rate is not limited.
    pub fn allow(self) -> Step<'a> {
        let Self { guarded, due } = self;
        match due {
            Due::Fetch(claim) => {
                let traced = guarded.exchange.traced(claim.request());
                Step::Fetch(Fetching {
                    waiting: Waiting::Guarded(guarded),
                    claim: Claim::KeySet(claim),
                    traced,
                })
            }
            Due::Verify(signature) => Step::Verify(Verifying { guarded, signature }),
            Due::Respond(caller) => guarded.respond(caller),
        }
    }

    /// The budget is spent; `retry_after` is in seconds.
    pub fn limited(self, retry_after: u32) -> Step<'a> {
        Step::Done(self.guarded.exchange.finish(Err(Problem::TooManyRequests { retry_after })))
    }
}

/// A request on a route that requires a caller.
struct Guarded<'a> {
    exchange: Exchange<'a>,
    config: &'a Config,
    handler: Handler<'a>,
    body: Received<'a>,
    headers: CredentialHeaders<'a>,
}

impl<'a> Guarded<'a> {
    fn fetch_certificate(self) -> Step<'a> {
        let now = self.exchange.context.now;
        match self.config.project.remote().and_then(|remote| remote.fetch_due(now)) {
            Some(claim) => Step::Fetch(Fetching {
                waiting: Waiting::Guarded(self),
                claim: Claim::Certificate(claim),
                traced: None,
            }),
            None => self.fetch_key_set(),
        }
    }

    fn fetch_key_set(self) -> Step<'a> {
        let now = self.exchange.context.now;
        let due = Due::begin(self.config.authenticator.begin(&self.headers.credentials(), now));
        Step::Count(Counting { guarded: self, due })
    }

    fn authenticate(self) -> Step<'a> {
        let now = self.exchange.context.now;
        let due = Due::of(self.config.authenticator.authenticate(&self.headers.credentials(), now));
        Step::Count(Counting { guarded: self, due })
    }

    fn respond(self, caller: Result<Caller, AuthError>) -> Step<'a> {
        let Self { mut exchange, config, handler, body, .. } = self;
        let result = caller.map_err(Problem::from).and_then(|caller| {
            exchange.log.called_by(&caller);
            let Exchange { request, context, .. } = exchange;
            let authenticated = Authenticated { config, caller: &caller, request, body, context };
            authenticated.handle(handler, &mut exchange.log)
        });
        Step::Done(exchange.finish(result))
    }
}

/// A request for the readiness of everything that a token needs.
struct Readiness<'a> {
    exchange: Exchange<'a>,
    config: &'a Config,
}

impl<'a> Readiness<'a> {
    fn fetch_certificate(self) -> Step<'a> {
        let now = self.exchange.context.now;
        match self.config.project.remote().and_then(|remote| remote.fetch_due(now)) {
            Some(claim) => self.fetch(Claim::Certificate(claim), None),
            None => self.fetch_key_sets(),
        }
    }

    /// Each in turn. One that fails is not due again at once.
    fn fetch_key_sets(self) -> Step<'a> {
        match self.config.authenticator.refresh_due(self.exchange.context.now) {
            Some(claim) => {
                let traced = self.exchange.traced(claim.request());
                self.fetch(Claim::KeySet(claim), traced)
            }
            None => self.respond(),
        }
    }

    fn fetch(self, claim: Claim<'a>, traced: Option<Fetch>) -> Step<'a> {
        Step::Fetch(Fetching { waiting: Waiting::Readiness(self), claim, traced })
    }

    fn respond(self) -> Step<'a> {
        let Self { mut exchange, config } = self;
        let result = readiness::check(config, exchange.context.now, &mut exchange.warnings);
        Step::Done(exchange.finish(result))
    }
}

/// Without the request, which holds the credential.
impl fmt::Debug for Fetching<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetching").field("request", self.request()).finish_non_exhaustive()
    }
}

/// Without the request, which holds the credential.
impl fmt::Debug for Verifying<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifying").field("signature", &self.signature).finish_non_exhaustive()
    }
}

/// Without the request, which holds the credential.
impl fmt::Debug for Counting<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Counting").field("caller", &self.caller()).finish_non_exhaustive()
    }
}
