//! `AccessToken`, version 006: the format for SDKs that predate 007.
//!
//! ```text
//! token     = "006" app_id base64( STR(signature) U32 crc32(channel) U32 crc32(uid) STR(m) )
//! m         = U32 salt U32 ts U16 n ( U16 privilege U32 expire )*
//! signature = HMAC-SHA256( app_certificate, app_id channel uid m )
//! ```
//! All times are absolute; `ts` is the expiry of the token. The token holds channel and uid only as
//! CRC-32, so verification needs both. Source: `AgoraIO/Tools` at da06bfb8,
//! `DynamicKey/AgoraDynamicKey/python3/src/AccessToken.py`.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::error::{InvalidSignature, ParseError};
use super::name::{ChannelName, UserId};
use super::pack::{self, Reader};
use super::privilege::RtcPrivileges;
use super::project::{AppCertificate, AppId};
use super::text::Text;
use super::uid::Uid;
use crate::time::{Ttl, UnixTime};

const VERSION: &str = "006";

/// Agora's number of the one privilege of an RTM token.
const RTM_LOGIN: u16 = 1000;

/// A 006 token: one that is to be signed, or one whose signature is verified.
///
/// ```
/// use agora_token_server::time::UnixTime;
/// use agora_token_server::token::{AccessToken, Project, RtcPrivileges};
///
/// let project = Project::public_test();
/// let (now, salt) = (UnixTime::from_secs(1_700_000_000), 12_345);
/// let expiry = AccessToken::official_expiry(now);
/// let join = RtcPrivileges::subscriber(now.plus(3600));
/// let token = AccessToken::rtc(project.app_id(), salt, expiry, &"room-1".parse()?, &42.into(), join);
/// assert!(token.build(project.certificate()).starts_with("006"));
/// # Ok::<(), agora_token_server::token::NameError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessToken {
    app_id: AppId,
    channel: Text,
    uid: Text,
    message: Message,
}

/// The part of a 006 token that is readable without its names.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Message {
    salt: u32,
    expires_at: UnixTime,
    privileges: Vec<(u16, UnixTime)>,
}

impl AccessToken {
    /// An RTC token. The official builders set `expires_at` to [`Self::official_expiry`] and limit the
    /// use of a token by its privileges.
    #[must_use]
    pub fn rtc(
        app_id: AppId,
        salt: u32,
        expires_at: UnixTime,
        channel: &ChannelName,
        uid: &Uid,
        privileges: RtcPrivileges<UnixTime>,
    ) -> Self {
        let privileges = privileges.pairs().collect();
        Self {
            app_id,
            channel: channel.into(),
            uid: uid.into(),
            message: Message { salt, expires_at, privileges },
        }
    }

    /// An RTM token. The user can sign in until `login`.
    #[must_use]
    pub fn rtm(app_id: AppId, salt: u32, expires_at: UnixTime, user_id: &UserId, login: UnixTime) -> Self {
        Self {
            app_id,
            channel: user_id.into(),
            uid: Text::empty(),
            message: Message { salt, expires_at, privileges: vec![(RTM_LOGIN, login)] },
        }
    }

    /// The expiry that the official builders give every 006 token: 24 hours from `now`.
    #[must_use]
    pub fn official_expiry(now: UnixTime) -> UnixTime {
        now.plus(Ttl::MAX.as_secs())
    }

    /// The App ID of the project.
    #[must_use]
    pub fn app_id(&self) -> AppId {
        self.app_id
    }

    /// The RTC channel, or the user ID of an RTM token.
    #[must_use]
    pub fn channel(&self) -> &str {
        self.channel.as_str()
    }

    /// The uid or user account. It is empty for uid 0 and in an RTM token.
    #[must_use]
    pub fn uid(&self) -> &str {
        self.uid.as_str()
    }

    /// The salt.
    #[must_use]
    pub fn salt(&self) -> u32 {
        self.message.salt
    }

    /// When the token expires.
    #[must_use]
    pub fn expires_at(&self) -> UnixTime {
        self.message.expires_at
    }

