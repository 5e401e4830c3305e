// What goes wrong around the server, on the three runtimes: who else suffers, what the log says, and that it recovers.
//
//   node faults.mjs [--only native,worker,lambda] [--faults part-of-a-name]
//     --native, --worker, --bootstrap: as in run.mjs
//
// A file in faults/ is one family: its exported functions get { runtime, artefacts, start } and fail by throwing; what
// they return is printed. `on` names their runtimes where those are not all; `alone` keeps other faults away meanwhile.

import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { STARTERS } from "./lib/faulty.mjs";

const GIVE_UP_AFTER_MS = 5 * 60_000;

const here = import.meta.dirname;
const top = resolve(here, "../..");
const target = resolve(top, process.env.CARGO_TARGET_DIR ?? "target");
const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: Object.keys(STARTERS).join() },
    faults: { type: "string", default: "" },
    native: { type: "string", default: join(target, "debug/agora-token-server") },
    worker: { type: "string", default: join(top, "dist") },
    bootstrap: { type: "string", default: join(target, "lambda-here/bootstrap/bootstrap") },
  },
});
const artefacts = { top, binary: resolve(options.native), bundle: resolve(options.worker), bootstrap: resolve(options.bootstrap) };
const needs = { native: artefacts.binary, worker: artefacts.bundle, lambda: artefacts.bootstrap };
const runtimes = options.only.split(",");
for (const runtime of runtimes) {
  if (existsSync(needs[runtime])) continue;
  console.error(`${runtime}: there is no "${needs[runtime]}"`);
  process.exit(2);
}

setTimeout(() => {
  console.log(`FAIL  gave up after ${GIVE_UP_AFTER_MS / 1000} s`);
  process.exit(1);
}, GIVE_UP_AFTER_MS).unref();

const together = [];
const alone = [];
for (const name of readdirSync(join(here, "faults")).sort()) {
  for (const [fault, run] of Object.entries(await import(join(here, "faults", name)))) {
    if (!fault.includes(options.faults)) continue;
    for (const runtime of runtimes.filter((runtime) => run.on?.includes(runtime) ?? true)) {
      (run.alone ? alone : together).push({ fault, runtime, run });
    }
  }
}

let passed = 0;
let failed = 0;
// Most of them wait for a timeout of the server's.
await Promise.all(together.map(attempt));
for (const one of alone) await attempt(one);
console.log(`faults: ${passed} passed, ${failed} failed`);
process.exit(failed || !passed ? 1 : 0);

async function attempt({ fault, runtime, run }) {
  const servers = [];
  const start = async (env) => {
    const server = await STARTERS[runtime](artefacts, env);
    servers.push(server);
    return server;
  };
  const begin = performance.now();
  try {
    const figures = await run({ runtime, artefacts, start });
    passed += 1;
    const seconds = ((performance.now() - begin) / 1000).toFixed(1);
    console.log(`ok    ${fault} (${runtime}, ${seconds} s)${figures ? `: ${figures}` : ""}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL  ${fault} (${runtime})\n${error.stack ?? error}`);
  }
  for (const server of servers) await server.stop();
}
