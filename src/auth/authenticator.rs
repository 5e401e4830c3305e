//! Authenticates a request: credentials in; a [`Caller`] or the reason of the rejection out.
//!
//! Only the log states why a credential is invalid.

use std::fmt;

use super::api_key::ApiKeys;
use super::bearer::bearer_token;
use super::caller::Caller;
use super::error::{AuthError, Cause};
use super::issuer::Jwt;
use super::issuers::{Carried, Issuers};
use super::key_set::KeySetClaim;
use super::signature::{Authentication, Begun};
use crate::time::UnixTime;
use crate::token::{UnknownName, closed_set};
use crate::variables::{Notice, Reader, items, var};

/// The headers of a request that may hold a credential, as texts.
///
/// A header that is present but not text, or repeated, must not become `None` here:
/// that would hide a bad credential behind a good one. Its values joined with `, ` (RFC 9110 §5.3)
/// or an empty text are refused.
#[derive(Clone, Default)]
pub struct Credentials<'a> {
    /// `Authorization`.
    pub authorization: Option<&'a str>,
    /// `X-API-Key`.
    pub x_api_key: Option<&'a str>,
    /// The headers that [`Authenticator::jwt_headers`] names, as far as the request has them: name
    /// and value.
    pub jwt_headers: Vec<(&'a str, &'a str)>,
}

/// Shows which there are, and nothing of them.
impl fmt::Debug for Credentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let there = |header: Option<&str>| header.map(|_| "[redacted]");
        f.debug_struct("Credentials")
            .field("authorization", &there(self.authorization))
            .field("x_api_key", &there(self.x_api_key))
            .field("jwt_headers", &self.jwt_headers.iter().map(|(name, _)| *name).collect::<Vec<_>>())
            .finish()
    }
}

closed_set! {
    /// A kind of credential, named as in `AUTH`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Method {
        /// A key of a backend.
        ApiKey = "api-key",
        /// A JWT of a user.
        Jwt = "jwt",
    }
}

impl Method {
    /// The methods that the items of `AUTH` name, each once; without one for `none` alone.
    ///
    /// # Errors
    /// If an item is unknown, repeated or missing.
    pub fn of_items<'a>(items: impl Iterator<Item = &'a str>) -> Result<Vec<Self>, UnknownName> {
        let items: Vec<&str> = items.collect();
        if items == ["none"] {
            return Ok(Vec::new());
        }
        let is_named = |method: &Self| items.contains(&method.name());
        let methods: Vec<Self> = Self::ALL.into_iter().filter(is_named).collect();
        // Fewer than the items, if one is unknown or repeated.
        if methods.is_empty() || methods.len() != items.len() { Err(UnknownName) } else { Ok(methods) }
    }
}

/// Authenticates requests.
#[derive(Debug)]
pub struct Authenticator(Mode);

#[derive(Debug)]
enum Mode {
    Open,
    Guarded { api_keys: Option<ApiKeys>, issuers: Option<Issuers> },
}

impl Authenticator {
    /// Requires what the list in `AUTH` names, each method with its own variables.
    pub(crate) fn from_list(list: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let Ok(methods) = Method::of_items(items(list)) else {
            let names = Method::ALL.map(Method::name);
            let (each, all) = (names.join(", "), names.join(","));
            reader.fault(var!("AUTH"), format!("expected {each}, {all} or none, got {list:?}"));
            return None;
        };
        if methods.is_empty() {
            reader.notice(Notice::NoAuthentication);
            return Some(Self::none());
        }
        // Every method is read before a fault ends this, so that all faults are reported at once.
        let api_keys = methods.contains(&Method::ApiKey).then(|| ApiKeys::from_variables(reader));
        let issuers = methods.contains(&Method::Jwt).then(|| Issuers::from_variables(reader));
        let has_fault = matches!(api_keys, Some(None)) || matches!(issuers, Some(None));
        (!has_fault).then(|| Self::with_issuers(api_keys.flatten(), issuers.flatten()))
    }

    /// Requires no credential: `AUTH=none`.
    #[must_use]
    pub const fn none() -> Self {
        Self(Mode::Open)
    }

