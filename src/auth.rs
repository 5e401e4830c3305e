//! Who sends a request: credentials in, a [`Caller`] out, or why not.

mod algorithm;
mod api_key;
mod authenticator;
mod caller;
mod claims;
mod error;
mod grants;
mod hmac;
mod identity;
mod issuer;
mod jwt;
mod jwt_settings;
mod key;
mod key_set;
mod public_key;
mod signature;
mod spki;

pub use algorithm::{Algorithm, UnknownAlgorithm};
pub use api_key::{ApiKeyFault, ApiKeys, BadApiKeyEntry, NewApiKey};
pub use authenticator::{Authenticator, Credentials};
pub use caller::{AppLevel, Caller};
pub use claims::{BadClaim, CLOCK_SKEW, Problem};
pub use error::{AuthError, Cause};
pub use grants::{BadGrants, Grants};
pub use identity::{BadIdentity, Identity};
pub use issuer::Jwt;
pub use jwt::{BadJwt, JWT_MAX_BYTES, Part};
pub use jwt_settings::{BadJwtSetting, BadUrl, JwtSettings};
pub use key_set::{KEY_SET_MAX_BYTES, KEY_SET_TIMEOUT, KeySetClaim, KeySetError, NoKey};
pub use public_key::{BadKey, KeyMaterial, PublicKey};
pub use signature::{Authentication, PendingSignature};
