// What a user would pick instead, and ours, in one run on one machine: prints the tables as Markdown.
//
//   npm ci && node benches/peers/run.mjs [--only build,native,lambda,worker] [--rounds 5]
//     --loops FILE      cargo bench --bench loops --no-run                     (found in target/release/deps)
//     --native FILE     cargo build --release                                  (target/release/agora-token-server)
//     --bootstrap FILE  cargo lambda build --release                           (target/lambda/bootstrap/bootstrap)
//     --worker DIR      wrangler deploy --dry-run --outdir DIR                 (dist)
//     --python FILE     a Python with pip install --no-deps -r benches/peers/requirements.txt; else that is left out
//     --beside NAME=FILE   any other official library: FILE ROUNDS prints, as build.mjs does, nanoseconds for a token;
//                       may be given several times
// Needs wrk and h2load (Debian's wrk and nghttp2-client). Every round starts every program anew, ours and the peer in turn.

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { TRIGGERS } from "../../tests/runtimes/lib/events.mjs";
import { workerSize } from "../../tests/runtimes/lib/figures.mjs";
import { freePort } from "../../tests/runtimes/lib/http.mjs";
import { functionEnv, runtimeApi } from "../../tests/runtimes/lib/lambda.mjs";
import {
  cpuSeconds,
  firstAnswer,
  flood,
  loop,
  median,
  offer,
  peakMiB,
  spread,
  start,
  stop,
  tokenRequest,
} from "./lib.mjs";
import { fileMiB, gzippedMiB, packagesMiB } from "./size.mjs";

