// Measures alternatives and this server in one run on one machine, and prints the tables as Markdown.
//
//   npm ci && node benches/peers/run.mjs [--only build,native,lambda,worker] [--auth none,rs256,es256,eddsa,api-key]
//     --rounds 5 --seconds 3 --connections 1,16,256 --starts 5 --invocations 1000    smaller numbers make a short run
//     --loops FILE      cargo bench --bench loops --no-run                     (found in target/release/deps)
//     --native FILE     cargo build --release                                  (target/release/agora-token-server)
//     --bootstrap FILE  cargo lambda build --release                           (target/lambda/bootstrap/bootstrap)
//     --worker DIR      wrangler deploy --dry-run --outdir DIR                 (dist)
//     --python FILE     a Python with pip install --no-deps -r benches/peers/requirements.txt; without it, no Python peer
//     --beside NAME=FILE   any other official library: FILE ROUNDS prints, as build.mjs does, nanoseconds for a token;
//                       may be given several times
//     --before-native FILE, --before-bootstrap FILE, --before-worker DIR
//                       an earlier build of this project, measured in the same rounds
// Needs wrk and h2load (Debian's wrk and nghttp2-client). Every round restarts each program, alternating this server and the peer.

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { TRIGGERS } from "../../tests/runtimes/lib/events.mjs";
import { workerSize } from "../../tests/runtimes/lib/figures.mjs";
import { freePort } from "../../tests/runtimes/lib/http.mjs";
import { functionEnv, runtimeApi } from "../../tests/runtimes/lib/lambda.mjs";
import { authentication, KINDS } from "./auth.mjs";
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
    auth: { type: "string", default: KINDS.join() },
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "3" },
    connections: { type: "string", default: "1,16,256" },
    starts: { type: "string", default: "5" },
    invocations: { type: "string", default: "1000" },
    loops: { type: "string" },
    native: { type: "string", default: join(target, "release/agora-token-server") },
    bootstrap: { type: "string", default: join(target, "lambda/bootstrap/bootstrap") },
    worker: { type: "string", default: join(top, "dist") },
    python: { type: "string" },
    beside: { type: "string", multiple: true, default: [] },
    "before-native": { type: "string" },
    "before-bootstrap": { type: "string" },
    "before-worker": { type: "string" },
  },
});
const [rounds, seconds] = [Number(options.rounds), Number(options.seconds)];
const packages = join(top, "node_modules");
const node = join(packages, ".bin/node");
const workerdBinary = join(packages, "@cloudflare/workerd-linux-64/bin/workerd");
const project = { APP_ID: "970CA35de60c44645bbae8a215061b33", APP_CERTIFICATE: "5CFd2fd1755d40ecb72977518be15d3b" };
/** Always with 16: the limits apply to its figures. */
const CONNECTIONS = [...new Set([16, ...options.connections.split(",").map(Number)])].sort((a, b) => a - b);
const INVOCATIONS = Number(options.invocations);
/** Start times vary, so each round has the same number of starts, alternating this server and the peer. */
const STARTS = Number(options.starts);
/** JWTs first, as in production: a deployed server authenticates. */
const auths = options.auth
  .split(",")
  .map(authentication)
  .sort((one, other) => (one.name === "open") - (other.name === "open"));
