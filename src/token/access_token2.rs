//! `AccessToken2`, version 007.
//!
//! ```text
//! token        = "007" base64( zlib( STR(signature) signing_info ) )
//! signing_info = STR(app_id) U32 issue_ts U32 expire U32 salt U16 n_services service*
//! service      = U16 type U16 n_privileges ( U16 privilege U32 expire )* payload
//! signing_key  = HMAC-SHA256( U32 salt, HMAC-SHA256( U32 issue_ts, app_certificate ) )
//! signature    = HMAC-SHA256( signing_key, signing_info )
//! ```
//! Integers are little-endian, `STR` is a 16-bit length and so many bytes; an HMAC's first argument
//! is its key. `expire` and the privileges' are seconds from `issue_ts`. Source: `AgoraIO/Tools`
//! at da06bfb8, `DynamicKey/AgoraDynamicKey/go/src/accesstoken2/accesstoken.go`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::ParseError;
use super::pack::{self, Reader};
use super::project::{AppCertificate, AppId};
use super::service::Service;
use super::{deflate, inflate};
use crate::time::{Ttl, UnixTime};

/// What a token starts with.
const VERSION: &str = "007";
const SIGNATURE_BYTES: usize = 32;

/// An 007 token before it is signed, or as it was parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessToken2 {
    app_id: AppId,
    issued_at: UnixTime,
    expire: u32,
    salt: u32,
    services: Vec<Service>,
    unknown: Unknown,
}

/// Services of unknown types at the end of a parsed token, kept as they are so that its signature
/// still verifies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Unknown {
    count: u16,
    bytes: Vec<u8>,
}

impl AccessToken2 {
    /// A token with one service. `salt` only keeps two tokens of one second apart; any number is
    /// legal.
    #[must_use]
    pub fn new(app_id: AppId, issued_at: UnixTime, ttl: Ttl, salt: u32, service: Service) -> Self {
        Self {
            app_id,
            issued_at,
            expire: ttl.as_secs(),
            salt,
            services: vec![service],
            unknown: Unknown::default(),
        }
    }

    /// The same token with one service more. The official builders sort by type and keep the
    /// order of services of one type, and so does this.
    #[must_use]
    pub fn with(mut self, service: Service) -> Self {
        let index = self.services.partition_point(|earlier| earlier.type_number() <= service.type_number());
        self.services.insert(index, service);
        self
    }

    /// The project.
    #[must_use]
    pub fn app_id(&self) -> AppId {
        self.app_id
    }

    /// When it was issued.
    #[must_use]
    pub fn issued_at(&self) -> UnixTime {
        self.issued_at
    }

    /// Seconds from the issue to the end. In a parsed token it may be anything.
    #[must_use]
    pub fn expire(&self) -> u32 {
        self.expire
    }

    /// When it ends.
    #[must_use]
    pub fn expires_at(&self) -> UnixTime {
        self.issued_at.plus(self.expire)
    }

    /// The salt.
    #[must_use]
    pub fn salt(&self) -> u32 {
        self.salt
    }

    /// The services, in the order of the token.
    #[must_use]
    pub fn services(&self) -> &[Service] {
        &self.services
    }

    /// How many services, at the end of a parsed token, are of types that this version does not
    /// know.
    #[must_use]
    pub fn unknown_services(&self) -> u16 {
        self.unknown.count
    }

    /// The token as text, signed.
    ///
    /// # Panics
    /// With more than 65,535 services, which the format cannot hold.
    #[must_use]
    pub fn build(&self, certificate: &AppCertificate) -> String {
        let mut payload = Vec::with_capacity(512);
        pack::bytes(&mut payload, &[0; SIGNATURE_BYTES]);
        let signed_from = payload.len();
        self.pack(&mut payload);
        let signature = self.mac(certificate, &payload[signed_from..]).finalize().into_bytes();
        payload[signed_from - SIGNATURE_BYTES..signed_from].copy_from_slice(&signature);

        let compressed = deflate::zlib(&payload);
        let mut token = String::with_capacity(VERSION.len() + compressed.len().div_ceil(3) * 4);
        token.push_str(VERSION);
        STANDARD.encode_string(compressed, &mut token);
        token
    }

