//! The verifier of Workers: Web Crypto, by way of `subtle.mjs`.

use std::cell::RefCell;
use std::sync::{Arc, Weak};

use worker::wasm_bindgen::JsValue;

use crate::adapter::worker::host::Host;
use crate::api::Verifying;
use crate::auth::{Algorithm, PublicKey};

/// Several key sets of several keys each. More come only from an issuer that changes its keys all
/// the time.
const MAX_KEYS: usize = 64;

thread_local! {
    static KEYS: RefCell<Vec<Imported>> = const { RefCell::new(Vec::new()) };
}

/// A key that Web Crypto has imported.
struct Imported {
    algorithm: Algorithm,
    thumbprint: [u8; 32],
    /// Gone once no key set and no configuration holds the key.
    key: Weak<PublicKey>,
    handle: JsValue,
}

/// Whether the signature is the key's over the message.
pub(crate) async fn is_valid(host: &Host, jws: &Verifying<'_>) -> bool {
    match key(host, jws.algorithm(), jws.key()).await {
        Some(key) => host.verify(&key, jws.signature(), jws.message()).await,
        None => false,
    }
}

/// The key as Web Crypto has it, imported once.
async fn key(host: &Host, algorithm: Algorithm, key: &Arc<PublicKey>) -> Option<JsValue> {
    if let Some(handle) = KEYS.with_borrow_mut(|keys| imported(keys, algorithm, key)) {
        return Some(handle);
    }
    let handle = host.import_key(algorithm.name(), &key.jwk()).await?;
    KEYS.with_borrow_mut(|keys| {
        if keys.len() >= MAX_KEYS {
            keys.clear();
        }
        let thumbprint = *key.thumbprint();
        keys.push(Imported { algorithm, thumbprint, key: Arc::downgrade(key), handle: handle.clone() });
    });
    Some(handle)
}

fn imported(keys: &mut Vec<Imported>, algorithm: Algorithm, key: &Arc<PublicKey>) -> Option<JsValue> {
    let is_same = |one: &&mut Imported| one.algorithm == algorithm && one.thumbprint == *key.thumbprint();
    let handle = keys.iter_mut().find(is_same).map(|found| {
        // A key set that was fetched again holds the same key anew.
        found.key = Arc::downgrade(key);
        found.handle.clone()
    });
    keys.retain(|one| one.key.strong_count() > 0);
    handle
}
