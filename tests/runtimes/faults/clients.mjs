// Clients that hang up, send slowly or send too much: other clients are not affected.

import assert from "node:assert/strict";
import { BODY, expectToken, inTime, OPEN, pause } from "../lib/faulty.mjs";
import { bytes, closes, Wire } from "../lib/wire.mjs";

const GOOD = bytes({ body: BODY });
const HALF = bytes({ body: BODY.slice(0, BODY.length / 2), declared: BODY.length });
/** The server's time-out is 10 s; the rest allows for a busy machine. */
const CUT_OFF_WITHIN_MS = 13_000;

/** Half of the clients hang up after a part of the request, or all of it. On Workers, the clients share one isolate. */
export async function clientDisconnects({ start }) {
  const server = await start(OPEN);
  await expectToken(server);
  const parts = [GOOD, GOOD.subarray(0, 40), GOOD.subarray(0, GOOD.length - 1), Buffer.alloc(0), HALF, HALF, HALF];
  for (const part of parts) {
    await Promise.all(Array.from({ length: 80 }, (_, i) => (i % 2 ? leavesAfter(part, server) : asksWell(server))));
  }
  await expectToken(server);
}
clientDisconnects.on = ["native", "worker"];

export async function slowHead({ start }) {
  await dawdles(await start(OPEN), GOOD.subarray(0, 60), [408, null]);
}
slowHead.on = ["native"];

export async function slowBody({ start }) {
  await dawdles(await start(OPEN), HALF, [400, 408, null]);
}
slowBody.on = ["native"];

/** A client that is still sending must be able to read the response of a server that stopped reading. */
export async function tooLargeIsReadable({ start }) {
  const server = await start(OPEN);
  for (const size of [70_000, 1_000_000, 5_000_000]) {
    for (let i = 0; i < 10; i += 1) {
      const wire = await Wire.open(server.port);
      wire.write(bytes({ body: "x".repeat(size) }));
      // Like a client that writes everything before it reads.
      await pause(20);
      const answer = await wire.answer();
      assert.equal(answer?.status, 413, `${size} bytes: ${answer?.status ?? "closed without an answer"}`);
      wire.destroy();
    }
  }
  await expectToken(server);
}
// Cloudflare reads the body before the Worker runs.
tooLargeIsReadable.on = ["native"];

/** A hundred clients that send a byte a second are cut off in time, and others are answered at once. */
async function dawdles(server, sent, statuses) {
  const slow = Array.from({ length: 100 }, async () => {
    const wire = await Wire.open(server.port);
    wire.write(sent);
    const timer = setInterval(() => wire.write("a"), 1_000);
    try {
      const answer = await inTime(CUT_OFF_WITHIN_MS, () => wire.answer().catch(() => null));
      assert.ok(statuses.includes(answer?.status ?? null), `status ${answer?.status}`);
      if (answer) assert.ok(closes(answer), "the connection stays open");
    } finally {
      clearInterval(timer);
      wire.destroy();
    }
  });
  const others = (async () => {
    for (let i = 0; i < 30; i += 1) {
      await inTime(2_000, () => asksWell(server));
      await pause(300);
    }
  })();
  await Promise.all([...slow, others]);
}

async function leavesAfter(part, server) {
  const wire = await Wire.open(server.port);
  if (part.length) wire.write(part);
  await pause(Math.random() * 20);
  wire.destroy();
}

async function asksWell(server) {
  const wire = await Wire.open(server.port);
  const { status, body } = await wire.ask(GOOD);
  wire.destroy();
  assert.equal(status, 200, String(body));
}
