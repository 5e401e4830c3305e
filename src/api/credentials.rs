//! The headers of a request that may hold a credential, and the credentials in them.

use std::borrow::Cow;

use http::HeaderMap;
use http::header::{AUTHORIZATION, HeaderName};

use super::request::X_API_KEY;
use crate::auth::{
    AuthError, Authentication, Authenticator, Begun, Caller, Credentials, KeySetClaim, PendingSignature,
};

/// The headers of a request that may hold a credential.
pub(super) struct CredentialHeaders<'a> {
    authorization: Option<Cow<'a, str>>,
    x_api_key: Option<Cow<'a, str>>,
    jwt_headers: Vec<(&'a str, Cow<'a, str>)>,
}

impl<'a> CredentialHeaders<'a> {
    pub(super) fn new(headers: &'a HeaderMap, authenticator: &'a Authenticator) -> Self {
        if authenticator.is_open() {
            return Self { authorization: None, x_api_key: None, jwt_headers: Vec::new() };
        }
        let jwt_headers = authenticator.jwt_headers();
        Self {
            authorization: joined(headers, AUTHORIZATION.as_str()),
            x_api_key: joined(headers, X_API_KEY.as_str()),
            jwt_headers: jwt_headers.filter_map(|name| Some((name, joined(headers, name)?))).collect(),
        }
    }

    pub(super) fn credentials(&self) -> Credentials<'_> {
        Credentials {
            authorization: self.authorization.as_deref(),
            x_api_key: self.x_api_key.as_deref(),
            jwt_headers: self.jwt_headers.iter().map(|(name, value)| (*name, value.as_ref())).collect(),
        }
    }
}

/// A header's values as one text (RFC 9110 §5.3). A value that is not text counts as empty text: a
/// header that is present must not pass for a missing one.
fn joined<'a>(headers: &'a HeaderMap, name: &str) -> Option<Cow<'a, str>> {
    let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
    let mut values = headers.get_all(name).iter().map(|value| value.to_str().unwrap_or_default());
    let first = values.next()?;
    let rest: Vec<&str> = values.collect();
    Some(if rest.is_empty() {
        Cow::Borrowed(first)
    } else {
        Cow::Owned(format!("{first}, {}", rest.join(", ")))
    })
}

/// What a request waits for when it is counted, as its credentials decide.
pub(super) enum Due<'a> {
    /// A key set that a JWT needs.
    Fetch(KeySetClaim<'a>),
    /// The signature of a JWT.
    Verify(PendingSignature<'a>),
    /// Its response.
    Respond(Result<Caller, AuthError>),
}

impl<'a> Due<'a> {
    /// Before anything is fetched.
    pub(super) fn begin(begun: Result<Begun<'a>, AuthError>) -> Self {
        match begun {
            Ok(Begun::Fetch(claim)) => Self::Fetch(claim),
            Ok(Begun::Authentication(authentication)) => Self::of(Ok(authentication)),
            Err(error) => Self::Respond(Err(error)),
        }
    }

    /// After a fetch.
    pub(super) fn of(authentication: Result<Authentication<'a>, AuthError>) -> Self {
        match authentication {
            Ok(Authentication::Caller(caller)) => Self::Respond(Ok(caller)),
            Ok(Authentication::Signature(signature)) => Self::Verify(signature),
            Err(error) => Self::Respond(Err(error)),
        }
    }
}