const here = import.meta.dirname;
const top = resolve(here, "../..");
const target = resolve(top, process.env.CARGO_TARGET_DIR ?? "target");
const { values: options } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: "string", default: "build,native,lambda,worker" },
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "3" },
    loops: { type: "string" },
    native: { type: "string", default: join(target, "release/agora-token-server") },
    bootstrap: { type: "string", default: join(target, "lambda/bootstrap/bootstrap") },
    worker: { type: "string", default: join(top, "dist") },
    python: { type: "string" },
    beside: { type: "string", multiple: true, default: [] },
  },
});
const [rounds, seconds] = [Number(options.rounds), Number(options.seconds)];
const packages = join(top, "node_modules");
const node = join(packages, ".bin/node");
const workerd = join(packages, "@cloudflare/workerd-linux-64/bin/workerd");
const project = { APP_ID: "970CA35de60c44645bbae8a215061b33", APP_CERTIFICATE: "5CFd2fd1755d40ecb72977518be15d3b" };
const env = { ...project, AUTH: "none" };
const CONNECTIONS = [1, 16, 256];
/** Half of what Express gets through. */
const OFFERED_PER_SECOND = 2_000;
const INVOCATIONS = 1_000;
/** Starts are short and scatter: as many for each round, ours and the peer in turn. */
const STARTS = 5;
const scratch = mkdtempSync(join(tmpdir(), "agora-peers-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));
const bars = [];

const sections = { build, native, lambda, worker };
console.log(
  `${cpus().length} × ${cpus()[0].model.trim()}, ${new Date().toISOString().slice(0, 16)}Z, load ${loadavg()[0].toFixed(1)}, ${rounds} rounds\n`,
);
for (const name of options.only.split(",")) await sections[name]();
console.log("| bar | figure | |\n|---|---|---|");
for (const { what, figure, met } of bars) console.log(`| ${what} | ${figure} | ${met ? "met" : "not met"} |`);
console.log(`\nload ${loadavg()[0].toFixed(1)} at the end`);
process.exit(0);

async function build() {
  const loops = options.loops ?? newest(join(target, "release/deps"), /^loops-[0-9a-f]+$/);
  // The first round warms up.
  const own = (name) => async () => (await loop(loops, [name, "100000", "2"]))[1];
  const official = [["npm agora-token 2.0.6", node, [join(here, "build.mjs")]]];
  if (options.python) official.push(["PyPI agora-realtime-ai-api 1.1.0", options.python, [join(here, "build.py")]]);
  for (const [name, file] of options.beside.map((pair) => pair.split("="))) official.push([name, resolve(file), []]);
  const rows = [
    ["the three HMACs alone (ring)", own("floor")],
    ["ours", own("build_rtc")],
    ["ours, request to response", own("handler_token")],
    ...official.map(([name, program, args]) => [name, async () => (await loop(program, [...args, "1"], project))[0]]),
  ].map(([name, once]) => ({ name, once, times: [] }));
  for (let round = 0; round < rounds; round += 1) {
    for (const { once, times } of rows) times.push(await once());
  }
  const [floor, ours, handler, ...libraries] = rows;
  console.log("| an RTC token | µs | ÷ ours |\n|---|---|---|");
  for (const { name, times } of rows) {
    console.log(`| ${name} | ${spread(times.map((ns) => ns / 1000))} | ${spread(ratios(times, ours.times))} |`);
  }
  console.log("");
  const fastest = libraries.reduce((one, other) => (median(one.times) < median(other.times) ? one : other));
  bar(
    `building: ≥ 5 × faster than the fastest official library, ${fastest.name}`,
    ratios(fastest.times, ours.times),
    (ratio) => ratio >= 5,
  );
  bar("building: ≤ 3 × the HMACs", ratios(ours.times, floor.times), (ratio) => ratio <= 3);
  bar("handler: ≤ 2 × building", ratios(handler.times, ours.times), (ratio) => ratio <= 2);
}

async function native() {
  const found = await endpoints({
    ours: (port) => start(options.native, [], { ...env, HOST: "127.0.0.1", PORT: String(port) }),
    peer: (port) => start(node, [join(here, "express.mjs")], { ...env, NODE_ENV: "production", PORT: String(port) }),
  });
  found.ours.size = [fileMiB(options.native)];
  found.peer.size = [packagesMiB(packages, ["express", "agora-token"])];
  table("server", "Express and agora-token", found);
  bar(
    "native: ≥ 20 × Express's requests per CPU second",
    ratios(found.ours.perCpuSecond, found.peer.perCpuSecond),
    (ratio) => ratio >= 20,
  );
  bar(
    `native: p99 below Express's p50, at ${OFFERED_PER_SECOND} requests/s`,
    ratios(found.ours.offered99, found.peer.offered50),
    (ratio) => ratio < 1,
  );
}

async function worker() {
  const bundle = join(scratch, "peer");
  const wrangler = join(packages, ".bin/wrangler");
  execFileSync(node, [wrangler, "deploy", "--dry-run", "-c", join(here, "worker.toml"), "--outdir", bundle], {
    stdio: "pipe",
    cwd: scratch,
  });
  const serve = (name, directory, flags) => {
    for (const file of readdirSync(directory)) copyFileSync(join(directory, file), join(scratch, `${name}-${file}`));
    const modules = readdirSync(directory)
      .filter((file) => /\.(js|wasm)$/.test(file))
      .sort((a, b) => b.endsWith(".js") - a.endsWith(".js"))
      .map((file) => `(name = "${file}", ${file.endsWith("wasm") ? "wasm" : "esModule"} = embed "${name}-${file}")`);
    const bindings = Object.entries(env).map(([key, value]) => `(name = "${key}", text = "${value}")`);
    return (port) => {
      const config = join(scratch, `${name}.capnp`);
      writeFileSync(
        config,
        `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .main)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const main :Workerd.Worker = (
  modules = [${modules.join(", ")}],
  bindings = [${bindings.join(", ")}],
  compatibilityDate = "2026-10-01",
  compatibilityFlags = [${flags}],
);
`,
      );
      return start(workerd, ["serve", config], {});
    };
  };
  const found = await endpoints({
    ours: serve("ours", resolve(options.worker), ""),
    peer: serve("peer", bundle, '"nodejs_compat"'),
  });
  const size = workerSize(resolve(options.worker)).kib;
  [found.ours.size, found.peer.size] = [[size / 1024], [gzippedMiB(join(bundle, "worker.js"))]];
  table("Worker", "JavaScript and agora-token", found);
  bar(
    "Worker: ≥ 1.5 × the JavaScript Worker's requests/s at 16 connections",
    ratios(found.ours.perSecond16, found.peer.perSecond16),
    (ratio) => ratio >= 1.5,
  );
  bar("Worker: ≥ 1 × at 1 connection", ratios(found.ours.perSecond1, found.peer.perSecond1), (ratio) => ratio >= 1);
  bar("Worker: starts no later", ratios(found.ours.first, found.peer.first), (ratio) => ratio <= 1);
  bar("Worker: no more memory", ratios(found.ours.memory, found.peer.memory), (ratio) => ratio <= 1);
  bars.push({ what: "Worker: ≤ 400 KiB gzipped", figure: `${size.toFixed(0)} KiB`, met: size <= 400 });
}

/** Each kind of figure, of ours and of the peer, one for each round. */
async function endpoints(starters) {
  const found = { ours: { first: [] }, peer: { first: [] } };
  for (let round = 0; round < rounds * STARTS; round += 1) {
    for (const [name, starter] of Object.entries(starters)) {
      const port = await freePort();
      const child = starter(port);
      found[name].first.push(await firstAnswer(port, performance.now()));
      await stop(child);
    }
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, starter] of Object.entries(starters)) {
      const note = (figure, value) => {
        found[name][figure] = [...(found[name][figure] ?? []), value];
      };
      const port = await freePort();
      const child = starter(port);
      await firstAnswer(port, performance.now());
      await flood(child, port, 16, 1);
      for (const connections of CONNECTIONS) {
        const { perSecond, perCpuSecond, p50, p99 } = await flood(child, port, connections, seconds);
        note(`perSecond${connections}`, perSecond);
        if (connections !== 16) continue;
        note("perCpuSecond", perCpuSecond);
        note("p50", p50);
        note("p99", p99);
      }
      const { p50, p99 } = await offer(port, OFFERED_PER_SECOND, seconds, scratch);
      note("offered50", p50);
      note("offered99", p99);
      note("memory", peakMiB(child));
      await stop(child);
    }
  }
  return found;
}

