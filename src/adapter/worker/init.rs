//! The state by which worker-build's JavaScript starts Rust anew after a panic, as its crate `worker` has it.

#![expect(unreachable_pub, reason = "wasm-bindgen takes public functions only")]

use std::panic;

use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue, handler};

#[wasm_bindgen(inline_js = "export const state = { criticalError: false, instanceId: 0 };")]
extern "C" {
    type InitState;

    #[wasm_bindgen(thread_local_v2, js_name = state)]
    static STATE: InitState;

    #[wasm_bindgen(method, setter, js_name = criticalError)]
    fn set_critical_error(this: &InitState, is_critical: bool);

    #[wasm_bindgen(method, getter, js_name = instanceId)]
    fn instance_id(this: &InitState) -> u32;

    #[wasm_bindgen(method, setter, js_name = instanceId)]
    fn set_instance_id(this: &InitState, id: u32);
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console)]
    fn error(label: &str, error: &JsValue);
}

#[wasm_bindgen(start, private)]
fn init() {
    panic::set_hook(Box::new(|info| {
        error("Critical", &JsError::new(&format!("Rust panic: {info}")).into());
        STATE.with(|state| state.set_critical_error(true));
    }));
    STATE.with(|state| state.set_instance_id(state.instance_id() + 1));
    handler::set_on_abort(handler::schedule_reinit);
}

/// The state. The shim of worker-build reads it under this name.
#[wasm_bindgen(js_name = "__worker_init_state")]
#[must_use]
pub fn state() -> JsValue {
    STATE.with(|state| state.into())
}
