// Thousands of connections at once, and a stop of the server while they are open.

import assert from "node:assert/strict";
import { within } from "../lib/children.mjs";
import { BODY, OPEN, pause } from "../lib/faulty.mjs";
import { residentMib } from "../lib/memory.mjs";
import { bytes, closes, Wire } from "../lib/wire.mjs";

const GOOD = bytes({ body: BODY });
const CONNECTIONS = 1_000;
const ROUNDS = 10;
/** During the first half, the allocator grows: it keeps memory for each thread. */
const SETTLED = ROUNDS / 2;
/** After that, a leak of 1 KiB per connection would be 5 MiB. V8 chooses when it collects. */
const GROWTH_MIB = { native: 3, worker: 16 };

/** V8 does not collect before its heap reaches a certain size; crowds are measured from then on. */
const SETTLING = { native: 0, worker: 30_000 };

async function settle(port, requests) {
  const each = Math.ceil(requests / 64);
  const client = async () => {
    const wire = await Wire.open(port);
    for (let asked = 0; asked < each; asked += 1) await wire.ask(GOOD);
    wire.destroy();
  };
  await Promise.all(Array.from({ length: 64 }, client));
}

export async function thousandConnections({ runtime, start }) {
  const server = await start(OPEN);
  await settle(server.port, SETTLING[runtime]);
  const resident = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const wires = await Promise.all(Array.from({ length: CONNECTIONS }, () => Wire.open(server.port)));
    // All connections are open before the first request.
    const answers = await Promise.all(wires.map((wire) => wire.ask(GOOD)));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    for (const wire of wires) wire.destroy();
    await pause(500);
    resident.push(residentMib(server.pid));
  }
  const shown = resident.map((mib) => mib.toFixed(1)).join(", ");
  const grown = resident.at(-1) - resident[SETTLED - 1];
  assert.ok(grown <= GROWTH_MIB[runtime], `resident MiB after each crowd: ${shown}`);
  return `${ROUNDS} crowds of ${CONNECTIONS} answered; resident after each: ${shown} MiB`;
}
thousandConnections.on = ["native", "worker"];
thousandConnections.alone = true;

/** Every request that was sent before `Connection: close` is answered. */
export async function stopUnderLoad({ start }) {
  let answered = 0;
  for (let round = 0; round < 5; round += 1) {
    const server = await start(OPEN);
    let stopping = false;
    const clients = Array.from({ length: 100 }, async () => {
      while (!stopping) {
        const wire = await Wire.open(server.port);
        for (let last = false; !last; ) {
          const answer = await wire.ask(GOOD);
          assert.equal(answer.status, 200);
          answered += 1;
          last = closes(answer);
        }
        wire.destroy();
      }
    });
    await pause(500 + Math.random() * 500);
    stopping = true;
    const { complaints } = await within(
      10_000,
      Promise.all([server.stop(), ...clients]).then(([end]) => end),
      "the end",
    );
    assert.deepEqual(complaints, []);
  }
  return `${answered} requests in 5 runs, none lost`;
}
stopUnderLoad.on = ["native"];
stopUnderLoad.alone = true;

/** So are new connections that the system accepted before the signal. */
export async function stopWithNewConnections({ start }) {
  for (let round = 0; round < 5; round += 1) {
    const server = await start(OPEN);
    const wires = await Promise.all(Array.from({ length: 200 }, () => Wire.open(server.port)));
    const answers = Promise.all(wires.map((wire) => wire.ask(GOOD)));
    const [statuses, { complaints }] = await Promise.all([answers, server.stop()]);
    assert.ok(statuses.every(({ status }) => status === 200));
    assert.deepEqual(complaints, []);
    for (const wire of wires) wire.destroy();
  }
}
stopWithNewConnections.on = ["native"];
stopWithNewConnections.alone = true;
