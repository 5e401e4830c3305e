//! Decides who sends a request: credentials in, a [`Caller`] out, or why not.
//!
//! Why a credential is bad goes to the log alone; a client is told that it is.

use std::fmt;

use super::api_key::ApiKeys;
use super::caller::Caller;
use super::error::{AuthError, Cause};
use super::issuer::Jwt;
use super::key_set::KeySetClaim;
use super::signature::Authentication;
use crate::time::UnixTime;

/// The headers of a request that may hold a credential, as texts.
///
/// A header that is there but is no text, or stands several times, must not become `None` here:
/// that would hide a bad credential behind a good one. Its values joined with `, ` (RFC 9110 §5.3)
/// or an empty text are refused.
#[derive(Clone, Copy, Default)]
pub struct Credentials<'a> {
    /// `Authorization`.
    pub authorization: Option<&'a str>,
    /// `X-API-Key`.
    pub x_api_key: Option<&'a str>,
    /// The header that [`Authenticator::jwt_header`] names, where it names one.
    pub jwt_header: Option<&'a str>,
}

/// Shows which there are, and nothing of them.
impl fmt::Debug for Credentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let there = |header: Option<&str>| header.map(|_| "[redacted]");
        f.debug_struct("Credentials")
            .field("authorization", &there(self.authorization))
            .field("x_api_key", &there(self.x_api_key))
            .field("jwt_header", &there(self.jwt_header))
            .finish()
    }
}

/// Decides who a request comes from.
#[derive(Debug)]
pub struct Authenticator(Mode);

#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one in a process")]
enum Mode {
    Open,
    Guarded { api_keys: Option<ApiKeys>, jwt: Option<Jwt> },
}

impl Authenticator {
    /// Asks nobody: `AUTH=none`.
    #[must_use]
    pub const fn none() -> Self {
        Self(Mode::Open)
    }

    /// Asks for an API key, a JWT, or either. Without both nobody gets in.
    #[must_use]
    pub const fn new(api_keys: Option<ApiKeys>, jwt: Option<Jwt>) -> Self {
        Self(Mode::Guarded { api_keys, jwt })
    }

    /// Whether nobody is asked.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.0, Mode::Open)
    }

    /// The header to be given as [`Credentials::jwt_header`], in lower case; `None` where JWTs come
    /// in `Authorization`.
    #[must_use]
    pub fn jwt_header(&self) -> Option<&str> {
        self.jwt()?.header()
    }

    /// The fetch of a key set that has to be made before this request can be decided: the set was
    /// never fetched, is due for renewal, or lacks the token's key (looked for once a minute at
    /// most). Meanwhile other requests go on with the set that is there.
    pub fn fetch_due(&self, credentials: &Credentials<'_>, now: UnixTime) -> Option<KeySetClaim<'_>> {
        let Mode::Guarded { api_keys, jwt: Some(jwt) } = &self.0 else { return None };
        let token = Presented::new(credentials, api_keys.as_ref(), Some(jwt)).ok()?.jwt?;
        jwt.fetch_due(token, now)
    }

    /// The issuers whose key sets are fetched, each with the age of its set in seconds; `None` before
    /// the first fetch.
    #[must_use]
    pub fn key_sets(&self, now: UnixTime) -> Vec<(&str, Option<u32>)> {
        self.jwt().and_then(|jwt| jwt.key_set(now)).into_iter().collect()
    }

    /// Who sends these credentials, as far as that can be told without public-key cryptography.
    /// Every credential that is sent must be good.
    pub fn authenticate(
        &self,
        credentials: &Credentials<'_>,
        now: UnixTime,
    ) -> Result<Authentication<'_>, AuthError> {
        let Mode::Guarded { api_keys, jwt } = &self.0 else {
            return Ok(Authentication::Caller(Caller::open()));
        };
        let presented = Presented::new(credentials, api_keys.as_ref(), jwt.as_ref())?;
        let key_name = presented.key_name(api_keys.as_ref())?;
        match (presented.jwt.zip(jwt.as_ref()), key_name) {
            // With both, the JWT: it says more about who is asking, and allows less.
            (Some((token, jwt)), _) => jwt.authenticate(token, now),
            (None, Some(name)) => Ok(Authentication::Caller(Caller::api_key(name))),
            (None, None) => Err(AuthError::Refused(Cause::NoCredential)),
        }
    }

    /// The fetch of a key set that is due whatever the request: it was never fetched, or is due for
    /// renewal.
    pub fn refresh_due(&self, now: UnixTime) -> Option<KeySetClaim<'_>> {
        self.jwt()?.refresh_due(now)
    }

    /// Whether JWTs can be verified: no key set is used, or at least one is there.
    #[must_use]
    pub fn is_ready(&self, now: UnixTime) -> bool {
        self.jwt().is_none_or(|jwt| jwt.is_ready(now))
    }

    fn jwt(&self) -> Option<&Jwt> {
        match &self.0 {
            Mode::Open => None,
            Mode::Guarded { jwt, .. } => jwt.as_ref(),
        }
    }
}

/// The credentials of a request, told apart.
///
/// A header that no configured kind of credential comes in is not looked at: API Gateway has its
/// own use for `X-API-Key`, and a proxy with a header of its own may need `Authorization` itself.
/// All others count. Were the first good one enough, a request could carry a stolen credential
/// along with a good one, and the log would name the wrong caller.
struct Presented<'a> {
    bearer_key: Option<&'a str>,
    x_api_key: Option<&'a str>,
    jwt: Option<&'a str>,
}

impl<'a> Presented<'a> {
    fn new(
        credentials: &Credentials<'a>,
        api_keys: Option<&ApiKeys>,
        jwt: Option<&Jwt>,
    ) -> Result<Self, AuthError> {
        let jwt_header = jwt.and_then(Jwt::header);
        let jwt_as_bearer = jwt.is_some() && jwt_header.is_none();
        let bearer = match credentials.authorization {
            Some(authorization) if api_keys.is_some() || jwt_as_bearer => Some(bearer_token(authorization)?),
            _ => None,
        };
        let is_jwt = |token: &&str| jwt_as_bearer && (api_keys.is_none() || token.split('.').count() == 3);
        Ok(Self {
            bearer_key: bearer.filter(|token| !is_jwt(token)),
            x_api_key: credentials.x_api_key.filter(|_| api_keys.is_some()),
            jwt: bearer.filter(is_jwt).or(credentials.jwt_header.filter(|_| jwt_header.is_some())),
        })
    }

    fn key_name<'k>(&self, api_keys: Option<&'k ApiKeys>) -> Result<Option<&'k str>, AuthError> {
        let name = |key| api_keys.and_then(|keys| keys.name_of(key)).ok_or(AuthError::Refused(Cause::ApiKey));
        let bearer = self.bearer_key.map(name).transpose()?;
        let header = self.x_api_key.map(name).transpose()?;
        match (bearer, header) {
            (Some(one), Some(other)) if one != other => Err(AuthError::Refused(Cause::TwoApiKeys)),
            (bearer, header) => Ok(bearer.or(header)),
        }
    }
}

/// RFC 6750 §2.1, with the scheme in any case (RFC 9110 §11.1): `Bearer`, one space, one token.
fn bearer_token(authorization: &str) -> Result<&str, AuthError> {
    let (scheme, token) = authorization.split_once(' ').ok_or(AuthError::Refused(Cause::NotBearer))?;
    let is_token = !token.is_empty()
        && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte));
    if scheme.eq_ignore_ascii_case("bearer") && is_token {
        Ok(token)
    } else {
        Err(AuthError::Refused(Cause::NotBearer))
    }
}
