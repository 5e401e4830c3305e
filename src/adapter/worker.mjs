// The Worker's entry point. It calls Rust once for a request, with its head as one text and its body, and once more for
// each operation that the request waits for. Each object and each call of the platform costs some microseconds for a
// request; with `worker`'s own conversions, some fifty of them, a request took more than twice as long.

import Rust from "../../build/index.js";
import { beginningOf, host, isRemote, operation } from "./worker/host.mjs";

/**
 * An instance of worker-build's class, whose proxies start Rust anew after a panic. It keeps nothing of a request, so one
 * serves for all; as the Worker's own export it would be made for each request.
 */
let rust;

/** Responses without a body, by the text of their status and headers, which many answers share. */
const heads = new Map();
const MAX_HEADS = 100;

/**
 * The number of the last request. Restarting Rust after a panic does not reset it, so an operation of a request before
 * that never resumes one of the same number behind it.
 */
let requests = 0;

export default {
  fetch(request, env, context) {
    rust ??= start(new Rust(context, env));
    const head = headOf(request);
    const id = ++requests;
    const asked = { id, context, began: Date.now(), metrics: env.METRICS };
    const answer = (body, isTooLarge) =>
      // The time when the body is there: a credential may expire while it arrives.
      responseTo(rust.answer(id, Date.now() / 1000, env, host, head, body, isTooLarge), asked);
    const declared = request.headers.get("content-length");
    if (declared === null) {
      if (request.body === null) return answer(EMPTY, false);
      return beginningOf(request.body, rust.maxBodyBytes).then(
        (bytes) => answer(bytes, false),
        () => answer(undefined, false),
      );
    }
    if (Number(declared) > rust.maxBodyBytes) return answer(undefined, true);
    return request.arrayBuffer().then(
      (bytes) => answer(new Uint8Array(bytes), false),
      () => answer(undefined, false),
    );
  },
};

const EMPTY = new Uint8Array();

/** Its methods, which a proxy would make anew for each call, and what never changes. */
function start(instance) {
  return {
    answer: instance.answer,
    resume: instance.resume,
    headersRead: instance.headersRead,
    maxBodyBytes: instance.maxBodyBytes(),
    headers: undefined,
  };
}

/**
 * Method, path and query, and the name and value of each header that is read, one a line: a value cannot hold a line
 * break. The configuration decides which headers are read. The first request, which reads it, passes on all.
 */
function headOf({ method, url, headers }) {
  // The first slash behind those of https:// is the path's.
  let head = `${method}\n${url.slice(url.indexOf("/", 8))}`;
  rust.headers ??= rust.headersRead()?.split("\n");
  // A preflight names further headers in one of its own.
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

/**
 * The response that Rust answers with, after every operation that it waits for. A remote one continues if the client
 * hangs up, since other requests may wait for the same key set.
 */
function responseTo(answer, asked) {
  if (answer !== undefined) return responseOf(answer, asked);
  const goesOn = isRemote();
  const response = operation().then(
    (outcome) => responseTo(rust.resume(asked.id, outcome), asked),
    () => responseTo(rust.resume(asked.id), asked),
  );
  if (goesOn) asked.context.waitUntil(response);
  return response;
}

/**
 * The response of an answer: log line if any, what is counted, request id, status, each header's name and value, an empty
 * line, the body.
 */
function responseOf(answer, { began, metrics }) {
  const line = answer.indexOf("\n");
  const counted = answer.indexOf("\n", line + 1);
  const id = answer.indexOf("\n", counted + 1);
  const end = answer.indexOf("\n\n", id);
  if (line > 0) console.log(answer.slice(0, line));
  if (metrics !== undefined) count(metrics, answer.slice(line + 1, counted), Date.now() - began);
  const init = initOf(answer.slice(id + 1, end));
  init.headers.set("x-request-id", answer.slice(counted + 1, id));
  // A text has a Content-Length; a stream has none.
  return new Response(answer.slice(end + 2) || null, init);
}

/** A data point of Analytics Engine. No request fails with it. */
function count(metrics, outcome, milliseconds) {
  const [route, ...blobs] = outcome.split("\t");
  try {
    metrics.writeDataPoint({ indexes: [route], blobs, doubles: [milliseconds / 1000] });
  } catch (error) {
    console.error(`METRICS: ${error.message}; bind an Analytics Engine dataset`);
  }
}

function initOf(head) {
  let init = heads.get(head);
  if (!init) {
    const [status, ...fields] = head.split("\n");
    init = new Response(null, { status: Number(status) });
    for (let i = 0; i < fields.length; i += 2) init.headers.append(fields[i], fields[i + 1]);
    if (heads.size >= MAX_HEADS) heads.clear();
    heads.set(head, init);
  }
  return init;
}
