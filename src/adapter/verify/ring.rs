//! The verifier of the local server and Lambda: `ring`, which TLS brings in any case.

use ::ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RsaPublicKeyComponents, UnparsedPublicKey,
    VerificationAlgorithm,
};

use crate::api::{Step, Verifying};
use crate::auth::{Algorithm, KeyMaterial, PublicKey};

/// Verifies the signature of a JWT, and answers its step.
pub(crate) fn step(jws: Verifying<'_>) -> Step<'_> {
    if is_valid(jws.algorithm(), jws.key(), jws.message(), jws.signature()) {
        jws.valid()
    } else {
        jws.invalid()
    }
}

/// Whether `signature` is the key's over `message`.
#[must_use]
pub fn is_valid(algorithm: Algorithm, key: &PublicKey, message: &[u8], signature: &[u8]) -> bool {
    let point = |curve: &'static dyn VerificationAlgorithm, point: &[u8]| {
        UnparsedPublicKey::new(curve, point).verify(message, signature).is_ok()
    };
    match (algorithm, key.material()) {
        (Algorithm::Es256, KeyMaterial::P256(p256)) => point(&ECDSA_P256_SHA256_FIXED, p256),
        (Algorithm::Es384, KeyMaterial::P384(p384)) => point(&ECDSA_P384_SHA384_FIXED, p384),
        (Algorithm::EdDsa, KeyMaterial::Ed25519(ed25519)) => point(&ED25519, ed25519),
        (_, KeyMaterial::Rsa { n, e }) => {
            let parameters = match algorithm {
                Algorithm::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
                Algorithm::Rs384 => &RSA_PKCS1_2048_8192_SHA384,
                Algorithm::Rs512 => &RSA_PKCS1_2048_8192_SHA512,
                Algorithm::Ps256 => &RSA_PSS_2048_8192_SHA256,
                Algorithm::Ps384 => &RSA_PSS_2048_8192_SHA384,
                Algorithm::Ps512 => &RSA_PSS_2048_8192_SHA512,
                Algorithm::Es256
                | Algorithm::Es384
                | Algorithm::EdDsa
                | Algorithm::Hs256
                | Algorithm::Hs384
                | Algorithm::Hs512 => return false,
            };
            RsaPublicKeyComponents { n, e }.verify(parameters, message, signature).is_ok()
        }
        (_, KeyMaterial::P256(_) | KeyMaterial::P384(_) | KeyMaterial::Ed25519(_)) => false,
    }
}
