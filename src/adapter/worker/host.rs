//! What `host.mjs` does for a request, such as a fetch. Each of its functions begins one operation;
//! [`outcome`] waits for it.

use std::cell::Cell;
use std::future::poll_fn;
use std::task::Poll;

use bytes::Bytes;
use worker::Env;
use worker::js_sys::Uint8Array;
use worker::wasm_bindgen::prelude::wasm_bindgen;
use worker::wasm_bindgen::{JsCast, JsValue};

use crate::fetch::{Fetch, FetchError};

#[wasm_bindgen]
extern "C" {
    /// The object that `host.mjs` exports.
    pub type Host;

    #[wasm_bindgen(method, js_name = fetch)]
    fn begin_fetch(
        this: &Host,
        url: &str,
        header: Option<&str>,
        value: Option<&str>,
        timeout_ms: u32,
        max_bytes: usize,
    );

    #[wasm_bindgen(method, js_name = importKey)]
    fn begin_import(this: &Host, algorithm: &str, jwk: &str);

    #[wasm_bindgen(method, js_name = verify)]
    fn begin_verify(this: &Host, key: &JsValue, signature: &[u8], message: &[u8]);

    #[wasm_bindgen(method, js_name = limit)]
    fn begin_limit(this: &Host, env: &Env, binding: &str, caller: &str);

    #[wasm_bindgen(method, js_name = secret)]
    fn begin_secret(this: &Host, env: &Env, binding: &str);
}

thread_local! {
    static OUTCOME: Cell<Option<JsValue>> = const { Cell::new(None) };
}

/// Hands in the outcome of the operation for which the request waited that continues now.
pub(super) fn deliver(outcome: JsValue) {
    OUTCOME.set(Some(outcome));
}

/// Waits for the operation that was begun last; `undefined` if it failed.
async fn outcome() -> JsValue {
    poll_fn(|_| OUTCOME.take().map_or(Poll::Pending, Poll::Ready)).await
}

impl Host {
    /// The body of a response with status 200.
    pub(super) async fn fetch(&self, fetch: &Fetch) -> Result<Bytes, FetchError> {
        let (header, value) = fetch.header.as_ref().map(|(name, value)| (*name, value.as_str())).unzip();
        let timeout_ms = u32::try_from(fetch.timeout.as_millis()).unwrap_or(u32::MAX);
        self.begin_fetch(&fetch.url, header, value, timeout_ms, fetch.max_bytes);
        let outcome = outcome().await;
        if let Some(body) = outcome.dyn_ref::<Uint8Array>() {
            return Ok(body.to_vec().into());
        }
        let failure = outcome.as_string().unwrap_or_default();
        Err(match failure.as_str() {
            "timed out" => FetchError::TimedOut,
            "too large" => FetchError::TooLarge,
            status => status.parse().map_or(FetchError::Unreachable, FetchError::Status),
        })
    }

    /// The key as Web Crypto has it, unless it cannot be one.
    pub(in crate::adapter) async fn import_key(&self, algorithm: &str, jwk: &str) -> Option<JsValue> {
        self.begin_import(algorithm, jwk);
        Some(outcome().await).filter(JsValue::is_object)
    }

    /// Whether the signature is the key's over the message.
    pub(in crate::adapter) async fn verify(&self, key: &JsValue, signature: &[u8], message: &[u8]) -> bool {
        self.begin_verify(key, signature, message);
        outcome().await == JsValue::TRUE
    }

    /// Whether a rate-limiting binding lets this caller go on. One that fails does.
    pub(super) async fn is_within_limit(&self, env: &Env, binding: &str, caller: &str) -> bool {
        self.begin_limit(env, binding, caller);
        outcome().await != JsValue::FALSE
    }

    /// The value of a binding to the Secrets Store. Bound to anything else, or to nothing, it has none.
    pub(super) async fn secret(&self, env: &Env, binding: &str) -> Option<String> {
        self.begin_secret(env, binding);
        outcome().await.as_string()
    }
}
