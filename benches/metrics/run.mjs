// The cost of metrics: the CPU time of a scrape with every series, and of a request with and without METRICS_PORT.
//
//   node benches/metrics/run.mjs
//     --native FILE     cargo build --release                                  (target/release/agora-token-server)
//     --pairs 800 --requests 4000 --scrapes 500                                smaller numbers make a short run
//
// Needs h2load (Debian's nghttp2-client). The figures are CPU time of the server's threads, not elapsed time, of short
// rounds in pairs: load from other processes slows both sides of a pair. A second server without metrics is the control:
// its ratio shows how much of the figure is noise. The upper bound is that of the median, by order statistics, so that a
// disturbed round has the weight of one round.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { startMetered } from "../../tests/metrics/series.mjs";
import { APP_CERTIFICATE, APP_ID } from "../../tests/runtimes/lib/cases.mjs";
import { scratch } from "../../tests/runtimes/lib/children.mjs";
import { freePort } from "../../tests/runtimes/lib/http.mjs";
import { startNative } from "../../tests/runtimes/lib/native.mjs";
import { top, underTest } from "../../tests/runtimes/lib/under-test.mjs";
import { median, spread } from "../peers/lib.mjs";

const MAX_SCRAPE_MS = 1;
const MAX_RATIO = 1.03;
/** The one-sided 95 % quantile of the normal distribution. */
const Z_95 = 1.645;
const MIN_PAIRS = 30;
const WARM_UP = 2;

const run = promisify(execFile);
const target = process.env.CARGO_TARGET_DIR ?? join(top, "target");
const { artefacts, options } = underTest(
  { native: startNative },
  {
    native: { type: "string", default: join(target, "release/agora-token-server") },
    pairs: { type: "string", default: "800" },
    requests: { type: "string", default: "4000" },
    scrapes: { type: "string", default: "500" },
  },
);
const [pairs, requests, scrapes] = [options.pairs, options.requests, options.scrapes].map(Number);
assert.ok(pairs >= MIN_PAIRS, `--pairs: expected at least ${MIN_PAIRS}, got ${pairs}`);
const body = join(scratch, "body.json");
writeFileSync(body, '{"channel":"room-1","role":"publisher","uid":42,"expireTime":3600}');

const scrape = await scrapeCost();
const { ratio, control, micros } = await requestCost();
const met = [scrape.ms <= MAX_SCRAPE_MS, upperBound(ratio) <= MAX_RATIO];
console.log(`| what | figure | bar | |
|---|---|---|---|
| a scrape of ${scrape.samples} samples, ms of CPU | ${scrape.ms.toFixed(3)} | ≤ ${MAX_SCRAPE_MS} | ${verdict(met[0])} |
| a request without metrics, µs of CPU | ${spread(micros)} | | |
| with metrics against without, upper 95 % bound | ${figures(ratio)} | ≤ ${MAX_RATIO} | ${verdict(met[1])} |
| control: without against without, upper 95 % bound | ${figures(control)} | | |`);
process.exit(met.every(Boolean) ? 0 : 1);

async function scrapeCost() {
  const { server, metrics } = await startMetered(artefacts);
  const get = async () => (await fetch(metrics)).text();
  const samples = (await get()).split("\n").filter((line) => line && !line.startsWith("#")).length;
  const begin = cpuMicros(server);
  for (let sent = 0; sent < scrapes; sent += 1) await get();
  const ms = (cpuMicros(server) - begin) / scrapes / 1000;
  await server.stop();
  return { ms, samples };
}

/** An unauthenticated request is the cheapest, so metrics are its largest part. */
async function requestCost() {
  const open = { APP_ID, APP_CERTIFICATE, AUTH: "none" };
  const port = await freePort();
  const servers = {
    without: await startNative(artefacts, open, { quiet: true }),
    metrics: await startNative(artefacts, { ...open, METRICS_PORT: String(port) }, { quiet: true }),
    control: await startNative(artefacts, open, { quiet: true }),
  };
  const names = Object.keys(servers);
  const found = { without: [], metrics: [], control: [] };
  for (let round = -WARM_UP; round < pairs; round += 1) {
    // Each server is first, second and last equally often.
    const order = names.map((_, index) => names[(index + round + WARM_UP) % names.length]);
    for (const name of order) {
      const micros = await flood(servers[name]);
      if (round >= 0) found[name].push(micros);
    }
  }
  const answered = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const counted = Number(answered.match(/^agora_token_issued_total\{type="rtc"\} (\d+)$/m)[1]);
  assert.equal(counted, (pairs + WARM_UP) * requests, "every request is counted");
  for (const server of Object.values(servers)) await server.stop();
  const against = (values) => values.map((value, round) => value / found.without[round]);
  return { ratio: against(found.metrics), control: against(found.control), micros: found.without };
}

/** Microseconds of CPU per request. */
async function flood(server) {
  const load = ["--h1", "-t1", "-c16", `-n${requests}`, "-H", "content-type: application/json", "-d", body];
  const begin = cpuMicros(server);
  const { stdout } = await run("h2load", [...load, `${server.url}/token`]);
  const micros = (cpuMicros(server) - begin) / requests;
  assert.match(stdout, new RegExp(`status codes: ${requests} 2xx`));
  return micros;
}

function cpuMicros({ pid }) {
  const threads = readdirSync(`/proc/${pid}/task`);
  const spent = threads.map((id) => Number(readFileSync(`/proc/${pid}/task/${id}/schedstat`, "utf8").split(" ")[0]));
  return spent.reduce((sum, one) => sum + one, 0) / 1000;
}

/** An upper bound of the median at 95 % confidence, by order statistics. */
function upperBound(ratios) {
  const rank = Math.ceil(ratios.length / 2 + (Z_95 * Math.sqrt(ratios.length)) / 2);
  return [...ratios].sort((a, b) => a - b)[rank];
}

function figures(ratios) {
  return `${median(ratios).toFixed(3)}, ${upperBound(ratios).toFixed(3)}`;
}

function verdict(isMet) {
  return isMet ? "met" : "not met";
}
