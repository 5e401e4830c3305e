//! Whether everything is there that a token needs.

use bytes::Bytes;
use http::Response;

use super::answer::fixed;
use super::answer::problem::Problem;
use crate::config::Config;
use crate::time::UnixTime;

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
