//! Public keys that JWTs are verified with: their form and size.
//!
//! The platform verifies signatures, not code compiled into the handler. So a key is checked here as
//! far as form and size go; both verifiers check that a point is on its curve.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::algorithm::Algorithm;

/// NIST SP 800-131A: less than 2,048 bits is not acceptable. No provider uses more than 4,096.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;

/// How many PEM keys a rotation needs: the one in use and the next.
pub(super) const MAX_PEM_KEYS: usize = 2;

/// A public key of valid form and size.
#[derive(PartialEq, Eq)]
pub struct PublicKey {
    material: KeyMaterial,
    thumbprint: [u8; 32],
}

/// What a public key is made of. Numbers are big-endian, without leading zeros.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyMaterial {
    /// An odd modulus of 2,048 to 4,096 bits, and an odd exponent from 3 to 2³² − 1.
    Rsa {
        /// The modulus.
        n: Vec<u8>,
        /// The exponent.
        e: Vec<u8>,
    },
    /// A point, SEC 1 §2.3.3: 4, then x and y of 32 bytes each.
    P256([u8; 65]),
    /// A point, SEC 1 §2.3.3: 4, then x and y of 48 bytes each.
    P384([u8; 97]),
    /// A point, RFC 8032 §5.1.2, that is not of small order.
    Ed25519([u8; 32]),
}

impl PublicKey {
    /// # Errors
    /// If the material does not match [`KeyMaterial`], as far as that can be checked without
    /// arithmetic.
    pub fn new(material: KeyMaterial) -> Result<Self, BadKey> {
        match &material {
            KeyMaterial::Rsa { n, e } => {
                let bits = match n.first() {
                    Some(first) => n.len() * 8 - usize::try_from(first.leading_zeros()).unwrap_or(0),
                    None => 0,
                };
                if !RSA_BITS.contains(&bits) {
                    return Err(BadKey::RsaBits);
                }
                let is_odd = |number: &[u8]| number.last().is_some_and(|last| last % 2 == 1);
                // What both verifiers import.
                let is_exponent = is_odd(e) && e.len() <= 4 && e.as_slice() != [1] && e[0] != 0;
                if !is_odd(n) || n[0] == 0 || !is_exponent {
                    return Err(BadKey::Malformed);
                }
                if is_roca(n) {
                    return Err(BadKey::Roca);
                }
            }
            KeyMaterial::P256([4, ..]) | KeyMaterial::P384([4, ..]) => {}
            KeyMaterial::P256(_) | KeyMaterial::P384(_) => return Err(BadKey::Malformed),
            KeyMaterial::Ed25519(point) => {
                let mut y = *point;
                y[31] &= 0x7f;
                // Under a point of small order one signature fits many messages.
                if SMALL_ORDER.contains(&y) {
                    return Err(BadKey::Malformed);
                }
            }
        }
        let thumbprint = Sha256::digest(jwk_of(&material)).into();
        Ok(Self { material, thumbprint })
    }

    /// What it is made of.
    #[must_use]
    pub fn material(&self) -> &KeyMaterial {
        &self.material
    }

    /// Its JWK with the required members alone, in their order: RFC 7638 §3.2.
    #[must_use]
    pub fn jwk(&self) -> String {
        jwk_of(&self.material)
    }

    /// SHA-256 of [`Self::jwk`], RFC 7638.
    #[must_use]
    pub fn thumbprint(&self) -> &[u8; 32] {
        &self.thumbprint
    }

    /// What it can verify, the default first.
    #[must_use]
    pub fn algorithms(&self) -> &'static [Algorithm] {
        match self.material {
            KeyMaterial::Rsa { .. } => &[
                Algorithm::Rs256,
                Algorithm::Rs384,
                Algorithm::Rs512,
                Algorithm::Ps256,
                Algorithm::Ps384,
                Algorithm::Ps512,
            ],
            KeyMaterial::P256(_) => &[Algorithm::Es256],
            KeyMaterial::P384(_) => &[Algorithm::Es384],
            KeyMaterial::Ed25519(_) => &[Algorithm::EdDsa],
        }
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", URL_SAFE_NO_PAD.encode(self.thumbprint))
    }
}

