//! JWTs of one issuer: keys and claims.

use super::algorithm::Algorithm;
use super::caller::Caller;
use super::claims::Expected;
use super::error::{AuthError, Cause};
use super::hmac::Secret;
use super::jwt::{BadJwt, JwtType, UnverifiedJwt};
use super::key::VerifyingKey;
use super::key_set::{KeySet, KeySetClaim, NoKey, RemoteKeySet};
use super::signature::{self, Authentication, Begun, PendingSignature};
use crate::json::Excerpt;
use crate::time::UnixTime;

/// How the JWTs of the configured issuer are verified. Made by
/// [`JwtSettings::parse`](super::JwtSettings::parse).
#[derive(Debug)]
pub struct Jwt {
    pub(super) keys: Keys,
    pub(super) expected: Expected,
    /// The accepted values of `typ`, if it is present.
    pub(super) types: Vec<JwtType>,
    /// The header that holds the JWT alone, in lower case; `None` is `Authorization: Bearer`.
    pub(super) header: Option<String>,
}

/// What its JWTs are verified with: the algorithms of secrets with secrets only, all others with
/// public keys only.
#[derive(Debug)]
pub(super) struct Keys {
    pub(super) public: PublicKeys,
    /// In the order in which they are tried.
    pub(super) secrets: Vec<Secret>,
}

/// Where its public keys are.
#[derive(Debug)]
pub(super) enum PublicKeys {
    /// Configured, in the order in which they are tried.
    Configured(Vec<VerifyingKey>),
    Published(RemoteKeySet),
}

impl Jwt {
    /// The name of the header that holds the JWT, in lower case, where it is another than
    /// `Authorization`.
    #[must_use]
    pub fn header(&self) -> Option<&str> {
        self.header.as_deref()
    }

    /// The issuer and the age of its key set, if it has one.
    pub(super) fn key_set(&self, now: UnixTime) -> Option<(&str, Option<u32>)> {
        let PublicKeys::Published(keys) = &self.keys.public else { return None };
        Some((&self.expected.issuer, keys.age(now)))
    }