    /// A token of anybody's making. Nothing is verified but its form; see
    /// [`UnverifiedAccessToken2::verify`].
    pub fn parse(token: &str) -> Result<UnverifiedAccessToken2, ParseError> {
        let encoded = token.strip_prefix(VERSION).ok_or(ParseError::Version)?;
        let compressed = STANDARD.decode(encoded).map_err(|_| ParseError::Base64)?;
        let payload = inflate::zlib(&compressed)?;
        let mut reader = Reader::new(&payload);
        let signature = reader.bytes()?.to_vec();
        let signed = reader.rest().to_vec();
        let token = Self::unpack(reader)?;
        Ok(UnverifiedAccessToken2 { token, signature, signed })
    }

    fn pack(&self, out: &mut Vec<u8>) {
        pack::bytes(out, self.app_id.as_str().as_bytes());
        pack::u32(out, self.issued_at.as_secs());
        pack::u32(out, self.expire);
        pack::u32(out, self.salt);
        pack::count(out, self.services.len() + usize::from(self.unknown.count));
        for service in &self.services {
            service.pack(out);
        }
        out.extend_from_slice(&self.unknown.bytes);
    }

    fn unpack(mut reader: Reader<'_>) -> Result<Self, ParseError> {
        let app_id = std::str::from_utf8(reader.bytes()?).map_err(|_| ParseError::NotUtf8)?;
        let app_id = app_id.parse().map_err(ParseError::AppId)?;
        let issued_at = UnixTime::from_secs(reader.u32()?);
        let expire = reader.u32()?;
        let salt = reader.u32()?;
        let count = reader.u16()?;
        let mut services = Vec::new();
        let mut unknown = Unknown::default();
        for read in 0..count {
            if let Some(service) = Service::parse(&mut reader)? {
                services.push(service);
            } else {
                unknown = Unknown { count: count - read, bytes: reader.rest().to_vec() };
                break;
            }
        }
        if unknown.count == 0 && !reader.rest().is_empty() {
            return Err(ParseError::TrailingBytes(reader.rest().len()));
        }
        Ok(Self { app_id, issued_at, expire, salt, services, unknown })
    }

    fn mac(&self, certificate: &AppCertificate, signed: &[u8]) -> Hmac<Sha256> {
        let issue_key =
            hmac(&self.issued_at.as_secs().to_le_bytes()).chain_update(certificate.expose_secret());
        let signing_key = hmac(&self.salt.to_le_bytes()).chain_update(issue_key.finalize().into_bytes());
        hmac(&signing_key.finalize().into_bytes()).chain_update(signed)
    }
}

/// A parsed 007 token with the signature that it came with, which may be anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnverifiedAccessToken2 {
    token: AccessToken2,
    signature: Vec<u8>,
    signed: Vec<u8>,
}

impl UnverifiedAccessToken2 {
    /// What it says. Nothing of it is to be believed before [`Self::verify`].
    #[must_use]
    pub fn token(&self) -> &AccessToken2 {
        &self.token
    }

    /// Whether it was signed with `certificate`. Unknown services are covered. Takes the same
    /// time wherever a wrong signature differs.
    #[must_use]
    pub fn verify(&self, certificate: &AppCertificate) -> bool {
        self.token.mac(certificate, &self.signed).verify_slice(&self.signature).is_ok()
    }

    /// The signature.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// The bytes that were compressed, packed anew: the same that were parsed.
    #[must_use]
    pub fn repack(&self) -> Vec<u8> {
        let mut payload = Vec::new();
        pack::bytes(&mut payload, &self.signature);
        self.token.pack(&mut payload);
        payload
    }
}

fn hmac(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes a key of any length")
}
