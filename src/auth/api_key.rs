//! API keys: one for each backend, configured as SHA-256, so that reading the configuration does
//! not give a key away.

use std::fmt;

use base16ct::{HexDisplay, mixed};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use subtle::{ConditionallySelectable, ConstantTimeEq};

use super::caller::Caller;
use super::grants::{BadGrants, Grants};
use super::identity::Identity;
use crate::json::{self, Excerpt, NotAnObject};
use crate::variables::{Reader, var};

/// Generated keys have 47 characters. Longer ones are rejected before they are hashed, so that hashing cannot
/// be made to cost anything.
const MAX_KEY_BYTES: usize = 256;

/// SHA-256 of the empty text: the hash of an unset shell variable.
const HASH_OF_NOTHING: [u8; 32] = [
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27,
    0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
];

/// The keys of `API_KEYS`, with the limits of `API_KEY_GRANTS`.
pub struct ApiKeys(Vec<Entry>);

struct Entry {
    name: String,
    sha256: [u8; 32],
    grants: Option<Grants>,
    identity: Identity,
}

impl ApiKeys {
    /// The keys of `API_KEYS`, with their limits.
    pub(super) fn from_variables(reader: &mut Reader<'_>) -> Option<Self> {
        let Some(text) = reader.get(var!("API_KEYS")) else {
            reader.missing(var!("API_KEYS"), "expected name:sha256-hex of each key with AUTH=api-key");
            return None;
        };
        let keys = reader.checked(var!("API_KEYS"), Self::parse(&text))?;
        let Some(grants) = reader.get(var!("API_KEY_GRANTS")) else { return Some(keys) };
        reader.checked(var!("API_KEY_GRANTS"), keys.with_grants(&grants))
    }

    /// Parses `name:sha256-hex` entries, separated by commas; spaces around an entry do not count.
    ///
    /// # Errors
    /// Every bad entry, by its number.
    pub fn parse(text: &str) -> Result<Self, Vec<BadApiKeyEntry>> {
        let mut entries = Vec::new();
        let mut bad = Vec::new();
        for (number, entry) in (1..).zip(text.split(',')) {
            match Entry::parse(entry.trim_ascii(), &entries) {
                Ok(entry) => entries.push(entry),
                Err(fault) => bad.push(BadApiKeyEntry { number, fault }),
            }
        }
        if bad.is_empty() { Ok(Self(entries)) } else { Err(bad) }
    }

    /// The same keys, limited by the JSON object of `API_KEY_GRANTS`: the name of a key, and its grants
    /// as a JWT has them.
    ///
    /// # Errors
    /// Every bad entry, by the name of its key.
    pub fn with_grants(mut self, text: &str) -> Result<Self, Vec<BadKeyGrants>> {
        let limits = json::read_unique(text.as_bytes()).map_err(|error| vec![BadKeyGrants::Json(error)])?;
        let mut bad = Vec::new();
        for (name, value) in limits.object().members() {
            let Some(entry) = self.0.iter_mut().find(|entry| entry.name == name) else {
                bad.push(BadKeyGrants::UnknownKey(name.into()));
                continue;
            };
            match Grants::parse(value) {
                Ok((grants, identity)) => {
                    entry.grants = Some(grants);
                    entry.identity = identity.unwrap_or(Identity::Free);
                }
                Err(fault) => bad.push(BadKeyGrants::Grants(name.to_owned(), fault)),
            }
        }
        if bad.is_empty() { Ok(self) } else { Err(bad) }
    }

    /// The caller whose key this is. Every entry is compared, in constant time, so that the time
    /// taken reveals nothing about any of them.
    pub(super) fn caller(&self, key: &str) -> Option<Caller> {
        if key.len() > MAX_KEY_BYTES {
            return None;
        }
        let sha256: [u8; 32] = Sha256::digest(key).into();
        let mut found = 0_u32;
        for (place, entry) in (1..).zip(&self.0) {
            found.conditional_assign(&place, entry.sha256.ct_eq(&sha256));
        }
        let index = usize::try_from(found).ok()?.checked_sub(1)?;
        self.0.get(index).map(Entry::caller)
    }

    /// The name of each key and its limits.
    pub(super) fn grants(&self) -> impl Iterator<Item = (&str, Option<&Grants>)> {
        self.0.iter().map(|entry| (entry.name.as_str(), entry.grants.as_ref()))
    }

    /// The caller whose key has this name, for explaining the configuration.
    pub(super) fn named(&self, name: &str) -> Option<Caller> {
        self.0.iter().find(|entry| entry.name == name).map(Entry::caller)
    }
}

impl fmt::Debug for ApiKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKeys")?;
        f.debug_list().entries(self.0.iter().map(|entry| &entry.name)).finish()
    }
}

