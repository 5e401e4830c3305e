//! JWTs of one issuer: whose key, which claims.

use super::claims::{Bearer, Expected};
use super::compact::UnverifiedJwt;
use super::key_set::{KeySet, KeySetError, NoKey};
use super::remote_keys::RemoteKeys;
use super::signature::VerifyingKey;
use super::{AuthError, Cause};
use crate::fetch::FetchError;
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
    Published(RemoteKeys),
}

impl Jwt {
    /// The name of the header that holds the JWT, in lower case, where it is another than
    /// `Authorization`.
    #[must_use]
    pub fn header(&self) -> Option<&str> {
        self.header.as_deref()
    }

    pub(super) fn fetch_due(&self, token: &str, now: UnixTime) -> Option<&str> {
        let Keys::Published(keys) = &self.keys else { return None };
        let jwt = UnverifiedJwt::parse(token).ok()?;
        keys.due(jwt.kid.as_deref(), jwt.algorithm, now)
    }

    pub(super) fn fetched(
        &self,
        answer: Result<&[u8], FetchError>,
        now: UnixTime,
    ) -> Result<(), KeySetError> {
        match &self.keys {
            Keys::Configured(_) => Ok(()),
            Keys::Published(keys) => {
                keys.fetched(answer.map_err(KeySetError::from).and_then(KeySet::parse), now)
            }
        }
    }

    pub(super) fn bearer(&self, token: &str, now: UnixTime) -> Result<Bearer, AuthError> {
        let jwt = UnverifiedJwt::parse(token).map_err(refused)?;
        let claims = match &self.keys {
            Keys::Configured(key) => jwt.verify(key).map_err(refused)?,
            Keys::Published(keys) => {
                let set = keys.current(now).map_err(Cause::no_key_set).map_err(AuthError::Unavailable)?;
                let key = set.find(jwt.kid.as_deref(), jwt.algorithm);
                let key = key.map_err(|no_key| match (&no_key, keys.up_to_date()) {
                    (NoKey::Unknown(_), Err(why)) => AuthError::Unavailable(Cause::no_key_set(why)),
                    (NoKey::Unknown(_) | NoKey::Ambiguous(_), _) => AuthError::Refused(Cause::NoKey(no_key)),
                })?;
                jwt.verify(key).map_err(refused)?
            }
        };
        self.expected.bearer(&claims, now).map_err(|bad| AuthError::Refused(Cause::Claim(bad)))
    }
}

fn refused(bad: super::BadJwt) -> AuthError {
    AuthError::Refused(Cause::Jwt(bad))
}
