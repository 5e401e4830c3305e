//! `AccessToken`, version 006: the older format, for old SDKs.
//!
//! ```text
//! token     = "006" app_id base64( STR(signature) U32 crc32(channel) U32 crc32(uid) STR(m) )
//! m         = U32 salt U32 ts U16 n ( U16 privilege U32 expire )*
//! signature = HMAC-SHA256( app_certificate, app_id channel uid m )
//! ```
//! Every time is absolute; `ts` is the token's own end. Channel and uid are in it only as CRC-32, so
//! verifying one needs both. Source: `AgoraIO/Tools` at da06bfb8,
//! `DynamicKey/AgoraDynamicKey/python3/src/AccessToken.py`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::ParseError;
use super::name::{ChannelName, Text, Uid, UserId};
use super::pack::{self, Reader};
use super::privilege::RtcPrivileges;
use super::project::{AppCertificate, AppId};
use crate::time::{Ttl, UnixTime};

/// Agora's number of the one privilege of an RTM token.
const RTM_LOGIN: u16 = 1000;

/// An 006 token before it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessToken {
    app_id: AppId,
    channel: Text,
    uid: Text,
    message: Message,
}

/// What an 006 token holds in plain sight.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Message {
    salt: u32,
    expires_at: UnixTime,
    privileges: Vec<(u16, UnixTime)>,
}

impl AccessToken {
    /// An RTC token. `expires_at` is the token's own end, which the official builders put at
    /// [`Self::official_end`]; what limits its use are the privileges.
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

    /// An RTM token: signing in until `login`.
    #[must_use]
    pub fn rtm(app_id: AppId, salt: u32, expires_at: UnixTime, user_id: &UserId, login: UnixTime) -> Self {
        Self {
            app_id,
            channel: user_id.into(),
            uid: Text::empty(),
            message: Message { salt, expires_at, privileges: vec![(RTM_LOGIN, login)] },
        }
    }

    /// 24 hours from `now`: the end that the official builders give to every 006 token.
    #[must_use]
    pub fn official_end(now: UnixTime) -> UnixTime {
        now.plus(Ttl::MAX.as_secs())
    }

    /// The token as text, signed.
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

        let mut token = String::from("006");
        token.push_str(self.app_id.as_str());
        STANDARD.encode_string(payload, &mut token);
        token
    }

    /// A token of anybody's making. Nothing is verified but its form; see
    /// [`UnverifiedAccessToken::verify`].
    pub fn parse(token: &str) -> Result<UnverifiedAccessToken, ParseError> {
        let rest = token.strip_prefix("006").ok_or(ParseError::Version)?;
        let (app_id, encoded) = rest.split_at_checked(32).ok_or(ParseError::CutOff)?;
        let app_id = app_id.parse().map_err(ParseError::AppId)?;
        let payload = STANDARD.decode(encoded).map_err(|_| ParseError::Base64)?;
        let mut reader = Reader::new(&payload);
        let signature = reader.bytes()?.to_vec();
        let crc_channel = reader.u32()?;
        let crc_uid = reader.u32()?;
        let packed = reader.bytes()?.to_vec();
        match reader.rest().len() {
            0 => {}
            bytes => return Err(ParseError::TrailingBytes(bytes)),
        }
        let message = Message::parse(&packed)?;
        Ok(UnverifiedAccessToken { app_id, signature, crc_channel, crc_uid, packed, message })
    }
}

impl Message {
    fn pack(&self, out: &mut Vec<u8>) {
        pack::u32(out, self.salt);
        pack::u32(out, self.expires_at.as_secs());
        pack::count(out, self.privileges.len());
        for (privilege, end) in &self.privileges {
            pack::u16(out, *privilege);
            pack::u32(out, end.as_secs());
        }
    }

    fn parse(packed: &[u8]) -> Result<Self, ParseError> {
        let mut reader = Reader::new(packed);
        let salt = reader.u32()?;
        let expires_at = UnixTime::from_secs(reader.u32()?);
        let privileges = reader.list(|reader| Ok((reader.u16()?, UnixTime::from_secs(reader.u32()?))))?;
        match reader.rest().len() {
            0 => Ok(Self { salt, expires_at, privileges }),
            bytes => Err(ParseError::TrailingBytes(bytes)),
        }
    }
}

/// A parsed 006 token with the signature that it came with, which may be anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnverifiedAccessToken {
    app_id: AppId,
    signature: Vec<u8>,
    crc_channel: u32,
    crc_uid: u32,
    packed: Vec<u8>,
    message: Message,
}

impl UnverifiedAccessToken {
    /// The project.
    #[must_use]
    pub fn app_id(&self) -> AppId {
        self.app_id
    }

    /// The salt.
    #[must_use]
    pub fn salt(&self) -> u32 {
        self.message.salt
    }

    /// The token's own end.
    #[must_use]
    pub fn expires_at(&self) -> UnixTime {
        self.message.expires_at
    }

    /// Agora's numbers of the privileges and their ends, in the order of the token. A time of 0
    /// is Agora's "no end of its own".
    #[must_use]
    pub fn privileges(&self) -> &[(u16, UnixTime)] {
        &self.message.privileges
    }

    /// The name of a privilege of this format, where it has one.
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

    /// Whether it is an RTM token, whose `channel` is the user id and whose uid is empty.
    #[must_use]
    pub fn is_rtm(&self) -> bool {
        self.privileges().iter().any(|(privilege, _)| *privilege == RTM_LOGIN)
    }

    /// The CRC-32 of the channel (or, of RTM, the user) and of the uid that it was made for.
    #[must_use]
    pub fn checksums(&self) -> (u32, u32) {
        (self.crc_channel, self.crc_uid)
    }

    /// Whether it was made for a channel (or, of RTM, a user) of this CRC-32. One name in four
    /// thousand million other names has it too.
    #[must_use]
    pub fn matches_channel(&self, channel: &str) -> bool {
        self.crc_channel == crc32fast::hash(channel.as_bytes())
    }

    /// Whether it was made for a uid of this CRC-32; `""` is uid 0.
    #[must_use]
    pub fn matches_uid(&self, uid: &str) -> bool {
        self.crc_uid == crc32fast::hash(uid.as_bytes())
    }

    /// Whether it was signed with `certificate` for `channel` and `uid` (`""` for uid 0). Takes
    /// the same time wherever a wrong signature differs.
    #[must_use]
    pub fn verify(&self, certificate: &AppCertificate, channel: &str, uid: &str) -> bool {
        mac(certificate, self.app_id, channel, uid, &self.packed).verify_slice(&self.signature).is_ok()
            && self.matches_channel(channel)
            && self.matches_uid(uid)
    }

    /// The token as text again: the same that was parsed.
    #[must_use]
    pub fn repack(&self) -> String {
        let mut message = Vec::new();
        self.message.pack(&mut message);
        let mut payload = Vec::new();
        pack::bytes(&mut payload, &self.signature);
        pack::u32(&mut payload, self.crc_channel);
        pack::u32(&mut payload, self.crc_uid);
        pack::bytes(&mut payload, &message);
        format!("006{}{}", self.app_id, STANDARD.encode(payload))
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
