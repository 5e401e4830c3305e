// The operations that Rust begins while it answers a request. Each leaves its promise in `begun`. Rust returns at once, so
// the entry point finds there the promise of its own request. A rejected promise is an operation that failed.

import { importKey, verify } from "../verify/subtle.mjs";

let begun;
let remote;

/** The promise of the operation that was begun last. */
export const operation = () => begun;

/** Whether that operation waits for another machine. */
export const isRemote = () => remote;

/** Nothing may be thrown through Rust's frames: it would count as a panic. */
function begin(isRemote, operate) {
  remote = isRemote;
  try {
    begun = operate();
  } catch (error) {
    begun = Promise.reject(error);
  }
}

export const host = {
  fetch(url, header, value, timeoutMs, maxBytes) {
    const headers = header === undefined ? [] : [[header, value]];
    begin(true, () => bodyOf(url, headers, AbortSignal.timeout(timeoutMs), maxBytes));
  },
  importKey(algorithm, jwk) {
    begin(false, () => importKey(algorithm, jwk));
  },
  // The views are of Rust's memory; Web Crypto copies what they show before it returns.
  verify(key, signature, message) {
    begin(false, () => verify(key, signature, message));
  },
  limit(env, binding, caller) {
    begin(true, async () => (await env[binding].limit({ key: caller })).success);
  },
  secret(env, binding) {
    begin(true, async () => env[binding]?.get?.());
  },
};

/** The bytes of a response with status 200, read no further than is needed to see that there are too many; else why not. */
async function bodyOf(url, headers, signal, maxBytes) {
  try {
    const response = await fetch(url, { headers, redirect: "manual", signal });
    if (response.status !== 200) return String(response.status);
    const bytes = await beginningOf(response.body ?? [], maxBytes);
    return bytes.length > maxBytes ? "too large" : bytes;
  } catch {
    return signal.aborted ? "timed out" : "unreachable";
  }
}

/** The bytes of a stream, read no further than is needed to see that there are more than `max`. */
export async function beginningOf(stream, max) {
  const chunks = [];
  let length = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > max) break;
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
