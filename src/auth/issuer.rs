//! JWTs of one issuer: whose key, which claims.

use super::authenticator::{AuthError, Cause};
use super::caller::Caller;
use super::claims::Expected;
use super::jwt::{BadJwt, UnverifiedJwt};
use super::key::VerifyingKey;
use super::key_set::{KeySetClaim, NoKey, RemoteKeySet};
use crate::time::UnixTime;

/// How the JWTs of the configured issuer are verified. Made by
/// [`JwtSettings::parse`](super::JwtSettings::parse).
#[derive(Debug)]
pub struct Jwt {
    pub(super) keys: Keys,
    pub(super) expected: Expected,
    /// The header that holds the JWT alone, in lower case; `None` is `Authorization: Bearer`.
    pub(super) header: Option<String>,
}

/// Where the keys are.
#[derive(Debug)]
pub(super) enum Keys {
    Configured(VerifyingKey),
    Published(RemoteKeySet),
}

impl Jwt {
    /// The name of the header that holds the JWT, in lower case, where it is another than
    /// `Authorization`.
    #[must_use]
    pub fn header(&self) -> Option<&str> {
        self.header.as_deref()
    }

    pub(super) fn fetch_due(&self, token: &str, now: UnixTime) -> Option<KeySetClaim<'_>> {
        let Keys::Published(keys) = &self.keys else { return None };
        let jwt = UnverifiedJwt::parse(token).ok()?;
        keys.claim(now, |set| matches!(set.find(jwt.kid.as_deref(), jwt.algorithm), Err(NoKey::Unknown(_))))
    }

    pub(super) fn caller(&self, token: &str, now: UnixTime) -> Result<Caller, AuthError> {
        let jwt = UnverifiedJwt::parse(token).map_err(refused)?;
        let payload = match &self.keys {
            Keys::Configured(key) => jwt.verify(key),
            Keys::Published(keys) => {
                let set = keys.current(now).map_err(Cause::no_key_set).map_err(AuthError::Unavailable)?;
                let key = set.find(jwt.kid.as_deref(), jwt.algorithm);
                let key = key.map_err(|no_key| match (&no_key, keys.up_to_date()) {
                    (NoKey::Unknown(_), Err(why)) => AuthError::Unavailable(Cause::no_key_set(why)),
                    (NoKey::Unknown(_) | NoKey::Ambiguous(_), _) => AuthError::Refused(Cause::NoKey(no_key)),
                })?;
                jwt.verify(key)
            }
        };
        let payload = payload.map_err(refused)?;
        let claims = payload.claims().map_err(refused)?;
        self.expected.caller(claims.object(), now).map_err(|bad| AuthError::Refused(Cause::Claim(bad)))
    }
}

fn refused(bad: BadJwt) -> AuthError {
    AuthError::Refused(Cause::Jwt(bad))
}
