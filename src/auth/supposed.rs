//! The callers that a configuration would accept, without a credential: for explaining it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::api_key::ApiKeys;
use super::authenticator::Authenticator;
use super::caller::Caller;
use super::error::AuthError;
use super::grants::Grants;
use super::identity::Identity;
use super::signature;
use crate::time::UnixTime;

impl Authenticator {
    /// The caller with the API key of this name, for explaining the configuration: no key is
    /// checked. `None` if there is no such key.
    #[must_use]
    pub fn supposed_key(&self, name: &str) -> Option<Caller> {
        self.api_keys()?.named(name)
    }

    /// The caller with a JWT of these claims and the claim that identifies it, for explaining the
    /// configuration: no signature is checked. `None` if JWTs are not accepted.
    #[must_use]
    pub fn supposed_jwt(&self, claims: &str, now: UnixTime) -> Option<Result<(Caller, String), AuthError>> {
        let message = format!("e30.{}", URL_SAFE_NO_PAD.encode(claims));
        let issuers = self.issuers()?;
        let issuer = issuers.of_message(&message, issuers.iter());
        Some(issuer.and_then(|issuer| signature::identified(&issuer.expected, &message, now)))
    }

    /// The name of each API key and its entry of `API_KEY_GRANTS`.
    pub fn api_key_grants(&self) -> impl Iterator<Item = (&str, Option<&Grants>)> {
        self.api_keys().into_iter().flat_map(ApiKeys::grants)
    }

    /// The API keys whose grants bind them to an identity.
    #[must_use]
    pub fn is_bound_key(&self, name: &str) -> bool {
        self.supposed_key(name).is_some_and(|caller| caller.identity != Identity::Free)
    }
}
