// Faults around the server, on the three runtimes: which other callers they affect, what the log says, and the recovery.
//
//   node tests/runtimes/faults.mjs [--full]
//     --full          larger attacks, some minutes long
//     other options: lib/under-test.mjs
//
// A file in faults/ is one family: its exported functions receive { runtime, artefacts, start, full } and throw if they
// fail; their return value is reported. `on` lists the runtimes, all by default; `alone` runs a fault without others.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { STARTERS } from "./lib/faulty.mjs";
import { underTest } from "./lib/under-test.mjs";

const { options, runtimes, artefacts } = underTest(STARTERS, { full: { type: "boolean", default: false } });
const timeout = (options.full ? 15 : 5) * 60_000;

const together = [];
const alone = [];
const folder = join(import.meta.dirname, "faults");
for (const name of readdirSync(folder).sort()) {
  for (const [fault, run] of Object.entries(await import(join(folder, name)))) {
    for (const runtime of runtimes.filter((runtime) => run.on?.includes(runtime) ?? true)) {
      (run.alone ? alone : together).push({ name: `${fault} (${runtime})`, runtime, run });
    }
  }
}

// Most faults wait for one of the server's time-outs.
suite("together", { concurrency: together.length, timeout }, () => together.forEach(define));
suite("alone", { timeout }, () => alone.forEach(define));

function define({ name, runtime, run }) {
  test(name, async (t) => {
    const start = async (env, settings) => {
      const server = await STARTERS[runtime](artefacts, env, settings);
      t.after(() => server.stop());
      return server;
    };
    const figures = await run({ runtime, artefacts, start, full: options.full });
    if (figures) t.diagnostic(`${name}: ${figures}`);
  });
}
