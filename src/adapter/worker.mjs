// The Worker's entry point. Rust is called once for a request: it takes the head and the body as they came, and says all
// that is to be done. Each object of the platform's that is made for a request costs some microseconds, and so does each
// call to one; with `worker`'s own conversions, some fifty of them, a request took more than twice as long.

import Rust from "../../build/index.js";
import * as subtle from "./verify/subtle.mjs";

/**
 * worker-build's class, whose proxies start Rust again after a panic. As the Worker's own export it would be made anew for
 * each request; it keeps nothing of one, so that this one serves for all.
 */
let rust;

/** What is made of the same status and headers again and again, by their text. */
const heads = new Map();
const MOST_HEADS = 100;

export default {
  fetch(request, env, context) {
    rust ??= start(new Rust(context, env));
    const head = headOf(request);
    const body = bodyOf(request);
    if (body === null) return responseTo(env, head, EMPTY);
    return body.then(
      (bytes) => responseTo(env, head, new Uint8Array(bytes)),
      () => responseTo(env, head, undefined),
    );
  },
};

const EMPTY = new Uint8Array();

/** Its methods, which a proxy would make anew for each call, and what they say once and for all. */
function start(instance) {
  return {
    answer: instance.answer,
    headersRead: instance.headersRead,
    longest: instance.longestBody(),
    headers: undefined,
  };
}

/**
 * Method, path and query, and the headers that are read, name and value: none of them can hold a line break. Which headers
 * those are, the configuration says, which the first request reads: that one passes on all.
 */
function headOf({ method, url, headers }) {
  // The first slash behind those of https:// is the path's.
  let head = `${method}\n${url.slice(url.indexOf("/", 8))}`;
  rust.headers ??= rust.headersRead()?.split("\n");
  // A preflight names in a header of its own what it wants to send.
  if (rust.headers === undefined || method === "OPTIONS") {
    for (const [name, value] of headers) head += `\n${name}\n${value}`;
    return head;
  }
  for (const name of rust.headers) {
    const value = headers.get(name);
    if (value !== null) head += `\n${name}\n${value}`;
  }
  return head;
}

/** A promise of the body, or null where there is none. It is broken where the body is cut off, or declared too long. */
function bodyOf(request) {
  const declared = request.headers.get("content-length");
  if (declared === null) return request.body && beginningOf(request.body);
  return Number(declared) <= rust.longest ? request.arrayBuffer() : Promise.reject();
}

/** The bytes of a stream, read no further than is needed to see that there are too many. */
async function beginningOf(stream) {
  const chunks = [];
  let length = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > rust.longest) break;
  }
  return new Blob(chunks).arrayBuffer();
}

function responseTo(env, head, body) {
  const answer = rust.answer(env, head, body, subtle);
  return typeof answer === "string" ? responseOf(answer) : answer.then(responseOf);
}

/** Rust's answer: a line for the log or an empty one, the request's id, then status and headers by line, an empty line, the body. */
function responseOf(answer) {
  const [line, id] = [answer.indexOf("\n"), answer.indexOf("\n", answer.indexOf("\n") + 1)];
  const end = answer.indexOf("\n\n", id);
  if (line > 0) console.log(answer.slice(0, line));
  const init = initOf(answer.slice(id + 1, end));
  init.headers.set("x-request-id", answer.slice(line + 1, id));
  // Text has a Content-Length; a stream would have none.
  return new Response(answer.slice(end + 2) || null, init);
}

function initOf(head) {
  let init = heads.get(head);
  if (!init) {
    const [status, ...fields] = head.split("\n");
    init = new Response(null, { status: Number(status) });
    for (let i = 0; i < fields.length; i += 2) init.headers.append(fields[i], fields[i + 1]);
    if (heads.size >= MOST_HEADS) heads.clear();
    heads.set(head, init);
  }
  return init;
}