    /// Agora's numbers of the privileges with their expiries, in the order of the token. An expiry of 0
    /// means that the privilege expires with the token.
    #[must_use]
    pub fn privileges(&self) -> &[(u16, UnixTime)] {
        &self.message.privileges
    }

    /// Signs the token and writes it as text.
    #[must_use]
    pub fn build(&self, certificate: &AppCertificate) -> String {
        let mut message = Vec::with_capacity(64);
        self.message.pack(&mut message);
        let (channel, uid) = (self.channel.as_str(), self.uid.as_str());
        let signature = mac(certificate, self.app_id, channel, uid, &message).finalize().into_bytes();
        let mut payload = Vec::with_capacity(128);
        pack::bytes(&mut payload, &signature);
        pack::u32(&mut payload, crc32fast::hash(channel.as_bytes()));
        pack::u32(&mut payload, crc32fast::hash(uid.as_bytes()));
        pack::bytes(&mut payload, &message);

        let mut token = String::from(VERSION);
        token.push_str(self.app_id.as_str());
        STANDARD.encode_string(payload, &mut token);
        token
    }
}

impl Message {
    fn pack(&self, out: &mut Vec<u8>) {
        pack::u32(out, self.salt);
        pack::u32(out, self.expires_at.as_secs());
        pack::count(out, self.privileges.len());
        for (privilege, expiry) in &self.privileges {
            pack::u16(out, *privilege);
            pack::u32(out, expiry.as_secs());
        }
    }

    fn parse(packed: &[u8]) -> Result<Self, ParseError> {
        let mut reader = Reader::new(packed);
        let salt = reader.u32()?;
        let expires_at = UnixTime::from_secs(reader.u32()?);
        let privileges = reader.list(|reader| Ok((reader.u16()?, UnixTime::from_secs(reader.u32()?))))?;
        reader.end()?;
        Ok(Self { salt, expires_at, privileges })
    }
}

/// A parsed 006 token whose signature is unchecked. Trust its content only after [`Self::verify`].
///
/// ```
/// use agora_token_server::token::{Project, UnverifiedAccessToken};
/// # use agora_token_server::{time::UnixTime, token::{AccessToken, RtcPrivileges}};
/// # let project = Project::public_test();
/// # let (expiry, channel) = (UnixTime::from_secs(1), "room-1".parse()?);
/// # let join = RtcPrivileges::subscriber(expiry);
/// # let new = AccessToken::rtc(project.app_id(), 1, expiry, &channel, &42.into(), join);
/// # let text = new.build(project.certificate());
///
/// let unverified: UnverifiedAccessToken = text.parse()?;
/// let token = unverified.verify(Project::public_test().certificate(), "room-1", "42")?;
/// assert_eq!(token.channel(), "room-1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct UnverifiedAccessToken {
    pub(super) app_id: AppId,
    pub(super) signature: Vec<u8>,
    pub(super) crc_channel: u32,
    pub(super) crc_uid: u32,
    pub(super) packed: Vec<u8>,
    message: Message,
}

impl UnverifiedAccessToken {
    /// The token, if `certificate` signed it for `channel` and `uid`. Pass an empty `uid` for uid 0.
    /// An RTM token has its user ID as `channel` and an empty `uid`. The comparison of the signature
    /// takes constant time.
    ///
    /// # Errors
    /// [`InvalidSignature`] if the certificate, the channel or the uid is another, or if the content
    /// was changed.
    pub fn verify(
        &self,
        certificate: &AppCertificate,
        channel: &str,
        uid: &str,
    ) -> Result<AccessToken, InvalidSignature> {
        let mac = mac(certificate, self.app_id, channel, uid, &self.packed);
        if mac.verify_slice(&self.signature).is_err()
            || !self.matches_channel(channel)
            || !self.matches_uid(uid)
        {
            return Err(InvalidSignature);
        }
        let text = |name: &str| name.parse().map_err(|_| InvalidSignature);
        Ok(AccessToken {
            app_id: self.app_id,
            channel: text(channel)?,
            uid: text(uid)?,
            message: self.message.clone(),
        })
    }

