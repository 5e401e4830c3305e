//! A JWT as it arrives, RFC 7515 §7.1: three base64url parts. Nothing in it is trusted yet.

use std::fmt;

use super::algorithm::{Algorithm, UnknownAlgorithm};
use crate::json::{self, Excerpt, Members, NotAnObject};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The largest JWT that is looked at. API Gateway takes 10 KB of headers in all, and Workers 128 KB;
/// providers' tokens have 1 to 2 KB.
pub const JWT_MAX_BYTES: usize = 8 * 1024;

/// A JWT whose header is well-formed.
pub(super) struct UnverifiedJwt<'a> {
    /// Header and payload with the dot between them: what is signed.
    pub(super) message: &'a str,
    signature: &'a str,
    pub(super) algorithm: Algorithm,
    pub(super) kid: Option<String>,
    typ: Option<String>,
}

impl<'a> UnverifiedJwt<'a> {
    pub(super) fn parse(token: &'a str) -> Result<Self, BadJwt> {
        if token.len() > JWT_MAX_BYTES {
            return Err(BadJwt::TooLong { bytes: token.len() });
        }
        let parts: Vec<&str> = token.split('.').collect();
        let [header, payload, signature] = parts[..] else {
            return Err(BadJwt::Parts { parts: parts.len() });
        };
        let message = &token[..header.len() + 1 + payload.len()];
        let header = decode(header, Part::Header)?;
        let header = object(&header, Part::Header)?;
        let header = header.object();
        // RFC 7515 §4.1.11: unknown extensions must be refused, and this crate supports no extension.
        if header.get("crit").is_some() {
            return Err(BadJwt::Critical);
        }
        // `jku`, `jwk`, `x5u` and `x5c` name a key to trust. They are not read: the attacker who forged the
        // token would choose the key.
        let alg = header.text("alg").ok_or(BadJwt::NoAlgorithm)?;
        let algorithm = alg.parse().map_err(|_| BadJwt::Algorithm(alg.into()))?;
        let kid = match header.get("kid") {
            None => None,
            Some(kid) => Some(kid.as_text().ok_or(BadJwt::Kid)?.to_owned()),
        };
        let typ = match header.get("typ") {
            None => None,
            Some(typ) => Some(typ.as_text().ok_or(BadJwt::Typ)?.to_owned()),
        };
        Ok(Self { message, signature, algorithm, kid, typ })
    }

    /// The same JWT, if its `typ` is one of these, or missing.
    pub(super) fn of_type(self, types: &[JwtType]) -> Result<Self, BadJwt> {
        match &self.typ {
            Some(typ) if !types.contains(&JwtType::new(typ)) => Err(BadJwt::OtherType(typ.as_str().into())),
            Some(_) | None => Ok(self),
        }
    }

    pub(super) fn signature(&self) -> Result<Vec<u8>, BadJwt> {
        decode(self.signature, Part::Signature)
    }
}

/// The type of a JWT as its `typ` states it (RFC 7515 §4.1.9): without `application/`, in any case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct JwtType(String);

impl JwtType {
    pub(super) fn new(typ: &str) -> Self {
        let typ = typ.to_ascii_lowercase();
        Self(typ.strip_prefix("application/").unwrap_or(&typ).to_owned())
    }
}

/// A payload whose signature is verified.
pub(super) struct Payload(Vec<u8>);

impl Payload {
    /// The payload in a [`UnverifiedJwt::message`] whose signature is verified.
    pub(super) fn of_message(message: &str) -> Result<Self, BadJwt> {
        let (_, payload) = message.split_once('.').expect("a message is two parts");
        decode(payload, Part::Payload).map(Self)
    }

    pub(super) fn claims(&self) -> Result<Members<'_>, BadJwt> {
        object(&self.0, Part::Payload)
    }
}

/// One of the three parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Before the first dot.
    Header,
    /// Between the dots.
    Payload,
    /// Behind the second dot.
    Signature,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Header => "header",
            Self::Payload => "payload",
            Self::Signature => "signature",
        })
    }
}

/// Why a text is not a JWT that a configured key signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadJwt {
    /// More than [`JWT_MAX_BYTES`].
    TooLong {
        /// How many.
        bytes: usize,
    },
    /// Not three parts.
    Parts {
        /// How many.
        parts: usize,
    },
    /// Not base64url, or in another than its one spelling.
    Encoding(Part),
    /// Not an object with unique names.
    Json(Part, NotAnObject),
    /// A critical extension.
    Critical,
    /// No `alg`, or not a text.
    NoAlgorithm,
    /// Another `alg`, `none` among them.
    Algorithm(Excerpt<'static>),
    /// A `typ` that is not a text.
    Typ,
    /// A `typ` that `JWT_TYPE` does not list: a token for another purpose.
    OtherType(Excerpt<'static>),
    /// A `kid` that is not a text.
    Kid,
    /// Signed with another algorithm than its key is for.
    OtherAlgorithm {
        /// The algorithm in the header.
        token: Algorithm,
        /// The algorithm of the key.
        key: Algorithm,
    },
    /// Signed with a secret, where only public keys are configured.
    NoSecret(Algorithm),
    /// Not the key's signature.
    Signature {
        /// The key that the header names.
        kid: Option<Excerpt<'static>>,
    },
}

impl fmt::Display for BadJwt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { bytes } => {
                write!(f, "length: expected at most {JWT_MAX_BYTES} bytes, got {bytes}")
            }
            // RFC 7516 §3.1.
            Self::Parts { parts: 5 } => {
                f.write_str("parts: expected 3, got 5; it is encrypted: have the issuer sign it only")
            }
            Self::Parts { parts: 1 } => {
                f.write_str("parts: expected 3, got 1; it is opaque: request a token for an API or resource")
            }
            Self::Parts { parts } => write!(f, "parts: expected 3, got {parts}"),
            Self::Encoding(part) => write!(f, "{part}: expected base64url"),
            Self::Json(part, error) => write!(f, "{part}: {error}"),
            Self::Critical => f.write_str("crit: expected no extension"),
            Self::NoAlgorithm => f.write_str("alg: missing"),
            Self::Algorithm(alg) => write!(f, "alg: {UnknownAlgorithm}, got {alg}"),
            Self::Typ => f.write_str("typ: expected a text"),
            Self::OtherType(typ) => write!(f, "typ: expected a type of JWT_TYPE, got {typ}"),
            Self::Kid => f.write_str("kid: expected a text"),
            Self::OtherAlgorithm { token, key } if key.is_symmetric() && !token.is_symmetric() => {
                write!(f, "alg: expected {key}, got {token}; set JWT_JWKS_URL or JWT_PUBLIC_KEY")
            }
            Self::OtherAlgorithm { token, key } => write!(f, "alg: expected {key}, got {token}"),
            Self::NoSecret(token) => write!(
                f,
                "alg: expected an algorithm of public keys, got {token}; set JWT_SECRET, or have the issuer sign with a \
                 public key"
            ),
            Self::Signature { kid: Some(kid) } => write!(f, "signature: does not verify with the key {kid}"),
            Self::Signature { kid: None } => f.write_str("signature: does not verify with the key"),
        }
    }
}

fn decode(part: &str, name: Part) -> Result<Vec<u8>, BadJwt> {
    // Strict: no padding, and no bits set behind the last byte.
    URL_SAFE_NO_PAD.decode(part).map_err(|_| BadJwt::Encoding(name))
}

fn object(text: &[u8], name: Part) -> Result<Members<'_>, BadJwt> {
    json::read_unique(text).map_err(|error| BadJwt::Json(name, error))
}
