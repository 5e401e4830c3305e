// The metrics of the local server, as others read them: prometheus_client's parser, Debian's Prometheus.
// `node tests/metrics/run.mjs --native BINARY [--python PYTHON] [--prometheus PROGRAM]`
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { APP_CERTIFICATE, APP_ID } from "../runtimes/lib/cases.mjs";
import { scratch, start } from "../runtimes/lib/children.mjs";
import { ISSUER, jwt, startIssuer } from "../runtimes/lib/issuer.mjs";
import { startNative } from "../runtimes/lib/native.mjs";
import { top, underTest } from "../runtimes/lib/under-test.mjs";

const { artefacts, options } = underTest(
  { native: startNative },
  { python: { type: "string", default: "python3" }, prometheus: { type: "string", default: "prometheus" } },
);
const ROOM = { channel: "room-1", role: "publisher", expireTime: 600 };
const KEY = "agora_metrics_0123456789abcdefghijklmnopqrstuvwxyz";
const DOWN = "https://down.example/";
const SCRAPES = 400;
const guide = readFileSync(join(top, "docs/operations.md"), "utf8");
let server;
let metrics;

before(async () => {
  const issuer = await startIssuer();
  const issuers = [
    { issuer: ISSUER, jwksUrl: `${issuer.origin}/native/good` },
    { issuer: DOWN, jwksUrl: `${issuer.origin}/native/down` },
  ].map((entry) => ({ ...entry, audience: "https://tokens.example", sharedUsers: true }));
  const port = await freePort();
  metrics = `http://127.0.0.1:${port}/metrics`;
  server = await startNative(artefacts, {
    APP_ID,
    APP_CERTIFICATE,
    AUTH: "api-key,jwt",
    API_KEYS: `backend:${sha256(KEY)}`,
    JWT_ISSUERS: JSON.stringify(issuers),
    ALLOWED_TOKEN_TYPES: "rtc,rtm,chat-user,chat-app,fpa,apaas-room-user,apaas-user,apaas-app,convoai,stt",
    METRICS_PORT: String(port),
  });
  await everySeries();
});
after(() => server?.stop());

test("parser_reads_the_documented_families", async () => {
  const found = families(await scrape());
  for (const [name, { type, labels }] of documented()) {
    assert.ok(found[name], `${name} is missing`);
    assert.deepEqual([found[name].type, found[name].labels], [type, labels], name);
  }
  assert.deepEqual(Object.keys(found).sort(), [...documented().keys()].sort());
});

test("key_sets_and_readiness_are_reported_for_each_issuer", async () => {
  const text = await scrape();
  assert.match(text, /^agora_token_ready 1$/m);
  assert.match(text, new RegExp(`^agora_token_key_set_age_seconds\\{issuer="${ISSUER}"\\} \\d+$`, "m"));
  assert.doesNotMatch(text, new RegExp(`key_set_age_seconds\\{issuer="${DOWN}"`));
  assert.match(text, new RegExp(`^agora_token_key_set_fetches_total\\{issuer="${ISSUER}",result="ok"\\} 1$`, "m"));
  assert.match(text, new RegExp(`^agora_token_key_set_fetches_total\\{issuer="${DOWN}",result="status"\\} 1$`, "m"));
});

test("scrape_of_all_series_costs_at_most_one_millisecond", async (t) => {
  const series = (await scrape()).split("\n").filter((line) => !line.startsWith("#")).length;
  const begin = cpuMs(server.pid);
  for (let sent = 0; sent < SCRAPES; sent += 1) await scrape();
  const each = (cpuMs(server.pid) - begin) / SCRAPES;
  t.diagnostic(`${each.toFixed(3)} ms of CPU for ${series} samples`);
  assert.ok(each <= 1, `${each} ms`);
});

test("prometheus_scrapes_the_server_as_documented", async () => {
  const [listen, target] = [await freePort(), new URL(metrics).host];
  const [, config] = guide.match(/```yaml\n(scrape_configs:.*?)```/s);
  const file = join(scratch, "prometheus.yml");
  writeFileSync(file, `global: { scrape_interval: 1s }\n${config.replace("127.0.0.1:9090", target)}`);
  const prometheus = start("prometheus", options.prometheus, [
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(scratch, "prometheus")}`,
    `--web.listen-address=127.0.0.1:${listen}`,
  ]);
  try {
    const query = async (expression) => {
      const url = `http://127.0.0.1:${listen}/api/v1/query?query=${encodeURIComponent(expression)}`;
      const answer = await fetch(url).catch(() => undefined);
      const { data } = (await answer?.json().catch(() => undefined)) ?? {};
      return data?.result?.[0]?.value[1];
    };
    await until(
      async () => (await query("up")) === "1",
      () => prometheus.output.stderr,
    );
    assert.equal(await query("agora_token_ready"), "1");
    assert.ok(Number(await query('sum(agora_token_issued_total{type="rtc"})')) >= 1);
    assert.ok(
      Number(await query("histogram_quantile(0.99, sum by (le) (agora_token_request_duration_seconds_bucket))")) > 0,
    );
  } finally {
    await prometheus.stop();
  }
});

