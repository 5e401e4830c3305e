//! Credentials, through the public API of the `auth` layer.

mod api_keys;
mod claims;
mod grants;
mod issuers;
mod jwt;
mod key_set;
mod providers;
mod settings;
mod which_credential;
mod wycheproof;

use agora_token_server::auth::{
    ApiKeys, AuthError, Authenticator, Caller, Credentials, Identity, Jwt, JwtSettings,
};
use agora_token_server::time::UnixTime;

use crate::common::issuer::{AUDIENCE, ISSUER, NOW, RSA_PUBLIC_PEM, authenticate};

fn now() -> UnixTime {
    UnixTime::from_secs(NOW)
}

fn after(seconds: u32) -> UnixTime {
    now().plus(seconds)
}

/// Settings that lack only a key.
fn settings() -> JwtSettings<'static> {
    JwtSettings { issuer: Some(ISSUER), audience: Some(AUDIENCE), ..JwtSettings::default() }
}

fn rsa_settings() -> JwtSettings<'static> {
    JwtSettings { public_key: Some(RSA_PUBLIC_PEM), ..settings() }
}

/// Accepts the JWTs that [`issuer::Key::rsa`] signs.
fn rsa_jwt() -> Jwt {
    rsa_settings().parse().unwrap()
}

fn accepting(settings: JwtSettings<'_>) -> Authenticator {
    Authenticator::new(None, Some(settings.parse().unwrap()))
}

fn keys(text: &str) -> ApiKeys {
    ApiKeys::parse(text).unwrap()
}

fn send(authenticator: &Authenticator, authorization: &str, at: UnixTime) -> Result<Caller, AuthError> {
    let credentials = Credentials { authorization: Some(authorization), ..Credentials::default() };
    authenticate(authenticator, &credentials, at)
}

fn ask_with_jwt(authenticator: &Authenticator, token: &str, at: UnixTime) -> Result<Caller, AuthError> {
    send(authenticator, &format!("Bearer {token}"), at)
}

/// The caller of a JWT that is accepted.
fn caller(authenticator: &Authenticator, token: &str) -> Caller {
    ask_with_jwt(authenticator, token, now()).unwrap()
}

fn bound(identity: &str) -> Identity {
    Identity::Bound(identity.to_owned())
}

/// The cause in the log of a rejected credential: 401.
fn refusal<T: std::fmt::Debug>(answer: Result<T, AuthError>) -> String {
    match answer {
        Err(AuthError::Refused(cause)) => cause.to_string(),
        other => panic!("{other:?}"),
    }
}

/// The log's cause if the credential cannot be checked: 503.
fn outage<T: std::fmt::Debug>(answer: Result<T, AuthError>) -> String {
    match answer {
        Err(AuthError::Unavailable(cause)) => cause.to_string(),
        other => panic!("{other:?}"),
    }
}
