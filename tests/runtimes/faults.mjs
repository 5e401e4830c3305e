// What goes wrong around the server, on the three runtimes: who else suffers, what the log says, and that it recovers.
//
//   node faults.mjs [--only native,worker,lambda] [--faults part-of-a-name] [--full]
//     --native, --worker, --bootstrap: as in run.mjs; --full: larger attacks, some minutes long
//
// A file in faults/ is one family: its exported functions get { runtime, artefacts, start, full } and fail by throwing; what
// they return is printed. `on` names their runtimes where those are not all; `alone` keeps other faults away meanwhile.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { STARTERS } from "./lib/faulty.mjs";
import { underTest } from "./lib/under-test.mjs";

const here = import.meta.dirname;
const { options, artefacts, needs } = underTest(STARTERS, {
  faults: { type: "string", default: "" },
  full: { type: "boolean", default: false },
});
const GIVE_UP_AFTER_MS = (options.full ? 15 : 5) * 60_000;
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
  const start = async (env, settings) => {
    const server = await STARTERS[runtime](artefacts, env, settings);
    servers.push(server);
    return server;
  };
  const begin = performance.now();
  try {
    const figures = await run({ runtime, artefacts, start, full: options.full });
    passed += 1;
    const seconds = ((performance.now() - begin) / 1000).toFixed(1);
    console.log(`ok    ${fault} (${runtime}, ${seconds} s)${figures ? `: ${figures}` : ""}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL  ${fault} (${runtime})\n${error.stack ?? error}`);
  }
  for (const server of servers) await server.stop();
}
