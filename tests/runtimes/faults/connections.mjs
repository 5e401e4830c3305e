// Clients that hold connections lose them, while other clients are answered.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { connect } from "node:net";
import { expectToken, inTime, OPEN, pause } from "../lib/faulty.mjs";
import { residentMib } from "../lib/memory.mjs";
import { bytes, Wire } from "../lib/wire.mjs";

const DESCRIPTORS = 256;
const CLIENTS = 300;
/** The server's time-out is 10 s; the rest allows for a busy machine. */
const CLOSED_WITHIN_MS = 15_000;
const DESCRIPTION = bytes({ method: "GET", path: "/openapi.json" });
const HEALTH = bytes({ method: "GET", path: "/healthz" });

/** More clients than descriptors; each requests some MiB and reads nothing. */
export async function clientsThatNeverRead({ start }) {
  const server = await start(OPEN, { descriptors: DESCRIPTORS });
  await expectToken(server);
  const before = descriptorsOf(server);
  const requests = Buffer.concat(Array.from({ length: 100 }, () => DESCRIPTION));
  const sockets = Array.from({ length: CLIENTS }, () => silent(server.port, requests));
  let resident = 0;
  const until = Date.now() + CLOSED_WITHIN_MS;
  for (let asked = 0; descriptorsOf(server) > before + 5 || asked < 5; asked += 1) {
    assert.ok(Date.now() < until, `${descriptorsOf(server)} descriptors are still open`);
    await inTime(1_000, () => asks(server, HEALTH));
    await inTime(2_000, () => expectToken(server));
    resident = Math.max(resident, residentMib(server.pid));
    await pause(200);
  }
  assert.ok(resident < 64, `${resident.toFixed(1)} MiB resident`);
  for (const socket of sockets) socket.destroy();
  return `resident at most ${resident.toFixed(1)} MiB`;
}
clientsThatNeverRead.on = ["native"];

/** At the cap, a new client is served at once: the connection that made no progress for the longest time is closed. */
export async function connectionsAtTheCap({ start }) {
  const server = await start({ ...OPEN, MAX_CONNECTIONS: "100" });
  const busy = await Wire.open(server.port);
  const idle = await Promise.all(Array.from({ length: 150 }, () => Wire.open(server.port)));
  for (let i = 0; i < 20; i += 1) {
    const { status } = await inTime(1_000, () => busy.ask(HEALTH).catch(() => asks(server, HEALTH)));
    assert.equal(status, 200);
  }
  // 100 connections are left, and the oldest ones are closed.
  const answers = await Promise.all(
    idle.map((wire) =>
      wire.ask(HEALTH).then(
        ({ status }) => status,
        () => null,
      ),
    ),
  );
  const served = answers.filter((status) => status === 200).length;
  assert.ok(served >= 90 && served <= 100, `${served} of 150 idle clients were still connected`);
  assert.ok(
    answers.slice(-90).every((status) => status === 200),
    "a newer connection was closed before an older one",
  );
  for (const wire of [busy, ...idle]) wire.destroy();
}
connectionsAtTheCap.on = ["native"];

/** Writes and never reads. */
function silent(port, bytes) {
  const socket = connect({ port, host: "127.0.0.1" });
  socket.on("error", () => {});
  socket.write(bytes);
  return socket;
}

async function asks(server, request) {
  const wire = await Wire.open(server.port);
  const answer = await wire.ask(request);
  wire.destroy();
  return answer;
}

const descriptorsOf = ({ pid }) => readdirSync(`/proc/${pid}/fd`).length;
