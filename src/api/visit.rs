//! One request on its way, as an adapter takes it along.
//!
//! The handler itself waits for nothing. What has to be waited for, it asks its adapter to do:
//!
//! ```text
//! let mut visit = app.begin(&request, &context);
//! while let Some(fetch) = visit.fetch_due() { visit.fetched(get(fetch).await) }
//! if let Some(caller) = visit.caller_key() { visit.limited(count(caller).await) }
//! visit.answer()
//! ```

use bytes::Bytes;

use super::admission::{self, Admission, Headers};
use super::{Answer, App, Arrival, Context};
use crate::auth::{AuthError, Caller, KeySetClaim};
use crate::config::Config;
use crate::config::secret_store::CertificateClaim;
use crate::fetch::{Fetch, FetchError};

/// A request that is being answered.
pub struct Visit<'a> {
    app: &'a App,
    arrival: Arrival<'a>,
    guarded: Option<Guarded<'a>>,
    warnings: Vec<String>,
}

/// A request of which it matters who sends it.
struct Guarded<'a> {
    config: &'a Config,
    headers: Headers<'a>,
    next: Step<'a>,
    caller: Option<Result<Caller, AuthError>>,
    retry_after: Option<u32>,
}

/// What is looked at next, or is being fetched.
enum Step<'a> {
    Certificate(Option<CertificateClaim<'a>>),
    KeySet(Option<KeySetClaim<'a>>),
    Done,
}

impl<'a> Visit<'a> {
    pub(super) fn new(app: &'a App, arrival: Arrival<'a>, guarded_by: Option<&'a Config>) -> Self {
        let guarded = guarded_by.map(|config| Guarded {
            config,
            headers: Headers::of(arrival.request.headers(), &config.authenticator),
            next: Step::Certificate(None),
            caller: None,
            retry_after: None,
        });
        Self { app, arrival, guarded, warnings: Vec::new() }
    }

    /// What to fetch before the request can be decided, to be answered with [`Self::fetched`]; to
    /// be asked until there is nothing more.
    pub fn fetch_due(&mut self) -> Option<Fetch> {
        let guarded = self.guarded.as_mut()?;
        let now = self.arrival.context.now;
        let config = guarded.config;
        if let Step::Certificate(claimed) = &mut guarded.next {
            if let Some(claim) = config.project.remote().and_then(|remote| remote.fetch_due(now)) {
                return Some(claimed.insert(claim).request().clone());
            }
            guarded.next = Step::KeySet(None);
        }
        if let Step::KeySet(claimed) = &mut guarded.next {
            let credentials = guarded.headers.credentials();
            if let Some(claim) = config.authenticator.fetch_due(&credentials, now) {
                return Some(claimed.insert(claim).request().clone());
            }
            guarded.next = Step::Done;
        }
        None
    }

    /// Takes what was fetched, or why it could not be. Whether the request suffers from a failure
    /// is decided later; the log tells of it in any case.
    pub fn fetched(&mut self, answer: &Result<Bytes, FetchError>) {
        let Some(guarded) = self.guarded.as_mut() else { return };
        let answer = answer.as_ref().map(AsRef::as_ref).map_err(|error| *error);
        let now = self.arrival.context.now;
        let warning = match std::mem::replace(&mut guarded.next, Step::Done) {
            Step::Certificate(claim) => {
                guarded.next = Step::KeySet(None);
                claim.and_then(|claim| claim.resolve(answer, now).err()).map(|error| error.to_string())
            }
            Step::KeySet(claim) => {
                claim.and_then(|claim| claim.resolve(answer, now).err()).map(|error| error.to_string())
            }
            Step::Done => None,
        };
        self.warnings.extend(warning);
    }

    /// By what the request is to be counted, if at all: the caller's name, or its address. Where
    /// too many came, the adapter says so with [`Self::limited`].
    pub fn caller_key(&mut self) -> Option<String> {
        let (request, context) = (self.arrival.request, self.arrival.context);
        let guarded = self.guarded.as_mut()?;
        let trusted_proxies = guarded.config.trusted_proxies;
        Some(admission::limit_key(guarded.caller(context), request, context, trusted_proxies))
    }

    /// Too many requests of this caller came; `retry_after` is the seconds until the next may.
    pub fn limited(&mut self, retry_after: u32) {
        if let Some(guarded) = self.guarded.as_mut() {
            guarded.retry_after = Some(retry_after);
        }
    }

    /// The answer.
    #[must_use]
    pub fn answer(mut self) -> Answer {
        let admission = self.guarded.take().map(|mut guarded| {
            guarded.caller(self.arrival.context);
            let caller = guarded.caller.expect("it was just decided");
            Admission { caller, retry_after: guarded.retry_after }
        });
        let mut answer = self.app.conclude(self.arrival, admission);
        answer.log.warn(&self.warnings);
        answer
    }
}

impl Guarded<'_> {
    /// Who sends the request, found out once.
    fn caller(&mut self, context: &Context) -> &Result<Caller, AuthError> {
        let authenticator = &self.config.authenticator;
        let headers = &self.headers;
        self.caller.get_or_insert_with(|| authenticator.authenticate(&headers.credentials(), context.now))
    }
}
