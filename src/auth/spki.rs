//! Public keys in PEM: RFC 7468 around the `SubjectPublicKeyInfo` of RFC 5280 §4.1, in DER.
//!
//! A reader of these three shapes alone. DER has one encoding for a value, so a length that is longer
//! than it need be, or a byte too many, is an error.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::public_key::{BadKey, KeyMaterial};

const BEGIN: &str = "-----BEGIN PUBLIC KEY-----";
const END: &str = "-----END PUBLIC KEY-----";

/// 1.2.840.113549.1.1.1, RFC 3279 §2.3.1.
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
/// 1.2.840.10045.2.1, RFC 5480 §2.1.1.
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
/// 1.2.840.10045.3.1.7, RFC 5480 §2.1.1.1.
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
/// 1.3.132.0.34, RFC 5480 §2.1.1.1.
const P384: &[u8] = &[0x2b, 0x81, 4, 0, 34];
/// 1.3.101.112, RFC 8410 §3.
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const NULL: u8 = 0x05;
const OBJECT_IDENTIFIER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;

/// The public keys of concatenated PEM blocks. `\n` in two characters counts as a line break, because
/// many consoles keep no line breaks in a variable.
pub(super) fn read_pem(text: &str) -> Result<Vec<KeyMaterial>, BadKey> {
    let text = text.replace("\\n", "\n");
    if text.contains("PRIVATE KEY") {
        return Err(BadKey::Private);
    }
    let mut rest = text.trim_ascii();
    let mut keys = Vec::new();
    while !rest.is_empty() {
        let (base64, after) =
            rest.strip_prefix(BEGIN).and_then(|rest| rest.split_once(END)).ok_or(BadKey::NotSpki)?;
        let base64: String = base64.split_ascii_whitespace().collect();
        let der = STANDARD.decode(base64).map_err(|_| BadKey::NotSpki)?;
        keys.push(read_der(&der).ok_or(BadKey::NotSpki)?);
        rest = after.trim_ascii_start();
    }
    if keys.is_empty() { Err(BadKey::NotSpki) } else { Ok(keys) }
}

/// The key in a `SubjectPublicKeyInfo`.
fn read_der(der: &[u8]) -> Option<KeyMaterial> {
    let mut info = Der(Der(der).only(SEQUENCE)?);
    let mut algorithm = Der(info.next(SEQUENCE)?);
    // The first byte of a bit string counts the unused bits of its last byte.
    let key = info.next(BIT_STRING)?.strip_prefix(&[0])?;
    info.end()?;
    let material = match algorithm.next(OBJECT_IDENTIFIER)? {
        RSA => {
            algorithm.next(NULL)?.is_empty().then_some(())?;
            let mut numbers = Der(Der(key).only(SEQUENCE)?);
            let (n, e) = (positive(numbers.next(INTEGER)?)?, positive(numbers.next(INTEGER)?)?);
            numbers.end()?;
            KeyMaterial::Rsa { n, e }
        }
        EC => match algorithm.next(OBJECT_IDENTIFIER)? {
            P256 => KeyMaterial::P256(key.try_into().ok()?),
            P384 => KeyMaterial::P384(key.try_into().ok()?),
            _ => return None,
        },
        ED25519 => KeyMaterial::Ed25519(key.try_into().ok()?),
        _ => return None,
    };
    algorithm.end()?;
    Some(material)
}

/// A positive integer without the zero that keeps its first bit from being a sign.
fn positive(integer: &[u8]) -> Option<Vec<u8>> {
    match integer {
        [0, rest @ ..] => rest.first().is_some_and(|first| first & 0x80 != 0).then(|| rest.to_vec()),
        [first, ..] => (first & 0x80 == 0).then(|| integer.to_vec()),
        [] => None,
    }
}

/// What is left to read.
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// The contents of the next value, which has this tag.
    fn next(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (found, rest) = self.0.split_first()?;
        let (length, rest) = match rest {
            [short @ 0..=0x7f, rest @ ..] => (usize::from(*short), rest),
            [0x81, length @ 0x80..=0xff, rest @ ..] => (usize::from(*length), rest),
            [0x82, high @ 1..=0xff, low, rest @ ..] => (usize::from(u16::from_be_bytes([*high, *low])), rest),
            _ => return None,
        };
        let (contents, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        (*found == tag).then_some(contents)
    }

    /// The contents of the one value.
    fn only(mut self, tag: u8) -> Option<&'a [u8]> {
        let contents = self.next(tag)?;
        self.end()?;
        Some(contents)
    }

    fn end(self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}