    /// Requires an API key, a JWT, or either. Without both it rejects every request.
    #[must_use]
    pub fn new(api_keys: Option<ApiKeys>, jwt: Option<Jwt>) -> Self {
        Self::with_issuers(api_keys, jwt.map(Issuers::from))
    }

    /// The same with the JWTs of any number of issuers.
    #[must_use]
    pub const fn with_issuers(api_keys: Option<ApiKeys>, issuers: Option<Issuers>) -> Self {
        Self(Mode::Guarded { api_keys, issuers })
    }

    /// Whether no credential is required.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.0, Mode::Open)
    }

    /// The credentials that it accepts, as `AUTH` spells them.
    #[must_use]
    pub fn methods(&self) -> String {
        if self.is_open() {
            return "none".to_owned();
        }
        let accepted = Method::ALL.into_iter().filter(|method| self.accepts(*method));
        let names: Vec<&str> = accepted.map(Method::name).collect();
        if names.is_empty() { "missing".to_owned() } else { names.join(",") }
    }

    fn accepts(&self, method: Method) -> bool {
        match method {
            Method::ApiKey => self.api_keys().is_some(),
            Method::Jwt => self.issuers().is_some(),
        }
    }

    /// Whether a JWT binds its caller to a text, as a subject is.
    #[must_use]
    pub fn has_text_identities(&self) -> bool {
        self.issuers().is_some_and(Issuers::have_text_identities)
    }

    /// The headers to be given as [`Credentials::jwt_headers`], in lower case; none if JWTs arrive in
    /// `Authorization`.
    pub fn jwt_headers(&self) -> impl Iterator<Item = &str> {
        self.issuers().into_iter().flat_map(Issuers::headers)
    }

    /// The issuers whose key sets are fetched, each with the age of its set in seconds; `None` before
    /// the first fetch.
    #[must_use]
    pub fn key_sets(&self, now: UnixTime) -> Vec<(&str, Option<u32>)> {
        self.issuers().into_iter().flat_map(Issuers::iter).filter_map(|issuer| issuer.key_set(now)).collect()
    }

    /// Authenticates these credentials as far as possible without public-key cryptography, or names the
    /// fetch of a key set that has to be made first: the set was never fetched, is due for renewal, or
    /// lacks the token's key (looked for once a minute at most). Meanwhile other requests use the
    /// current set.
    pub fn begin(&self, credentials: &Credentials<'_>, now: UnixTime) -> Result<Begun<'_>, AuthError> {
        let caller = |caller| Begun::Authentication(Authentication::Caller(caller));
        self.read(credentials, caller, |issuer, token| issuer.begin(token, now))
    }

    /// The same after a fetch, with the key sets that are there.
    pub fn authenticate(
        &self,
        credentials: &Credentials<'_>,
        now: UnixTime,
    ) -> Result<Authentication<'_>, AuthError> {
        self.read(credentials, Authentication::Caller, |issuer, token| issuer.authenticate(token, now))
    }

    /// The caller without a JWT, or the result of its issuer's check of the JWT.
    fn read<'a, T>(
        &'a self,
        credentials: &Credentials<'_>,
        caller: impl FnOnce(Caller) -> T,
        jwt: impl FnOnce(&'a Jwt, &str) -> Result<T, AuthError>,
    ) -> Result<T, AuthError> {
        let Mode::Guarded { api_keys, issuers } = &self.0 else {
            return Ok(caller(Caller::open()));
        };
        let presented = Presented::new(credentials, api_keys.as_ref(), issuers.as_ref())?;
        match presented.jwt.zip(issuers.as_ref()) {
            Some((carried, issuers)) => jwt(issuers.choose(carried)?, carried.token),
            None => match presented.key(api_keys.as_ref())? {
                Some(found) => Ok(caller(found)),
                None => Err(AuthError::Refused(Cause::NoCredential)),
            },
        }
    }

    /// The fetch of a key set that is due whatever the request: it was never fetched, or is due for
    /// renewal.
    #[must_use]
    pub fn refresh_due(&self, now: UnixTime) -> Option<KeySetClaim<'_>> {
        self.issuers().into_iter().flat_map(Issuers::iter).find_map(|issuer| issuer.refresh_due(now))
    }

    /// The `iss` of each issuer whose JWTs are accepted, in the order of the configuration.
    pub fn issuer_names(&self) -> impl Iterator<Item = &str> {
        let issuers = self.issuers().into_iter().flat_map(Issuers::iter);
        issuers.map(|issuer| issuer.expected.issuer.as_str())
    }

    /// Whether API keys are accepted. Without them, nothing reads `X-API-Key`.
    #[must_use]
    pub fn accepts_api_keys(&self) -> bool {
        self.accepts(Method::ApiKey)
    }

    /// Whether a credential may arrive in `Authorization`.
    #[must_use]
    pub fn reads_authorization(&self) -> bool {
        self.accepts_api_keys() || self.issuers().is_some_and(Issuers::use_authorization)
    }

    /// Whether JWTs are accepted.
    #[must_use]
    pub fn accepts_jwts(&self) -> bool {
        self.accepts(Method::Jwt)
    }

    pub(super) fn api_keys(&self) -> Option<&ApiKeys> {
        match &self.0 {
            Mode::Open => None,
            Mode::Guarded { api_keys, .. } => api_keys.as_ref(),
        }
    }

    pub(super) fn issuers(&self) -> Option<&Issuers> {
        match &self.0 {
            Mode::Open => None,
            Mode::Guarded { issuers, .. } => issuers.as_ref(),
        }
    }
}

