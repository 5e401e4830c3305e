//! Whether everything is there that a token needs.

use bytes::Bytes;
use http::Response;

use super::answer::fixed;
use super::answer::problem::Problem;
use super::answered::{Answer, Exchange};
use super::app::App;
use crate::config::Config;
use crate::time::UnixTime;

impl App {
    /// Whether `GET /readyz` would answer 200, without fetching anything.
    #[must_use]
    pub fn is_ready(&self, now: UnixTime) -> bool {
        self.config().is_ok_and(|config| check(config, now, &mut Vec::new()).is_ok())
    }

    /// Each issuer whose key set is fetched, with the age of its set in seconds; `None` before the
    /// first fetch.
    #[must_use]
    pub fn key_sets(&self, now: UnixTime) -> Vec<(&str, Option<u32>)> {
        self.config().map_or_else(|_| Vec::new(), |config| config.authenticator.key_sets(now))
    }
}

/// The response of `GET /readyz` to a valid configuration. One key set is enough: an issuer that is
/// down affects its own users only, and becomes a warning.
pub(super) fn check(
    config: &Config,
    now: UnixTime,
    warnings: &mut Vec<String>,
) -> Result<Response<Bytes>, Problem> {
    if config.project.current(now).is_err() {
        return Err(Problem::NotReady { lacks: "certificate" });
    }
    let sets = config.authenticator.key_sets(now);
    if !sets.is_empty() && sets.iter().all(|(_, age)| age.is_none()) {
        return Err(Problem::NotReady { lacks: "key set" });
    }
    let missing = sets.iter().filter(|(_, age)| age.is_none());
    warnings.extend(missing.map(|(issuer, _)| format!("key set of {issuer}: not fetched yet")));
    Ok(fixed::ready())
}

/// The answer to a probe of a server that is ready, whatever a fetch brings: a prober waits for a second
/// at most, and an issuer that hangs for longer. Warnings are logged with the fetch.
pub(super) fn early(exchange: Exchange<'_>, config: &Config) -> Option<Answer> {
    let ready = check(config, exchange.context.now, &mut Vec::new()).ok()?;
    Some(exchange.finish(Ok(ready)))
}
