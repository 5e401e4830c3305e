// Very many requests over connections that are kept alive: no error, and no growth of memory.
//
//   node soak.mjs [--only native,worker] [--native-requests 1000000] [--worker-requests 200000] [--connections 64]
//     --native, --worker: as in run.mjs; a release build, or the figures say nothing
//
// Memory is what Linux counts as resident, sampled a hundred times. The bar is between the second quarter of the run
// and the last: before, allocators and V8 grow to what so many connections need. 2 MiB over half a million requests
// are 4 bytes for each; the smallest thing that could leak is larger. V8 collects when it likes, hence the Worker's
// wider bar; a leak within its own heap ends the process (lib/workerd.mjs). It takes ten thousand requests to settle, so
// fewer than 40,000 say nothing of the Worker; the local server has settled after a thousand.

import { existsSync } from "node:fs";
import { loadavg } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { BODY, OPEN } from "./lib/faulty.mjs";
import { median } from "./lib/figures.mjs";
import { residentMib } from "./lib/memory.mjs";
import { startNative } from "./lib/native.mjs";
import { Wire, bytes } from "./lib/wire.mjs";
import { startWorkerd } from "./lib/workerd.mjs";

const SAMPLES = 100;
const RUNS = {
  native: { start: startNative, growthMib: 2 },
  worker: { start: startWorkerd, growthMib: 16 },
};

const here = import.meta.dirname;
const top = resolve(here, "../..");
const target = resolve(top, process.env.CARGO_TARGET_DIR ?? "target");
const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: Object.keys(RUNS).join() },
    native: { type: "string", default: join(target, "release/agora-token-server") },
    worker: { type: "string", default: join(top, "dist") },
    "native-requests": { type: "string", default: "1000000" },
    "worker-requests": { type: "string", default: "200000" },
    connections: { type: "string", default: "64" },
  },
});
const artefacts = { top, binary: resolve(options.native), bundle: resolve(options.worker) };
const needs = { native: artefacts.binary, worker: artefacts.bundle };

let failed = false;
for (const runtime of options.only.split(",")) {
  if (!existsSync(needs[runtime])) {
    console.error(`${runtime}: there is no "${needs[runtime]}"`);
    process.exit(2);
  }
  await soak(runtime, Number(options[`${runtime}-requests`]));
}
process.exit(failed ? 1 : 0);

async function soak(runtime, requests) {
  const { start, growthMib } = RUNS[runtime];
  const server = await start(artefacts, OPEN, { quiet: true });
  const counts = { sent: 0, answered: 0, errors: new Map() };
  const resident = [];
  const client = async () => {
    let wire = null;
    while (counts.sent < requests) {
      counts.sent += 1;
      // Another channel and user each time, as it is in life.
      const body = BODY.replace("room-1", `room-${counts.sent}`).replace("42", String(counts.sent));
      try {
        wire ??= await Wire.open(server.port);
        const answer = await wire.ask(bytes({ body }));
        if (answer.status !== 200 || !answer.body.includes('"token":"007')) throw new Error(`status ${answer.status}`);
        counts.answered += 1;
      } catch (error) {
        counts.errors.set(error.message, (counts.errors.get(error.message) ?? 0) + 1);
        wire?.destroy();
        wire = null;
      }
      if (counts.sent >= (requests * (resident.length + 1)) / SAMPLES) resident.push(residentMib(server.pid));
    }
    wire?.destroy();
  };
  const fresh = residentMib(server.pid);
  const begin = performance.now();
  await Promise.all(Array.from({ length: Number(options.connections) }, client));
  const seconds = (performance.now() - begin) / 1000;
  const { complaints } = await server.stop();
  report(runtime, { requests, counts, seconds, fresh, resident, growthMib, complaints });
}

function report(runtime, { requests, counts, seconds, fresh, resident, growthMib, complaints }) {
  const quarter = (number) => median(resident.slice((number - 1) * 25, number * 25).sort((a, b) => a - b));
  const quarters = [1, 2, 3, 4].map(quarter);
  const grown = quarters[3] - quarters[1];
  const errors = requests - counts.answered;
  console.log(`${runtime}: ${requests} requests over ${options.connections} connections, ${errors} errors`);
  console.log(`  ${seconds.toFixed(1)} s, ${Math.round(requests / seconds)} requests/s; load average ${loadavg()[0].toFixed(1)}`);
  const shown = quarters.map((mib, i) => `${25 * (i + 1)} %: ${mib.toFixed(1)}`).join("  ");
  console.log(`  resident MiB  fresh: ${fresh.toFixed(1)}  until ${shown}  end: ${resident.at(-1).toFixed(1)}`);
  for (const [message, count] of counts.errors) console.log(`FAIL  ${count} times: ${message}`);
  for (const complaint of complaints) console.log(`FAIL  ${complaint}`);
  if (grown > growthMib) console.log(`FAIL  grown by ${grown.toFixed(1)} MiB, at most ${growthMib}`);
  failed ||= errors > 0 || grown > growthMib || complaints.length > 0;
}