/// Why a key cannot be used. Never holds any of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadKey {
    /// Not a PEM public key of a known type.
    NotSpki,
    /// More than two PEM keys.
    TooManyKeys,
    /// A PEM private key, which this server must not have.
    Private,
    /// A JWK with its private part, with which every client of the key set can sign.
    Published,
    /// An RSA key of too few or too many bits.
    RsaBits,
    /// An RSA key that can be factored, CVE-2017-15361.
    Roca,
    /// Numbers that are missing, not strict base64url, or no key.
    Malformed,
    /// A secret of so many bytes.
    SecretTooShort {
        /// How many.
        bytes: usize,
        /// How many its algorithm needs.
        min: usize,
    },
    /// A PEM text given as the secret.
    SecretIsPem,
    /// `oct`: a secret, which has no place in a published key set.
    Symmetric,
    /// Another `kty` or `crv`.
    OtherType,
    /// A `use` or `key_ops` that does not allow verifying.
    OtherUse,
    /// An algorithm that this key is not used with.
    OtherAlgorithm,
}

impl fmt::Display for BadKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSpki => {
                f.write_str("expected a PEM public key (BEGIN PUBLIC KEY) of RSA, P-256, P-384 or Ed25519")
            }
            Self::TooManyKeys => write!(f, "expected at most {MAX_PEM_KEYS} PEM keys"),
            Self::Private => f.write_str("expected a public key, got a private key"),
            Self::Published => f.write_str("a key with its private part; replace it, it is public"),
            Self::RsaBits => {
                write!(f, "expected an RSA key of {} to {} bits", RSA_BITS.start(), RSA_BITS.end())
            }
            Self::Roca => f.write_str("an RSA key that can be factored (CVE-2017-15361); replace it"),
            Self::Malformed => f.write_str("a malformed key"),
            Self::SecretTooShort { bytes, min } => {
                write!(f, "expected a secret of at least {min} bytes, got {bytes}")
            }
            Self::SecretIsPem => f.write_str("expected a secret, got a PEM key; set JWT_PUBLIC_KEY instead"),
            Self::Symmetric => f.write_str("a secret (oct); replace it, it is public"),
            Self::OtherType => f.write_str("expected RSA, P-256, P-384 or Ed25519, got another type"),
            Self::OtherUse => f.write_str("a key that is not for verifying"),
            Self::OtherAlgorithm => f.write_str("an algorithm that the key is not for"),
        }
    }
}

/// Whether a chip of Infineon's made the key: modulo each small prime, such a modulus is a power of
/// 65537. Source: Nemec and others, "The Return of Coppersmith's Attack", CCS 2017, §4.
fn is_roca(n: &[u8]) -> bool {
    const PRIMES: [u32; 38] = [
        3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101,
        103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
    ];
    PRIMES.iter().all(|prime| {
        let residue = n.iter().fold(0, |residue, byte| (residue * 256 + u32::from(*byte)) % prime);
        let powers = std::iter::successors(Some(1), |power| Some(power * 65537 % prime));
        let order = usize::try_from(*prime).unwrap_or(usize::MAX);
        powers.take(order).any(|power| power == residue)
    })
}

/// The y of every point of order 1, 2, 4 and 8, in each of its encodings; the sign of x is masked.
/// Source: the blocklist of libsodium's `ge25519_has_small_order`.
const SMALL_ORDER: [[u8; 32]; 7] = [
    // 0 (order 4)
    [0; 32],
    // 1 (order 1)
    [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    // Order 8
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5,
        0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ],
    // Order 8
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a,
        0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ],
    // p − 1 (order 2)
    near_p(0xec),
    // p, which is 0
    near_p(0xed),
    // p + 1, which is 1
    near_p(0xee),
];

const fn near_p(low: u8) -> [u8; 32] {
    let mut y = [0xff; 32];
    y[0] = low;
    y[31] = 0x7f;
    y
}

fn jwk_of(material: &KeyMaterial) -> String {
    let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let ec = |crv, point: &[u8]| {
        let (x, y) = point[1..].split_at(point.len() / 2);
        format!(r#"{{"crv":"{crv}","kty":"EC","x":"{}","y":"{}"}}"#, text(x), text(y))
    };
    match material {
        KeyMaterial::Rsa { n, e } => format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, text(e), text(n)),
        KeyMaterial::P256(point) => ec("P-256", point),
        KeyMaterial::P384(point) => ec("P-384", point),
        KeyMaterial::Ed25519(x) => format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, text(x)),
    }
}