impl Entry {
    fn caller(&self) -> Caller {
        let caller = Caller::api_key(&self.name);
        Caller { grants: self.grants.clone(), identity: self.identity.clone(), ..caller }
    }

    fn parse(text: &str, before: &[Self]) -> Result<Self, ApiKeyFault> {
        if text.is_empty() {
            return Err(ApiKeyFault::Empty);
        }
        let (name, digits) = text.split_once(':').ok_or(ApiKeyFault::NoColon)?;
        if !is_name(name) {
            return Err(ApiKeyFault::Name);
        }
        let mut sha256 = [0; 32];
        let read = mixed::decode(digits, &mut sha256).map(<[u8]>::len);
        if read != Ok(sha256.len()) {
            return Err(ApiKeyFault::Hash { characters: digits.chars().count() });
        }
        if sha256 == HASH_OF_NOTHING {
            return Err(ApiKeyFault::HashOfNothing);
        }
        for (number, other) in (1..).zip(before) {
            if other.name == name {
                return Err(ApiKeyFault::NameOf { number });
            }
            if other.sha256 == sha256 {
                return Err(ApiKeyFault::KeyOf { number });
            }
        }
        Ok(Self { name: name.to_owned(), sha256, grants: None, identity: Identity::Free })
    }
}

/// An invalid entry of `API_KEYS`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadApiKeyEntry {
    /// Which, counted from 1.
    pub number: usize,
    /// What is wrong with it.
    pub fault: ApiKeyFault,
}

/// What is wrong with an entry of `API_KEYS`. Never holds any of its text: it may be a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiKeyFault {
    /// Nothing between two commas, or nothing at all.
    Empty,
    /// No colon, so perhaps a bare key or a bare hash.
    NoColon,
    /// A name of other characters or length.
    Name,
    /// Not 64 hexadecimal digits behind the colon.
    Hash {
        /// How many characters there are.
        characters: usize,
    },
    /// The hash of the empty text.
    HashOfNothing,
    /// The same name as an earlier entry.
    NameOf {
        /// Which, counted from 1.
        number: usize,
    },
    /// The same hash as an earlier entry, under another name.
    KeyOf {
        /// Which, counted from 1.
        number: usize,
    },
}

impl fmt::Display for BadApiKeyEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "entry {}: {}", self.number, self.fault)
    }
}

impl fmt::Display for ApiKeyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("expected name:sha256-hex, got an empty entry"),
            Self::NoColon => f.write_str("expected name:sha256-hex, got no colon"),
            Self::Name => f.write_str("name: expected 1 to 64 letters, digits, dots, hyphens or underscores"),
            Self::Hash { characters } => {
                write!(f, "expected 64 hexadecimal digits after the colon, got {characters} characters")
            }
            Self::HashOfNothing => f.write_str("expected the hash of a key, got that of an empty text"),
            Self::NameOf { number } => write!(f, "name: entry {number} has the same"),
            Self::KeyOf { number } => write!(f, "key: entry {number} has the same"),
        }
    }
}

impl std::error::Error for BadApiKeyEntry {}

/// What is wrong with `API_KEY_GRANTS`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadKeyGrants {
    /// Not a JSON object with unique names.
    Json(NotAnObject),
    /// A name that is not in `API_KEYS`.
    UnknownKey(Excerpt<'static>),
    /// Grants that are invalid.
    Grants(String, BadGrants),
}

impl fmt::Display for BadKeyGrants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(error) => error.fmt(f),
            Self::UnknownKey(name) => write!(f, "expected names of API_KEYS, got {name}"),
            Self::Grants(name, bad) => write!(f, "{name}: {bad}"),
        }
    }
}

impl std::error::Error for BadKeyGrants {}

/// A new key: the secret for the caller, and the entry for the server.
pub struct NewApiKey {
    key: String,
    entry: String,
}

impl NewApiKey {
    /// A key of the given 32 random bytes under `name`; `None` if `name` is invalid.
    #[must_use]
    pub fn from_random(name: &str, random: [u8; 32]) -> Option<Self> {
        if !is_name(name) {
            return None;
        }
        // The prefix lets secret scanners find a key that was committed. There is no dot in it,
        // so that it is never taken for a JWT.
        let key = format!("ats_{}", URL_SAFE_NO_PAD.encode(random));
        let entry = format!("{name}:{:x}", HexDisplay(&Sha256::digest(&key)));
        Some(Self { key, entry })
    }

    /// The key. Shown once, stored nowhere.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        &self.key
    }

    /// The entry for `API_KEYS`.
    #[must_use]
    pub fn entry(&self) -> &str {
        &self.entry
    }
}

impl fmt::Debug for NewApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewApiKey([redacted])")
    }
}

fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
}