async function lambda() {
  const found = { ours: { first: [] }, peer: { first: [] } };
  const programs = { ours: [resolve(options.bootstrap), []], peer: [node, [join(here, "lambda.mjs")]] };
  const event = TRIGGERS["http-api"].event(tokenRequest, false);
  const began = async ([program, args]) => {
    const api = await runtimeApi();
    const answer = api.invoke(event);
    const child = start(program, args, { ...env, ...functionEnv(api.address) });
    const since = performance.now();
    if (!(await answer).ok) throw new Error("the first invocation failed");
    return { api, child, first: performance.now() - since };
  };
  const end = async ({ api, child }) => {
    await stop(child);
    await api.close();
  };
  // The first of all pays for this process's own warming up.
  for (const program of Object.values(programs)) await end(await began(program));
  for (let round = 0; round < rounds * STARTS; round += 1) {
    for (const [name, program] of Object.entries(programs)) {
      const instance = await began(program);
      found[name].first.push(instance.first);
      await end(instance);
    }
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, program] of Object.entries(programs)) {
      const note = (figure, value) => {
        found[name][figure] = [...(found[name][figure] ?? []), value];
      };
      const { api, child } = await began(program);
      const [times, cpu] = [[], cpuSeconds(child)];
      for (let i = 0; i < INVOCATIONS; i += 1) {
        const at = performance.now();
        await api.invoke(event);
        times.push(performance.now() - at);
      }
      times.sort((a, b) => a - b);
      note("p50", times[INVOCATIONS * 0.5]);
      note("p99", times[INVOCATIONS * 0.99]);
      note("perCpuSecond", INVOCATIONS / Math.max(cpuSeconds(child) - cpu, 0.01));
      note("memory", peakMiB(child));
      await end({ api, child });
    }
  }
  found.ours.size = [fileMiB(options.bootstrap)];
  found.peer.size = [packagesMiB(packages, ["agora-token"])];
  table("Lambda", "Node and agora-token", found);
  bar("Lambda: first answer ≥ 20 × sooner", ratios(found.peer.first, found.ours.first), (ratio) => ratio >= 20);
  bar("Lambda: first answer within 5 ms", found.ours.first, (ms) => ms < 5);
  bar("Lambda: memory ≤ 1/6", ratios(found.ours.memory, found.peer.memory), (ratio) => ratio <= 1 / 6);
}

function table(what, peer, { ours, peer: theirs }) {
  const names = {
    first: "exec to first answer, ms",
    perSecond1: "requests/s, 1 connection",
    perSecond16: "requests/s, 16 connections",
    perSecond256: "requests/s, 256 connections",
    p50: "p50, warm, ms",
    p99: "p99, warm, ms",
    offered50: `p50 at ${OFFERED_PER_SECOND} requests/s, ms`,
    offered99: `p99 at ${OFFERED_PER_SECOND} requests/s, ms`,
    perCpuSecond: "requests per CPU second",
    memory: "memory at most, MiB",
    size: "artefact, MiB (Workers: gzipped; Node itself not counted)",
  };
  console.log(`| ${what} | ours | ${peer} | ours ÷ theirs |\n|---|---|---|---|`);
  for (const [key, name] of Object.entries(names)) {
    if (ours[key])
      console.log(
        `| ${name} | ${spread(ours[key])} | ${spread(theirs[key])} | ${spread(ratios(ours[key], theirs[key]))} |`,
      );
  }
  console.log("");
}

/** Round by round. */
function ratios(one, other) {
  return one.map((value, round) => value / other[round]);
}

function bar(what, figures, isMet) {
  bars.push({ what, figure: spread(figures), met: isMet(median(figures)) });
}

function newest(directory, pattern) {
  const files = readdirSync(directory)
    .filter((name) => pattern.test(name))
    .map((name) => join(directory, name));
  if (!files.length) throw new Error(`nothing in ${directory}: cargo bench --bench loops --no-run`);
  return files.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0];
}