const scratch = mkdtempSync(join(tmpdir(), "agora-peers-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));
const bars = [];
/** Microseconds of CPU for an unauthenticated request to this server, one for each round. */
let openCpuMicros;

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
    ["this crate", own("build_rtc")],
    ["this crate, request to response", own("handler_token")],
    ...official.map(([name, program, args]) => [name, async () => (await loop(program, [...args, "1"], project))[0]]),
  ].map(([name, once]) => ({ name, once, times: [] }));
  for (let round = 0; round < rounds; round += 1) {
    for (const { once, times } of rows) times.push(await once());
  }
  const [floor, ours, handler, ...libraries] = rows;
  console.log("| an RTC token | µs | ÷ this crate |\n|---|---|---|");
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
  for (const auth of auths) {
    const server = (file) => (port) => start(file, [], { ...ourEnv(auth), HOST: "127.0.0.1", PORT: String(port) });
    const before = options["before-native"];
    const own = { ...(before && { before: server(before) }), ours: server(options.native) };
    const express = (library) => (port) => {
      const env = { ...peerEnv(auth), JWT_LIBRARY: library, NODE_ENV: "production", PORT: String(port) };
      return start(node, [join(here, "express.mjs")], env);
    };
    // jsonwebtoken has no EdDSA.
    const libraries = ["RS256", "ES256"].includes(auth.name) ? ["jose", "jsonwebtoken"] : ["jose"];
    for (const library of libraries) {
      const found = await endpoints({ peer: express(library), ...own }, auth);
      found.ours.size = [fileMiB(options.native)];
      if (before) found.before.size = [fileMiB(before)];
      found.peer.size = [packagesMiB(packages, ["express", "agora-token", library])];
      const peer = auth.loop ? `Express, ${library}` : "Express";
      table(`server, ${auth.name}`, `${peer} and agora-token`, found);
      noWorseThanBefore(`server, ${auth.name}`, found);
      const least = { RS256: 8, ES256: 5.5, EdDSA: 8 }[auth.name] ?? 20;
      const perCpu = ratios(found.ours.perCpuSecond, found.peer.perCpuSecond);
      const what = `server, ${auth.name}: ≥ ${least} × the requests per CPU second of ${peer}`;
      bar(what, perCpu, (ratio) => ratio >= least);
      noWorseP99(`server, ${auth.name}`, peer, found);
      if (library === "jose" && auth.loop) await verificationBar(auth, found.ours.perCpuSecond);
      if (auth.name === "open") openCpuMicros = found.ours.perCpuSecond.map((requests) => 1e6 / requests);
    }
  }
}

/** The limit of an authenticated request: ring's verification and an unauthenticated request, plus a quarter. */
async function verificationBar(auth, perCpuSecond) {
  openCpuMicros ??= await openRequests();
  const loops = options.loops ?? newest(join(target, "release/deps"), /^loops-[0-9a-f]+$/);
  const verify = (await loop(loops, ["verify", "2000", String(rounds + 1)], auth.loop)).slice(1).map((ns) => ns / 1000);
  console.log(
    `ring verifies ${auth.name} in ${spread(verify)} µs; an open request takes ${spread(openCpuMicros)} µs\n`,
  );
  const allowed = verify.map((micros, round) => micros + openCpuMicros[round]);
  const taken = perCpuSecond.map((requests) => 1e6 / requests);
  const what = `server, ${auth.name}: CPU time ≤ 1.25 × ring's verification and an open request`;
  bar(what, ratios(taken, allowed), (ratio) => ratio <= 1.25);
}

async function openRequests() {
  const micros = [];
  const open = authentication("none");
  for (let round = 0; round < rounds; round += 1) {
    const port = await freePort();
    const child = start(options.native, [], { ...ourEnv(open), HOST: "127.0.0.1", PORT: String(port) });
    await firstAnswer(port, performance.now(), open.headers);
    await flood(child, port, 16, 1, open.headers);
    micros.push(1e6 / (await flood(child, port, 16, seconds, open.headers)).perCpuSecond);
    await stop(child);
  }
  return micros;
}

