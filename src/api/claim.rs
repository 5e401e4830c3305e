//! What a request fetches for itself and for those after it.

use super::answered::Exchange;
use crate::auth::{KeySetClaim, KeySetError};
use crate::config::secret_store::CertificateClaim;
use crate::fetch::{Fetch, FetchError};

/// How many mistakes of a key set are named in the log; a set can have fifty.
const MAX_MISTAKES: usize = 8;

/// A claimed fetch. Dropping it lets the next request make the fetch.
pub(super) enum Claim<'a> {
    Certificate(CertificateClaim<'a>),
    KeySet(KeySetClaim<'a>),
}

/// What was fetched, or not.
#[derive(Clone, Copy)]
pub(super) enum Fetched {
    Certificate,
    KeySet,
}

impl Claim<'_> {
    pub(super) fn request(&self) -> &Fetch {
        match self {
            Self::Certificate(claim) => claim.request(),
            Self::KeySet(claim) => claim.request(),
        }
    }

    /// Takes the answer. What is wrong with it becomes a warning.
    pub(super) fn resolve(self, answer: Result<&[u8], FetchError>, exchange: &mut Exchange<'_>) -> Fetched {
        let now = exchange.context.now;
        let warnings = &mut exchange.warnings;
        match self {
            Self::Certificate(claim) => {
                warnings.extend(claim.resolve(answer, now).err().map(|error| error.to_string()));
                Fetched::Certificate
            }
            Self::KeySet(claim) => {
                let (issuer, among_others) = (claim.issuer(), claim.issuer_among_others());
                let result = claim.resolve(answer, now);
                exchange.log.fetched(issuer, result.as_ref().map_or_else(KeySetError::result, |_| "ok"));
                let named = |text: String| match among_others {
                    Some(issuer) => format!("{issuer}: {text}"),
                    None => text,
                };
                match result {
                    Ok(set) => {
                        let mut mistakes = set.iter().flat_map(|set| set.mistakes());
                        let first = mistakes.by_ref().take(MAX_MISTAKES);
                        warnings.extend(first.map(|mistake| named(mistake.to_string())));
                        let further = mistakes.count();
                        if further > 0 {
                            warnings.push(named(format!("key set: {further} further keys are not used")));
                        }
                    }
                    Err(error) => warnings.push(named(error.to_string())),
                }
                Fetched::KeySet
            }
        }
    }
}
