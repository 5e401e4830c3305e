//! The verifier of Workers: Web Crypto, through `subtle.mjs`.

use std::cell::RefCell;
use std::sync::{Arc, Weak};

use worker::js_sys::Promise;
use worker::js_sys::futures::JsFuture;
use worker::wasm_bindgen::JsValue;
use worker::wasm_bindgen::prelude::wasm_bindgen;

use crate::api::Verifying;
use crate::auth::{Algorithm, PublicKey};

#[wasm_bindgen]
extern "C" {
    /// The module `subtle.mjs`.
    pub type Subtle;

    #[wasm_bindgen(method, catch, js_name = importKey)]
    fn import_key(this: &Subtle, algorithm: &str, jwk: &str) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn verify(this: &Subtle, key: &JsValue, signature: &[u8], message: &[u8]) -> Result<Promise, JsValue>;
}

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
pub(crate) async fn is_valid(subtle: &Subtle, jws: &Verifying<'_>) -> bool {
    let Some(key) = key(subtle, jws.algorithm(), jws.key()).await else { return false };
    let Ok(verified) = subtle.verify(&key, jws.signature(), jws.message()) else { return false };
    JsFuture::from(verified).await.is_ok_and(|is_valid| is_valid == JsValue::TRUE)
}

/// The key as Web Crypto has it, imported once.
async fn key(subtle: &Subtle, algorithm: Algorithm, key: &Arc<PublicKey>) -> Option<JsValue> {
    if let Some(handle) = KEYS.with_borrow_mut(|keys| imported(keys, algorithm, key)) {
        return Some(handle);
    }
    let handle = JsFuture::from(subtle.import_key(algorithm.name(), &key.jwk()).ok()?).await.ok()?;
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