async function worker() {
  const bundle = join(scratch, "peer");
  const wrangler = join(packages, ".bin/wrangler");
  execFileSync(node, [wrangler, "deploy", "--dry-run", "-c", join(here, "worker.toml"), "--outdir", bundle], {
    stdio: "pipe",
    cwd: scratch,
  });
  const size = workerSize(resolve(options.worker)).kib;
  for (const auth of auths) {
    const ours = workerd("ours", resolve(options.worker), ourEnv(auth), "");
    const peer = workerd("peer", bundle, peerEnv(auth), '"nodejs_compat"');
    const before = options["before-worker"];
    const earlier = before && { before: workerd("before", resolve(before), ourEnv(auth), "") };
    const found = await endpoints({ peer, ...earlier, ours }, auth);
    [found.ours.size, found.peer.size] = [[size / 1024], [gzippedMiB(join(bundle, "worker.js"))]];
    if (before) found.before.size = [workerSize(resolve(before)).kib / 1024];
    table(`Worker, ${auth.name}`, "JavaScript, jose and agora-token", found);
    noWorseThanBefore(`Worker, ${auth.name}`, found);
    const least = auth.loop ? 1.2 : 1.5;
    const what = `Worker, ${auth.name}: ≥ ${least} × the JavaScript Worker's requests/s at 16 connections`;
    bar(what, ratios(found.ours.perSecond16, found.peer.perSecond16), (ratio) => ratio >= least);
    noWorseP99(`Worker, ${auth.name}`, "the JavaScript Worker", found);
    const first = ratios(found.ours.first, found.peer.first);
    bar(`Worker, ${auth.name}: starts no later`, first, (ratio) => ratio <= 1);
    const memory = ratios(found.ours.memory, found.peer.memory);
    bar(`Worker, ${auth.name}: no more memory`, memory, (ratio) => ratio <= 1);
  }
  bars.push({ what: "Worker: ≤ 280 KiB gzipped", figure: `${size.toFixed(0)} KiB`, met: size <= 280 });
}

/** Starts a bundle in bare workerd. */
function workerd(name, directory, env, flags) {
  for (const file of readdirSync(directory)) copyFileSync(join(directory, file), join(scratch, `${name}-${file}`));
  const modules = readdirSync(directory)
    .filter((file) => /\.(js|wasm)$/.test(file))
    .sort((a, b) => b.endsWith(".js") - a.endsWith(".js"))
    .map((file) => `(name = "${file}", ${file.endsWith("wasm") ? "wasm" : "esModule"} = embed "${name}-${file}")`);
  const bindings = Object.entries(env).map(([key, value]) => `(name = "${key}", text = ${JSON.stringify(value)})`);
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
    return start(workerdBinary, ["serve", config], {});
  };
}

/** Each kind of figure for the peer and for this server, one for each round. */
async function endpoints(starters, { headers }) {
  const found = Object.fromEntries(Object.keys(starters).map((name) => [name, { first: [] }]));
  for (let round = 0; round < rounds * STARTS; round += 1) {
    for (const [name, starter] of Object.entries(starters)) {
      const port = await freePort();
      const child = starter(port);
      found[name].first.push(await firstAnswer(port, performance.now(), headers));
      await stop(child);
    }
  }
  for (let round = 0; round < rounds; round += 1) {
    let offered;
    for (const [name, starter] of Object.entries(starters)) {
      const note = noting(found[name]);
      const port = await freePort();
      const child = starter(port);
      await firstAnswer(port, performance.now(), headers);
      await flood(child, port, 16, 1, headers);
      for (const connections of CONNECTIONS) {
        const { perSecond, perCpuSecond, p50, p99 } = await flood(child, port, connections, seconds, headers);
        note(`perSecond${connections}`, perSecond);
        if (connections !== 16) continue;
        // The peer is first: both get half of its throughput as load.
        offered ??= Math.floor(perSecond / 2 / 16) * 16;
        note("perCpuSecond", perCpuSecond);
        note("p50", p50);
        note("p99", p99);
      }
      const { p50, p99 } = await offer(port, offered, seconds, headers, scratch);
      note("offered", offered);
      note("offered50", p50);
      note("offered99", p99);
      note("memory", peakMiB(child));
      await stop(child);
    }
  }
  return found;
}

async function lambda() {
  for (const auth of auths) {
    const found = await invocations(auth);
    found.ours.size = [fileMiB(options.bootstrap)];
    found.peer.size = [packagesMiB(packages, ["agora-token", "jose"])];
    if (found.before) found.before.size = [fileMiB(options["before-bootstrap"])];
    table(`Lambda, ${auth.name}`, "Node, jose and agora-token", found);
    noWorseThanBefore(`Lambda, ${auth.name}`, found);
    const first = ratios(found.peer.first, found.ours.first);
    bar(`Lambda, ${auth.name}: first answer ≥ 20 × sooner`, first, (ratio) => ratio >= 20);
    bar(`Lambda, ${auth.name}: first answer within 5 ms`, found.ours.first, (ms) => ms < 5);
    const memory = ratios(found.ours.memory, found.peer.memory);
    bar(`Lambda, ${auth.name}: memory ≤ 1/6`, memory, (ratio) => ratio <= 1 / 6);
  }
}

