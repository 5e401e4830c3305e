// If nothing reads the server's output, only the log stops.

import assert from "node:assert/strict";
import { lines } from "../lib/children.mjs";
import { BODY, inTime, OPEN } from "../lib/faulty.mjs";
import { residentMib } from "../lib/memory.mjs";
import { bytes, Wire } from "../lib/wire.mjs";

const GOOD = bytes({ body: BODY });
/** Enough lines to fill the system's pipe and the server's buffer several times. */
const REQUESTS = 30_000;
const CONNECTIONS = 10;

export async function outputThatIsNotRead({ start }) {
  const server = await start(OPEN, { unread: true });
  let slowest = 0;
  const client = async () => {
    const wire = await Wire.open(server.port);
    for (let asked = 0; asked < REQUESTS / CONNECTIONS; asked += 1) {
      const begin = performance.now();
      const { status } = await wire.ask(GOOD);
      slowest = Math.max(slowest, performance.now() - begin);
      assert.equal(status, 200);
    }
    wire.destroy();
  };
  await inTime(60_000, () => Promise.all(Array.from({ length: CONNECTIONS }, client)));
  assert.ok(slowest < 1_000, `a request took ${Math.round(slowest)} ms`);
  const resident = residentMib(server.pid);
  assert.ok(resident < 64, `${resident.toFixed(1)} MiB resident`);
  server.read();
  await server.stop();
  const entries = lines(server.output.stdout).map((line) => JSON.parse(line));
  const requests = entries.filter(({ message }) => message === "request").length;
  const dropped = entries.reduce((sum, entry) => sum + (entry.dropped ?? 0), 0);
  assert.ok(dropped > 0, "nothing was dropped");
  assert.equal(requests + dropped, REQUESTS);
  return `${requests} of ${REQUESTS} lines kept, the others counted`;
}
outputThatIsNotRead.on = ["native"];
