//! `AccessToken2`, version 007.
//!
//! ```text
//! token        = "007" base64( zlib( STR(signature) signing_info ) )
//! signing_info = STR(app_id) U32 issue_ts U32 expire U32 salt U16 n_services service*
//! service      = U16 type U16 n_privileges ( U16 privilege U32 expire )* payload
//! signing_key  = HMAC-SHA256( U32 salt, HMAC-SHA256( U32 issue_ts, app_certificate ) )
//! signature    = HMAC-SHA256( signing_key, signing_info )
//! ```
//! Integers are little-endian. `STR` is a 16-bit length and that many bytes. The first argument of
//! an HMAC is its key. All lifetimes are in seconds from `issue_ts`. Source: `AgoraIO/Tools` at
//! da06bfb8, `DynamicKey/AgoraDynamicKey/go/src/accesstoken2/accesstoken.go`.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::error::{InvalidSignature, ParseError};
use super::pack::{self, Reader};
use super::project::{AppCertificate, AppId};
use super::service::Service;
use super::{deflate, inflate};
use crate::time::{Ttl, UnixTime};

const VERSION: &str = "007";
const SIGNATURE_BYTES: usize = 32;

/// A 007 token: one that is to be signed, or one whose signature is verified.
///
/// ```
/// use agora_token_server::time::{Ttl, UnixTime};
/// use agora_token_server::token::{AccessToken2, Project, RtcPrivileges, Service};
///
/// let project = Project::public_test();
/// let (now, salt, ttl) = (UnixTime::from_secs(1_700_000_000), 12_345, Ttl::HOUR);
/// let service = Service::rtc(&"room-1".parse()?, &42.into(), RtcPrivileges::publisher(ttl.into()));
/// let token = AccessToken2::new(project.app_id(), now, ttl, salt, service);
///
/// assert_eq!(token.expires_at(), UnixTime::from_secs(1_700_003_600));
/// assert!(token.build(project.certificate()).starts_with("007"));
/// # Ok::<(), agora_token_server::token::NameError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessToken2 {
    app_id: AppId,
    issued_at: UnixTime,
    expire: u32,
    salt: u32,
    services: Vec<Service>,
    unknown: Unknown,
}

/// The services from the first unknown type on. Their bytes are kept, since the signature covers them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Unknown {
    count: u16,
    bytes: Vec<u8>,
}

impl AccessToken2 {
    /// A token with one service. Draw `salt` at random: it keeps two tokens of the same second apart.
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

    /// Adds a service. Services are sorted by type; those of one type keep their order, as in the
    /// official builders.
    #[must_use]
    pub fn with(mut self, service: Service) -> Self {
        let index = self.services.partition_point(|earlier| earlier.type_number() <= service.type_number());
        self.services.insert(index, service);
        self
    }

    /// The App ID of the project.
    #[must_use]
    pub fn app_id(&self) -> AppId {
        self.app_id
    }

    /// The issue time.
    #[must_use]
    pub fn issued_at(&self) -> UnixTime {
        self.issued_at
    }

    /// The lifetime in seconds from the issue. A verified token can hold any value.
    #[must_use]
    pub fn expire(&self) -> u32 {
        self.expire
    }

    /// When the token expires: its issue time plus its lifetime.
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

    /// The number of services from the first unknown type on. They cannot be read.
    #[must_use]
    pub fn unknown_services(&self) -> u16 {
        self.unknown.count
    }

    /// Signs the token and writes it as text.
    ///
    /// # Panics
    /// If the token has more than 65,535 services, which the format cannot hold.
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
        if unknown.count == 0 {
            reader.end()?;
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

/// A parsed 007 token whose signature is unchecked. Trust its content only after [`Self::verify`].
///
/// ```
/// use agora_token_server::token::{Project, UnverifiedAccessToken2};
/// # use agora_token_server::{time::{Ttl, UnixTime}, token::{AccessToken2, Service}};
/// # let project = Project::public_test();
/// # let new = AccessToken2::new(project.app_id(), UnixTime::from_secs(1), Ttl::HOUR, 1, Service::stt());
/// # let text = new.build(project.certificate());
///
/// let unverified: UnverifiedAccessToken2 = text.parse()?;
/// let token = unverified.verify(Project::public_test().certificate())?;
/// assert_eq!(token.services()[0].name(), "stt");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct UnverifiedAccessToken2 {
    token: AccessToken2,
    signature: Vec<u8>,
    signed: Vec<u8>,
}

impl UnverifiedAccessToken2 {
    /// The token, if `certificate` signed it. The signature covers unknown services too. The
    /// comparison takes constant time.
    ///
    /// # Errors
    /// [`InvalidSignature`] if another certificate signed it, or its content was changed.
    pub fn verify(&self, certificate: &AppCertificate) -> Result<AccessToken2, InvalidSignature> {
        match self.token.mac(certificate, &self.signed).verify_slice(&self.signature) {
            Ok(()) => Ok(self.token.clone()),
            Err(_) => Err(InvalidSignature),
        }
    }

    /// The App ID of the project.
    #[must_use]
    pub fn app_id(&self) -> AppId {
        self.token.app_id()
    }

    /// The issue time.
    #[must_use]
    pub fn issued_at(&self) -> UnixTime {
        self.token.issued_at()
    }

    /// The lifetime in seconds from the issue. Any value is possible.
    #[must_use]
    pub fn expire(&self) -> u32 {
        self.token.expire()
    }

    /// When the token expires: its issue time plus its lifetime.
    #[must_use]
    pub fn expires_at(&self) -> UnixTime {
        self.token.expires_at()
    }

    /// The salt.
    #[must_use]
    pub fn salt(&self) -> u32 {
        self.token.salt()
    }

    /// The services, in the order of the token.
    #[must_use]
    pub fn services(&self) -> &[Service] {
        self.token.services()
    }

    /// The number of services from the first unknown type on. They cannot be read.
    #[must_use]
    pub fn unknown_services(&self) -> u16 {
        self.token.unknown_services()
    }

    /// The signature.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// The bytes before compression, packed again: the same bytes that were parsed.
    #[must_use]
    pub fn repack(&self) -> Vec<u8> {
        let mut payload = Vec::new();
        pack::bytes(&mut payload, &self.signature);
        self.token.pack(&mut payload);
        payload
    }
}

impl FromStr for UnverifiedAccessToken2 {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let encoded = text.strip_prefix(VERSION).ok_or(ParseError::Version)?;
        let compressed = STANDARD.decode(encoded).map_err(|_| ParseError::Base64)?;
        let payload = inflate::zlib(&compressed)?;
        let mut reader = Reader::new(&payload);
        let signature = reader.bytes()?.to_vec();
        let signed = reader.rest().to_vec();
        let token = AccessToken2::unpack(reader)?;
        Ok(Self { token, signature, signed })
    }
}

/// Without the signature: with it, the output would be the credential.
impl fmt::Debug for UnverifiedAccessToken2 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnverifiedAccessToken2").field("token", &self.token).finish_non_exhaustive()
    }
}

fn hmac(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes a key of any length")
}
