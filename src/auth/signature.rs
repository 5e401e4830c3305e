//! A signature that the platform is to verify.

use std::fmt;
use std::sync::Arc;
use std::vec;

use super::algorithm::Algorithm;
use super::caller::Caller;
use super::claims::Expected;
use super::error::AuthError;
use super::jwt::{BadJwt, Payload, UnverifiedJwt};
use super::key::VerifyingKey;
use super::key_set::KeySetClaim;
use super::public_key::PublicKey;
use crate::json::Excerpt;
use crate::time::UnixTime;

/// The result of checking the credentials of a request before anything is fetched.
pub enum Begun<'a> {
    /// A key set has to be fetched first.
    Fetch(KeySetClaim<'a>),
    /// Nothing has to.
    Authentication(Authentication<'a>),
}

/// The result of checking the credentials of a request.
#[derive(Debug)]
pub enum Authentication<'a> {
    /// They are good.
    Caller(Caller),
    /// A JWT's signature has to be verified first.
    Signature(PendingSignature<'a>),
}

/// A JWT whose signature is not verified yet. Its claims are not read before.
pub struct PendingSignature<'a> {
    expected: &'a Expected,
    now: UnixTime,
    message: String,
    signature: Vec<u8>,
    kid: Option<Excerpt<'static>>,
    key: VerifyingKey,
    others: vec::IntoIter<VerifyingKey>,
}

impl<'a> PendingSignature<'a> {
    pub(super) fn new(
        expected: &'a Expected,
        jwt: &UnverifiedJwt<'_>,
        keys: Vec<VerifyingKey>,
        now: UnixTime,
    ) -> Result<Self, AuthError> {
        let kid = jwt.kid.as_deref().map(Excerpt::from);
        let mut others = keys.into_iter();
        let key = others.next().ok_or(BadJwt::Signature { kid: kid.clone() })?;
        Ok(Self {
            expected,
            now,
            message: jwt.message.to_owned(),
            signature: jwt.signature()?,
            kid,
            key,
            others,
        })
    }

    /// The key's algorithm, which is also the token's.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.key.algorithm
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &Arc<PublicKey> {
        &self.key.key
    }

    /// What is signed.
    #[must_use]
    pub fn message(&self) -> &[u8] {
        self.message.as_bytes()
    }

    /// The signature, of any length.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// The signature is the key's.
    ///
    /// # Errors
    /// If a claim is invalid.
    pub fn valid(self) -> Result<Caller, AuthError> {
        caller(self.expected, &self.message, self.now)
    }

    /// The signature is invalid, or the verifier failed: the next key is tried.
    ///
    /// # Errors
    /// If no key is left.
    pub fn invalid(mut self) -> Result<Self, AuthError> {
        match self.others.next() {
            Some(key) => Ok(Self { key, ..self }),
            None => Err(BadJwt::Signature { kid: self.kid }.into()),
        }
    }
}

/// The caller that a verified message describes.
pub(super) fn caller(expected: &Expected, message: &str, now: UnixTime) -> Result<Caller, AuthError> {
    let payload = Payload::of_message(message)?;
    let claims = payload.claims()?;
    Ok(expected.caller(claims.object(), now)?)
}

/// The same, and the claim that identifies it.
pub(super) fn identified(
    expected: &Expected,
    message: &str,
    now: UnixTime,
) -> Result<(Caller, String), AuthError> {
    let payload = Payload::of_message(message)?;
    let claims = payload.claims()?;
    let caller = expected.caller(claims.object(), now)?;
    Ok((caller, expected.identity_claim(claims.object()).to_owned()))
}

/// Without the JWT, which is a credential.
impl fmt::Debug for PendingSignature<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingSignature").field("key", &self.key).finish_non_exhaustive()
    }
}