/// The credentials of a request, by kind.
///
/// A header that no configured kind of credential uses is not read: API Gateway has its
/// own use for `X-API-Key`, and a proxy with a header of its own may need `Authorization` itself.
/// All others count, and a request has one caller. Were the first good one enough, a request could
/// carry a stolen credential along with a good one, and the log would name the wrong caller.
struct Presented<'a> {
    bearer_key: Option<&'a str>,
    x_api_key: Option<&'a str>,
    jwt: Option<Carried<'a>>,
}

impl<'a> Presented<'a> {
    fn new(
        credentials: &Credentials<'a>,
        api_keys: Option<&ApiKeys>,
        issuers: Option<&Issuers>,
    ) -> Result<Self, AuthError> {
        let jwt_as_bearer = issuers.is_some_and(Issuers::use_authorization);
        let authorization = credentials.authorization.filter(|_| api_keys.is_some() || jwt_as_bearer);
        let bearer = authorization.map(bearer_token).transpose()?;
        let is_jwt = |token: &&str| jwt_as_bearer && (api_keys.is_none() || token.split('.').count() == 3);
        let in_authorization = bearer.filter(is_jwt).map(|token| Carried { header: None, token });
        let is_used = |name: &str| issuers.is_some_and(|issuers| issuers.headers().any(|used| used == name));
        let in_headers = credentials.jwt_headers.iter().filter(|(name, _)| is_used(name));
        let in_headers = in_headers.map(|(name, token)| Carried { header: Some(name), token });
        let mut jwts = in_authorization.into_iter().chain(in_headers);
        let jwt = jwts.next();
        if jwts.next().is_some() {
            return Err(AuthError::Refused(Cause::TwoJwts));
        }
        let bearer_key = bearer.filter(|token| !is_jwt(token));
        let x_api_key = credentials.x_api_key.filter(|_| api_keys.is_some());
        if jwt.is_some() && (bearer_key.is_some() || x_api_key.is_some()) {
            return Err(AuthError::Refused(Cause::KeyAndJwt));
        }
        Ok(Self { bearer_key, x_api_key, jwt })
    }

    /// The caller that the API keys of the request name.
    fn key(&self, api_keys: Option<&ApiKeys>) -> Result<Option<Caller>, AuthError> {
        let caller =
            |key| api_keys.and_then(|keys| keys.caller(key)).ok_or(AuthError::Refused(Cause::ApiKey));
        let bearer = self.bearer_key.map(caller).transpose()?;
        let header = self.x_api_key.map(caller).transpose()?;
        match (bearer, header) {
            (Some(one), Some(other)) if one != other => Err(AuthError::Refused(Cause::TwoApiKeys)),
            (bearer, header) => Ok(bearer.or(header)),
        }
    }
}
