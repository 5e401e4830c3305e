// Very many requests over persistent connections: no error, and no growth of memory.
//
//   node tests/runtimes/soak.mjs [--native-requests 1000000] [--worker-requests 200000] [--connections 64]
//     other options: lib/under-test.mjs; needs a release build, or the figures say nothing
//
// Memory is what Linux counts as resident, sampled a hundred times. The limit applies to the growth between the second
// and the last quarter of the run: before, allocators and V8 grow to what so many connections need. 2 MiB over half a
// million requests are 4 bytes for each, and the smallest possible leak is larger. V8 chooses when it collects, hence the
// Worker's wider limit; a leak within its heap ends the process (lib/workerd.mjs). The Worker needs ten thousand requests
// to settle, so fewer than 40,000 prove nothing; the local server settles after a thousand.

import { loadavg } from "node:os";
import { test } from "node:test";
import { BODY, OPEN } from "./lib/faulty.mjs";
import { median } from "./lib/figures.mjs";
import { expectNone } from "./lib/found.mjs";
import { residentMib } from "./lib/memory.mjs";
import { startNative } from "./lib/native.mjs";
import { underTest } from "./lib/under-test.mjs";
import { bytes, Wire } from "./lib/wire.mjs";
import { startWorkerd } from "./lib/workerd.mjs";

const SAMPLES = 100;
const RUNS = {
  native: { start: startNative, growthMib: 2 },
  worker: { start: startWorkerd, growthMib: 16 },
};

const { options, runtimes, artefacts } = underTest(RUNS, {
  "native-requests": { type: "string", default: "1000000" },
  "worker-requests": { type: "string", default: "200000" },
  connections: { type: "string", default: "64" },
});

for (const runtime of runtimes) {
  test(`${runtime}_soak_has_no_error_and_no_growth`, (t) => soak(t, runtime, Number(options[`${runtime}-requests`])));
}

async function soak(t, runtime, requests) {
  const { start, growthMib } = RUNS[runtime];
  const server = await start(artefacts, OPEN, { quiet: true });
  const counts = { sent: 0, answered: 0, errors: new Map() };
  const resident = [];
  const client = async () => {
    let wire = null;
    while (counts.sent < requests) {
      counts.sent += 1;
      // Another channel and user each time, as in production.
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
  report(t, runtime, { requests, counts, seconds, fresh, resident, growthMib, complaints });
}

function report(t, runtime, { requests, counts, seconds, fresh, resident, growthMib, complaints }) {
  const quarter = (number) => median(resident.slice((number - 1) * 25, number * 25).sort((a, b) => a - b));
  const quarters = [1, 2, 3, 4].map(quarter);
  const grown = quarters[3] - quarters[1];
  const errors = requests - counts.answered;
  t.diagnostic(`${runtime}: ${requests} requests over ${options.connections} connections, ${errors} errors`);
  const rate = Math.round(requests / seconds);
  t.diagnostic(`${seconds.toFixed(1)} s, ${rate} requests/s; load average ${loadavg()[0].toFixed(1)}`);
  const shown = quarters.map((mib, i) => `${25 * (i + 1)} %: ${mib.toFixed(1)}`).join("  ");
  t.diagnostic(`resident MiB  fresh: ${fresh.toFixed(1)}  until ${shown}  end: ${resident.at(-1).toFixed(1)}`);
  const failures = [...counts.errors].map(([message, count]) => `${count} times: ${message}`);
  const growth = grown > growthMib ? [`grown by ${grown.toFixed(1)} MiB, at most ${growthMib}`] : [];
  expectNone([...failures, ...(errors && !failures.length ? [`${errors} errors`] : []), ...complaints, ...growth]);
}
