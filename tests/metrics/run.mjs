// The metrics of the local server, read by prometheus_client's parser and by Debian's Prometheus.
// `node tests/metrics/run.mjs --native BINARY [--python PYTHON] [--prometheus PROGRAM]`
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { closeSync, openSync, readdirSync, readFileSync, readSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { APP_CERTIFICATE, APP_ID } from "../runtimes/lib/cases.mjs";
import { scratch, start } from "../runtimes/lib/children.mjs";
import { freePort } from "../runtimes/lib/http.mjs";
import { ISSUER } from "../runtimes/lib/issuer.mjs";
import { startNative } from "../runtimes/lib/native.mjs";
import { top, underTest } from "../runtimes/lib/under-test.mjs";
import { DOWN, startMetered } from "./series.mjs";

const { artefacts, options } = underTest(
  { native: startNative },
  { python: { type: "string", default: "python3" }, prometheus: { type: "string", default: "prometheus" } },
);
const SCRAPES = 400;
const guide = readFileSync(join(top, "docs/operations.md"), "utf8");
let server;
let metrics;

before(async () => {
  ({ server, metrics } = await startMetered(artefacts));
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
  writeFileSync(file, `global: { scrape_interval: 1s }\n${config.replace("127.0.0.1:9464", target)}`);
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

test("server_without_metrics_port_listens_on_one_port", async (t) => {
  const plain = await startNative(artefacts, { APP_ID, APP_CERTIFICATE, AUTH: "none" });
  t.after(() => plain.stop());
  assert.equal((await fetch(`${plain.url}/metrics`)).status, 404);
  assert.equal(listeners(plain.pid), 1);
  assert.equal(listeners(server.pid), 2);
});

test("nothing_is_counted_without_metrics_port", async (t) => {
  const plain = await startNative(artefacts, { APP_ID, APP_CERTIFICATE, AUTH: "none" });
  t.after(() => plain.stop());
  for (let asked = 0; asked < 100; asked += 1) await fetch(`${plain.url}/healthz`);
  // A registered counter has its name and help in memory.
  const help = "Requests that got a problem document";
  assert.ok(writableMemory(server.pid).some((part) => part.includes(help)));
  assert.ok(!writableMemory(plain.pid).some((part) => part.includes(help)), "metrics are registered");
});

/** The families in the table of the guide, with type and labels. */
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

/** The writable memory of a process: allocated or written. */
function writableMemory(pid) {
  const maps = readFileSync(`/proc/${pid}/maps`, "utf8").trim().split("\n");
  const writable = maps.filter((line) => line.split(" ")[1].startsWith("rw"));
  const memory = openSync(`/proc/${pid}/mem`);
  try {
    return writable.map((line) => {
      const [from, to] = line
        .split(" ")[0]
        .split("-")
        .map((hex) => Number.parseInt(hex, 16));
      const part = Buffer.alloc(to - from);
      readSync(memory, part, 0, part.length, from);
      return part;
    });
  } finally {
    closeSync(memory);
  }
}

/** The number of sockets on which a process listens. */
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