async function invocations(auth) {
  const before = options["before-bootstrap"];
  const programs = {
    peer: [node, [join(here, "lambda.mjs")], peerEnv(auth)],
    ...(before && { before: [resolve(before), [], ourEnv(auth)] }),
    ours: [resolve(options.bootstrap), [], ourEnv(auth)],
  };
  const found = Object.fromEntries(Object.keys(programs).map((name) => [name, { first: [] }]));
  const event = TRIGGERS["http-api"].event(tokenRequest(auth.headers), false);
  const invoke = async (api) => {
    const { ok, payload } = await api.invoke(event);
    if (!ok || payload.statusCode !== 200) throw new Error(`an invocation gave ${JSON.stringify(payload)}`);
  };
  const began = async ([program, args, env]) => {
    const api = await runtimeApi();
    const answer = invoke(api);
    const child = start(program, args, { ...env, ...functionEnv(api.address) });
    const since = performance.now();
    await answer;
    return { api, child, first: performance.now() - since };
  };
  const end = async ({ api, child }) => {
    await stop(child);
    await api.close();
  };
  // This process warms up during the first one.
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
      const note = noting(found[name]);
      const { api, child } = await began(program);
      const [times, cpu] = [[], cpuSeconds(child)];
      for (let i = 0; i < INVOCATIONS; i += 1) {
        const at = performance.now();
        await invoke(api);
        times.push(performance.now() - at);
      }
      times.sort((a, b) => a - b);
      note("p50", times[Math.floor(INVOCATIONS * 0.5)]);
      note("p99", times[Math.floor(INVOCATIONS * 0.99)]);
      note("perCpuSecond", INVOCATIONS / Math.max(cpuSeconds(child) - cpu, 0.01));
      note("memory", peakMiB(child));
      await end({ api, child });
    }
  }
  return found;
}

function ourEnv(auth) {
  return { ...project, ...auth.env };
}

function peerEnv(auth) {
  return { ...ourEnv(auth), ...auth.peerEnv };
}

function noting(figures) {
  return (figure, value) => {
    figures[figure] = [...(figures[figure] ?? []), value];
  };
}

function noWorseP99(what, peer, { ours, peer: theirs }) {
  const figures = ratios(ours.offered99, theirs.offered99);
  bar(`${what}: p99 at half of the capacity of ${peer} no worse`, figures, (ratio) => ratio <= 1);
}

function noWorseThanBefore(what, { ours, before }) {
  if (!before) return;
  table(what, "the earlier build", { ours, peer: before });
  const sides = [
    ["first", "exec to first answer", false],
    ["perSecond16", "requests/s at 16 connections", true],
    ["perCpuSecond", "requests per CPU second", true],
    ["memory", "memory", false],
    ["size", "size", false],
  ];
  for (const [key, name, isMoreBetter] of sides) {
    if (!ours[key]) continue;
    const figures = ratios(ours[key], before[key]);
    bar(`${what}: ${name} no worse than the earlier build`, figures, (ratio) =>
      isMoreBetter ? ratio >= 1 : ratio <= 1,
    );
  }
}

function table(what, peer, { ours, peer: theirs }) {
  const names = {
    first: "exec to first answer, ms",
    ...Object.fromEntries(CONNECTIONS.map((number) => [`perSecond${number}`, `requests/s, connections: ${number}`])),
    p50: "p50, warm, ms",
    p99: "p99, warm, ms",
    offered: "requests/s offered: half of the peer's capacity",
    offered50: "p50 of those, ms",
    offered99: "p99 of those, ms",
    perCpuSecond: "requests per CPU second",
    memory: "memory at most, MiB",
    size: "artefact, MiB (Workers: gzipped; Node itself not counted)",
  };
  console.log(`| ${what} | this project | ${peer} | ratio |\n|---|---|---|---|`);
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
