// The data points that the Worker writes to Analytics Engine for each request.
// `node tests/metrics/worker.mjs --worker DIR`
import assert from "node:assert/strict";
import { test } from "node:test";
import { APP_CERTIFICATE, APP_ID } from "../runtimes/lib/cases.mjs";
import { startIssuer, well } from "../runtimes/lib/failing-issuer.mjs";
import { underTest } from "../runtimes/lib/under-test.mjs";
import { startWorker } from "../runtimes/lib/worker.mjs";
import { startWorkerd } from "../runtimes/lib/workerd.mjs";

const { artefacts } = underTest({ worker: startWorkerd });
const OPEN = { APP_ID, APP_CERTIFICATE, AUTH: "none", ALLOWED_TOKEN_TYPES: "rtc" };
const BODY = { channel: "room-1", role: "publisher", uid: 42, expireTime: 60 };
const DELAY_MS = 500;

/** A dataset of this test, because workerd has none that can be read. */
const ENTRY = `import worker from "./worker.js";
const points = [];
const METRICS = { writeDataPoint: (point) => points.push(point) };
export default {
  fetch(request, env, context) {
    if (new URL(request.url).pathname === "/points") return Response.json(points.splice(0));
    return worker.fetch(request, { ...env, METRICS }, context);
  },
};
`;

test("each_request_is_one_data_point", async (t) => {
  const worker = await startWorkerd(artefacts, OPEN, { entry: ENTRY });
  t.after(() => worker.stop());
  for (const [request, index, blobs] of [
    [post("/token", BODY), "/token", ["200", "", "", "rtc"]],
    [post("/token", "{"), "/token", ["400", "malformed_json", "", ""]],
    [post("/token", { ...BODY, channel: "*" }), "/token", ["403", "forbidden", "wildcard", ""]],
    // The first of the two tokens is allowed.
    [get("/rte/room-1/1/uid/42"), "/rte/:channel/:role/:tokentype/:uid", ["403", "forbidden", "tokenType", ""]],
    [get("/rtc/room-1/1/uid/42"), "/rtc/:channel/:role/:tokentype/:uid", ["200", "", "", "rtc"]],
    [get("/room-1/secret"), "none", ["404", "not_found", "", ""]],
    // This request is not logged.
    [get("/healthz"), "/healthz", ["200", "", "", ""]],
    [{ path: "/token", init: { method: "OPTIONS" } }, "preflight", ["204", "", "", ""]],
  ]) {
    const answer = await fetch(worker.url + request.path, request.init);
    assert.equal(String(answer.status), blobs[0], await answer.text());
    const [point, ...others] = await (await fetch(`${worker.url}/points`)).json();
    assert.deepEqual([point.indexes, point.blobs, others], [[index], blobs, []]);
    assert.ok(point.doubles.length === 1 && point.doubles[0] >= 0 && point.doubles[0] < 5, point.doubles);
  }
});

test("duration_holds_the_wait_for_a_key_set_in_seconds", async (t) => {
  const issuer = await startIssuer((response) => setTimeout(() => well(response), DELAY_MS));
  t.after(() => issuer.stop());
  const worker = await startWorkerd(artefacts, { ...OPEN, ...issuer.env }, { entry: ENTRY });
  t.after(() => worker.stop());
  const { path, init } = post("/token", BODY);
  init.headers.Authorization = `Bearer ${issuer.token()}`;
  assert.equal((await fetch(worker.url + path, init)).status, 200);
  const [{ doubles }] = await (await fetch(`${worker.url}/points`)).json();
  assert.ok(doubles[0] >= DELAY_MS / 2000 && doubles[0] < 5, doubles);
});

test("dataset_of_wrangler_takes_data_points", async (t) => {
  const dataset = ["[[analytics_engine_datasets]]", 'binding = "METRICS"', 'dataset = "agora_token"'];
  const worker = await startWorker(artefacts, OPEN, { wrangler: dataset });
  const [answer] = await worker.send(sent("/token", BODY));
  assert.equal(answer.status, 200);
  const { logLines } = await worker.stop();
  assert.deepEqual(
    logLines.filter((line) => line.includes("METRICS")),
    [],
  );
  t.diagnostic(`${logLines.length} log lines`);
});

test("binding_that_takes_no_data_points_fails_no_request", async (t) => {
  const worker = await startWorkerd(artefacts, { ...OPEN, METRICS: "text" });
  t.after(() => worker.stop());
  const { path, init } = post("/token", BODY);
  assert.equal((await fetch(worker.url + path, init)).status, 200);
});

function post(path, value) {
  const body = typeof value === "string" ? value : JSON.stringify(value);
  return { path, init: { method: "POST", headers: { "Content-Type": "application/json" }, body } };
}

function get(path) {
  return { path, init: {} };
}

function sent(path, value) {
  const headers = { Host: "token.example.com", "Content-Type": "application/json" };
  return { method: "POST", path, headers, body: Buffer.from(JSON.stringify(value)) };
}
