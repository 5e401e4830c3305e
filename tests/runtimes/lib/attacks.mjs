// Attacks on the server's connections. Each runs in its own thread, so that it does not delay the thread that observes the
// server. Each receives { port, count, … } and returns a text that describes what it did.

import { connect } from "node:net";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { bytes, Wire } from "./wire.mjs";

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const EXPECTED_WITHIN_MS = 60_000;

const ATTACKS = {
  /** Connect and send nothing until the server closes, or for `seconds`. */
  async idle({ port, count, seconds }) {
    const sockets = await opened(port, count);
    await pause(seconds * 1_000);
    const left = sockets.filter((socket) => !socket.destroyed && !socket.readableEnded).length;
    for (const socket of sockets) socket.destroy();
    return `${count} connected, ${left} still after ${seconds} s`;
  },

  /** Send the beginning of a request, then single bytes with pauses. */
  async drip({ port, count, seconds, begin }) {
    const sockets = await opened(port, count);
    for (const socket of sockets) socket.write(begin);
    for (let second = 0; second < seconds; second += 1) {
      for (const socket of sockets) if (socket.writable) socket.write("a");
      await pause(1_000);
    }
    for (const socket of sockets) socket.destroy();
    return `${count} dripped`;
  },

  /** Send heads far above the limit; each is answered with 431. */
  async hugeHeads({ port, count, size }) {
    const head = Buffer.from(`GET /healthz HTTP/1.1\r\nHost: a\r\nX-Padding: ${"a".repeat(size)}\r\n\r\n`);
    const statuses = new Map();
    const client = async (share) => {
      for (let sent = 0; sent < share; sent += 1) {
        const wire = await Wire.open(port);
        wire.write(head);
        const answer = await wire.answer().catch(() => null);
        tally(statuses, answer?.status ?? "closed");
        wire.destroy();
      }
    };
    await Promise.all(Array.from({ length: 50 }, () => client(count / 50)));
    return expectTally(statuses, { 431: count });
  },

  /** Send requests without waiting for responses; all are answered. */
  async pipeline({ port, count }) {
    const statuses = new Map();
    const request = bytes({ method: "GET", path: "/ping" });
    await Promise.all(Array.from({ length: 10 }, () => pipelined(port, count / 10, () => request, statuses)));
    return expectTally(statuses, { 200: count });
  },

  /** Send an invalid credential from a new address each time. */
  async forgedAddresses({ port, count }) {
    const statuses = new Map();
    const forged = (index) =>
      bytes({ headers: { Authorization: "Bearer guess", "X-Forwarded-For": address(index) }, body: "{}" });
    const share = count / 10;
    const clients = Array.from({ length: 10 }, (_, client) =>
      pipelined(port, share, (index) => forged(client * share + index), statuses),
    );
    await Promise.all(clients);
    return expectTally(statuses, { 401: count });
  },

  /** Send whole requests and hang up before the response. */
  async hangUps({ port, perSecond, seconds, authorization, body }) {
    const request = bytes({ headers: { Authorization: authorization }, body });
    let hungUp = 0;
    const begin = performance.now();
    for (let elapsed = 0; elapsed < seconds * 1_000; elapsed = performance.now() - begin) {
      for (; hungUp < (elapsed / 1_000) * perSecond; hungUp += 1) {
        const socket = silenced(connect({ port, host: "127.0.0.1" }));
        socket.on("connect", () => socket.write(request, () => setTimeout(() => socket.destroy(), 2)));
      }
      await pause(5);
    }
    await pause(500);
    return `${hungUp} hung up in ${seconds} s`;
  },
};

/** Runs an attack in its own thread. */
export function attack(name, settings) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: { name, settings } });
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", (code) => code && reject(new Error(`${name}: exit code ${code}`)));
  });
}

function silenced(socket) {
  return socket.on("error", () => {});
}

async function opened(port, count) {
  const sockets = [];
  while (sockets.length < count) {
    const some = Array.from({ length: Math.min(100, count - sockets.length) }, () => {
      const socket = silenced(connect({ port, host: "127.0.0.1" }));
      socket.resume();
      return new Promise((resolve) => socket.once("connect", resolve).once("close", resolve)).then(() => socket);
    });
    sockets.push(...(await Promise.all(some)));
  }
  return sockets;
}

/** Sends `count` requests over one connection, as fast as the server reads them, and counts the statuses. */
function pipelined(port, count, request, statuses) {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    let sent = 0;
    let answered = 0;
    let rest = "";
    const late = setTimeout(() => reject(new Error(`${answered} of ${count} answered`)), EXPECTED_WITHIN_MS);
    const send = () => {
      while (sent < count) {
        const batch = [];
        for (const end = Math.min(count, sent + 100); sent < end; sent += 1) batch.push(request(sent));
        if (!socket.write(Buffer.concat(batch))) break;
      }
    };
    socket.on("connect", send).on("drain", send);
    socket.on("error", reject);
    socket.on("close", () => answered < count && reject(new Error(`closed after ${answered} of ${count} answers`)));
    socket.on("data", (part) => {
      const text = rest + part.toString("latin1");
      let end = 0;
      for (const match of text.matchAll(/HTTP\/1\.1 (\d{3})/g)) {
        tally(statuses, match[1]);
        answered += 1;
        end = match.index + match[0].length;
      }
      rest = text.slice(Math.max(end, text.length - 12));
      if (answered < count) return;
      clearTimeout(late);
      resolve();
      socket.destroy();
    });
  });
}

function tally(statuses, status) {
  statuses.set(String(status), (statuses.get(String(status)) ?? 0) + 1);
}

function expectTally(statuses, expected) {
  const got = JSON.stringify(Object.fromEntries(statuses));
  if (got !== JSON.stringify(expected)) throw new Error(`${got}, expected ${JSON.stringify(expected)}`);
  return got;
}

const address = (index) => `${100 + (index >> 24)}.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;

if (!isMainThread && workerData?.name) {
  parentPort.postMessage(await ATTACKS[workerData.name](workerData.settings));
  process.exit(0);
}