    pub(super) fn refresh_due(&self, now: UnixTime) -> Option<KeySetClaim<'_>> {
        match &self.keys.public {
            PublicKeys::Published(keys) => {
                keys.claim(now, |_| false).map(|claim| KeySetClaim::new(&self.expected, claim))
            }
            PublicKeys::Configured(_) => None,
        }
    }

    /// The fetch of the key set that is due for this JWT, or what [`authenticate`](Self::authenticate)
    /// returns.
    pub(super) fn begin(&self, token: &str, now: UnixTime) -> Result<Begun<'_>, AuthError> {
        let jwt = self.parse(token)?;
        match self.fetch_due(&jwt, now) {
            Some(claim) => Ok(Begun::Fetch(claim)),
            None => self.check(&jwt, now).map(Begun::Authentication),
        }
    }

    /// The caller of a JWT that a secret signed, or the signature to verify.
    pub(super) fn authenticate(&self, token: &str, now: UnixTime) -> Result<Authentication<'_>, AuthError> {
        self.check(&self.parse(token)?, now)
    }

    fn fetch_due(&self, jwt: &UnverifiedJwt<'_>, now: UnixTime) -> Option<KeySetClaim<'_>> {
        let PublicKeys::Published(keys) = &self.keys.public else { return None };
        if jwt.algorithm.is_symmetric() {
            return None;
        }
        let lacks =
            |set: &KeySet| matches!(set.find(jwt.kid.as_deref(), jwt.algorithm), Err(NoKey::Unknown(_)));
        keys.claim(now, lacks).map(|claim| KeySetClaim::new(&self.expected, claim))
    }

    fn check(&self, jwt: &UnverifiedJwt<'_>, now: UnixTime) -> Result<Authentication<'_>, AuthError> {
        if jwt.algorithm.is_symmetric() {
            return self.check_secrets(jwt, now).map(Authentication::Caller);
        }
        let keys = self.keys.public.candidates(jwt, self.keys.secrets.first(), now);
        let keys = keys.map_err(|error| self.named(error))?;
        let pending = PendingSignature::new(&self.expected, jwt, keys, now)?;
        Ok(Authentication::Signature(pending))
    }

    /// A fault of the issuer's, with its name if there are several. Which one a refused JWT claims to be
    /// of, no signature has proven.
    fn named(&self, error: AuthError) -> AuthError {
        match error {
            AuthError::Unavailable(cause) if self.expected.among_others.is_some() => {
                let issuer = self.expected.issuer.clone();
                AuthError::Unavailable(Cause::OfIssuer { issuer, cause: Box::new(cause) })
            }
            AuthError::Unavailable(_) | AuthError::Refused(_) => error,
        }
    }

    fn parse<'t>(&self, token: &'t str) -> Result<UnverifiedJwt<'t>, BadJwt> {
        UnverifiedJwt::parse(token)?.of_type(&self.types)
    }

    fn check_secrets(&self, jwt: &UnverifiedJwt<'_>, now: UnixTime) -> Result<Caller, AuthError> {
        let secrets = &self.keys.secrets;
        if !secrets.iter().any(|secret| secret.algorithm() == jwt.algorithm) {
            let public = match &self.keys.public {
                PublicKeys::Configured(keys) => keys.first().map(|key| key.algorithm),
                PublicKeys::Published(_) => None,
            };
            return Err(match secrets.first().map(Secret::algorithm).or(public) {
                Some(key) => other_algorithm(jwt, key),
                None => BadJwt::NoSecret(jwt.algorithm).into(),
            });
        }
        let signature = jwt.signature()?;
        let is_signer = |secret: &&Secret| {
            secret.algorithm() == jwt.algorithm && secret.verifies(jwt.message.as_bytes(), &signature)
        };
        if secrets.iter().find(is_signer).is_none() {
            return Err(BadJwt::Signature { kid: jwt.kid.as_deref().map(Excerpt::from) }.into());
        }
        signature::caller(&self.expected, jwt.message, now)
    }
}

impl PublicKeys {
    /// The keys that may have signed the JWT, at least one, in the order in which they are tried.
    fn candidates(
        &self,
        jwt: &UnverifiedJwt<'_>,
        secret: Option<&Secret>,
        now: UnixTime,
    ) -> Result<Vec<VerifyingKey>, AuthError> {
        match self {
            Self::Configured(keys) => {
                let fitting: Vec<_> =
                    keys.iter().filter(|key| key.algorithm == jwt.algorithm).cloned().collect();
                if fitting.is_empty() {
                    let first = keys.first().map(|key| key.algorithm);
                    let first = first.or(secret.map(Secret::algorithm)).unwrap_or(jwt.algorithm);
                    return Err(other_algorithm(jwt, first));
                }
                Ok(fitting)
            }
            Self::Published(keys) => {
                let set = keys.current(now).map_err(Cause::no_key_set).map_err(AuthError::Unavailable)?;
                let key = set.find(jwt.kid.as_deref(), jwt.algorithm);
                let key = key.map_err(|no_key| match (&no_key, keys.up_to_date()) {
                    (NoKey::Unknown(_), Err(why)) => AuthError::Unavailable(Cause::no_key_set(why)),
                    (NoKey::Unknown(_) | NoKey::Ambiguous(_), _) => AuthError::Refused(Cause::NoKey(no_key)),
                })?;
                if key.algorithm != jwt.algorithm {
                    return Err(other_algorithm(jwt, key.algorithm));
                }
                Ok(vec![key.clone()])
            }
        }
    }
}

fn other_algorithm(jwt: &UnverifiedJwt<'_>, key: Algorithm) -> AuthError {
    BadJwt::OtherAlgorithm { token: jwt.algorithm, key }.into()
}