    /// The App ID of the project.
    #[must_use]
    pub fn app_id(&self) -> AppId {
        self.app_id
    }

    /// When the token expires.
    #[must_use]
    pub fn expires_at(&self) -> UnixTime {
        self.message.expires_at
    }

    /// Agora's numbers of the privileges with their expiries, in the order of the token. An expiry of 0
    /// means that the privilege expires with the token.
    #[must_use]
    pub fn privileges(&self) -> &[(u16, UnixTime)] {
        &self.message.privileges
    }

    /// The name of a privilege of this format, if the number is known.
    #[must_use]
    pub fn privilege_name(privilege: u16) -> Option<&'static str> {
        Some(match privilege {
            1 => "joinChannel",
            2 => "publishAudioStream",
            3 => "publishVideoStream",
            4 => "publishDataStream",
            RTM_LOGIN => "login",
            _ => return None,
        })
    }

    /// Whether this is an RTM token. Its channel is the user ID, and its uid is empty.
    #[must_use]
    pub fn is_rtm(&self) -> bool {
        self.privileges().iter().any(|(privilege, _)| *privilege == RTM_LOGIN)
    }

    /// The CRC-32 of the channel (of an RTM token: its user ID) and of the uid.
    #[must_use]
    pub fn checksums(&self) -> (u32, u32) {
        (self.crc_channel, self.crc_uid)
    }

    /// Whether `channel` has the CRC-32 of the token's channel (of an RTM token: its user ID). One
    /// in 2^32 other names has it too.
    #[must_use]
    pub fn matches_channel(&self, channel: &str) -> bool {
        self.crc_channel == crc32fast::hash(channel.as_bytes())
    }

    /// Whether `uid` has the CRC-32 of the token's uid. Pass an empty text for uid 0.
    #[must_use]
    pub fn matches_uid(&self, uid: &str) -> bool {
        self.crc_uid == crc32fast::hash(uid.as_bytes())
    }

    /// The token as text, packed again: the same text that was parsed.
    #[must_use]
    pub fn repack(&self) -> String {
        let mut message = Vec::new();
        self.message.pack(&mut message);
        let mut payload = Vec::new();
        pack::bytes(&mut payload, &self.signature);
        pack::u32(&mut payload, self.crc_channel);
        pack::u32(&mut payload, self.crc_uid);
        pack::bytes(&mut payload, &message);
        format!("{VERSION}{}{}", self.app_id, STANDARD.encode(payload))
    }
}

impl FromStr for UnverifiedAccessToken {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let rest = text.strip_prefix(VERSION).ok_or(ParseError::Version)?;
        let (app_id, encoded) = rest.split_at_checked(32).ok_or(ParseError::CutOff)?;
        let app_id = app_id.parse().map_err(ParseError::AppId)?;
        let payload = STANDARD.decode(encoded).map_err(|_| ParseError::Base64)?;
        let mut reader = Reader::new(&payload);
        let signature = reader.bytes()?.to_vec();
        let crc_channel = reader.u32()?;
        let crc_uid = reader.u32()?;
        let packed = reader.bytes()?.to_vec();
        reader.end()?;
        let message = Message::parse(&packed)?;
        Ok(Self { app_id, signature, crc_channel, crc_uid, packed, message })
    }
}

/// Without the signature: with it, the output would be the credential.
impl fmt::Debug for UnverifiedAccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnverifiedAccessToken").field("message", &self.message).finish_non_exhaustive()
    }
}

fn mac(
    certificate: &AppCertificate,
    app_id: AppId,
    channel: &str,
    uid: &str,
    message: &[u8],
) -> Hmac<Sha256> {
    Hmac::new_from_slice(certificate.expose_secret())
        .expect("HMAC takes a key of any length")
        .chain_update(app_id.as_str())
        .chain_update(channel)
        .chain_update(uid)
        .chain_update(message)
}