test("server_without_metrics_port_listens_on_one_port", async () => {
  const plain = await startNative(artefacts, { APP_ID, APP_CERTIFICATE, AUTH: "none" });
  assert.equal((await fetch(`${plain.url}/metrics`)).status, 404);
  assert.equal(listeners(plain.pid), 1);
  assert.equal(listeners(server.pid), 2);
  await plain.stop();
});

/** Each route with each class of status that it can have, and each type of token. */
async function everySeries() {
  const { paths } = await (await fetch(`${server.url}/openapi.json`)).json();
  const key = { "X-API-Key": KEY, "Content-Type": "application/json" };
  const down = { Authorization: `Bearer ${jwt({ claims: { iss: DOWN } })}`, "Content-Type": "application/json" };
  const values = {
    role: "publisher",
    tokentype: "uid",
    uid: "7",
    agorauid: "7",
    rtmuid: "u",
    channel: "room-1",
    id: "u",
  };
  const bodies = [{ ...ROOM, uid: 7, ChannelName: "room-1", channelName: "room-1", user: "u", tokenType: "rtc" }, {}];
  for (const [pattern, methods] of Object.entries(paths)) {
    const path = pattern.replaceAll(/\{(\w+)\}/g, (_, name) => values[name] ?? "x");
    for (const method of Object.keys(methods).filter((name) => ["get", "post"].includes(name))) {
      const body = (value) => (method === "post" ? { body: JSON.stringify(value) } : {});
      for (const headers of [key, down, {}]) {
        for (const value of bodies) await fetch(server.url + path, { method, headers, ...body(value) });
      }
    }
    await fetch(server.url + path, { method: "DELETE" });
  }
  const kinds = [{ ...ROOM, uid: 7 }, { tokenType: "rtm", uid: "u", expireTime: 60 }, { tokenType: "fpa" }];
  const more = ["convoai", "stt"].map((tokenType) => ({ ...ROOM, uid: 7, tokenType }));
  const apps = ["chat-app", "apaas-app"].map((tokenType) => ({ tokenType, expireTime: 60 }));
  for (const value of [...kinds, ...more, ...apps, { tokenType: "chat-user", uid: "u", expireTime: 60 }]) {
    const answer = await fetch(`${server.url}/token`, { method: "POST", headers: key, body: JSON.stringify(value) });
    assert.equal(answer.status, 200, await answer.text());
  }
  const good = { Authorization: `Bearer ${jwt({})}`, "Content-Type": "application/json" };
  const own = await fetch(`${server.url}/token`, { method: "POST", headers: good, body: JSON.stringify(ROOM) });
  assert.equal(own.status, 200, await own.text());
  for (const [path, method] of [
    ["/nowhere", "GET"],
    ["/token", "OPTIONS"],
    ["/readyz", "GET"],
  ]) {
    await fetch(server.url + path, { method });
  }
}

/** The families of the guide's table: type and labels. */
function documented() {
  const [, table] = guide.match(/<!-- table: metrics -->\n(.*?)<!-- end -->/s);
  const rows = table.trim().split("\n").slice(2);
  const cells = rows.map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  const code = (cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text);
  return new Map(cells.map(([name, type, labels]) => [code(name)[0], { type, labels: code(labels).sort() }]));
}

function families(text) {
  const program = join(top, "tests/metrics/families.py");
  const { status, stdout, stderr } = spawnSync(options.python, [program], { input: text });
  assert.equal(status, 0, String(stderr));
  return JSON.parse(stdout);
}

async function scrape() {
  const answer = await fetch(metrics);
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get("content-type"), /^application\/openmetrics-text; version=1\.0\.0/);
  return answer.text();
}

/** The CPU time of all threads of a process. */
function cpuMs(pid) {
  const threads = readdirSync(`/proc/${pid}/task`);
  const spent = threads.map((id) => Number(readFileSync(`/proc/${pid}/task/${id}/schedstat`, "utf8").split(" ")[0]));
  return spent.reduce((sum, one) => sum + one, 0) / 1e6;
}

/** How many sockets a process listens on. */
function listeners(pid) {
  const own = spawnSync("ls", ["-l", `/proc/${pid}/fd`]).stdout.toString();
  const sockets = new Set([...own.matchAll(/socket:\[(\d+)\]/g)].map(([, inode]) => inode));
  const rows = readFileSync("/proc/net/tcp", "utf8").trim().split("\n").slice(1);
  const listening = rows.map((row) => row.trim().split(/\s+/)).filter((fields) => fields[3] === "0A");
  return listening.filter((fields) => sockets.has(fields[9])).length;
}

async function until(isDone, describe) {
  for (let waited = 0; waited < 150; waited += 1) {
    if (await isDone()) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assert.fail(`not within 30 s: ${describe().slice(-2000)}`);
}

async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => probe.once("listening", resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

function sha256(text) {
  return spawnSync("sha256sum", { input: text }).stdout.toString().slice(0, 64);
}
