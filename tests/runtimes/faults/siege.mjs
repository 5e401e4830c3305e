// One attack after another on one server: /healthz answers within a second, memory stays bounded, and valid callers get
// tokens throughout. Without `--full`, the attacks are smaller.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { attack } from "../lib/attacks.mjs";
import { APP_CERTIFICATE, APP_ID } from "../lib/cases.mjs";
import { startIssuer } from "../lib/failing-issuer.mjs";
import { BODY, bearer, expectAnswer, expectToken, HEALTH, inTime, pause, tokenRequest } from "../lib/faulty.mjs";
import { jwt, keySet } from "../lib/issuer.mjs";
import { residentMib } from "../lib/memory.mjs";

const API_KEY = "siege-api-key";
const MAX_RESIDENT_MIB = 64;
const MAX_HEALTH_MS = 1_000;
/** The server's pause between two fetches of a key set. */
const FETCH_PAUSE_MS = 60_000;
const HALF_HEAD = "POST /token HTTP/1.1\r\nHost: a\r\nX-Padding: ";
const HALF_BODY = `POST /token HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n${"a".repeat(500)}`;

export async function siege({ start, full }) {
  const issuer = await startIssuer(withoutRsa);
  const figures = [];
  try {
    const server = await start({
      APP_ID,
      APP_CERTIFICATE,
      ...issuer.env,
      AUTH: "api-key,jwt",
      API_KEYS: `backend:${createHash("sha256").update(API_KEY).digest("hex")}`,
      // More than the hang-ups, which use the credential of a valid caller.
      RATE_LIMIT: "60000",
      TRUSTED_PROXIES: "1",
    });
    const begin = Date.now();
    await expectToken(server, bearer(issuer.token()));
    const { port } = server;
    const during = async (name, settings) => {
      const run = attack(name, { port, ...settings });
      const [did, noticed] = await Promise.all([run, watched(name, server, issuer, run)]);
      figures.push(`${name}: ${did}; ${noticed}`);
    };
    await during("idle", { count: full ? 5_000 : 1_000, seconds: full ? 13 : 3 });
    await during("drip", { count: full ? 5_000 : 1_000, seconds: full ? 15 : 5, begin: HALF_HEAD });
    await during("drip", { count: full ? 5_000 : 1_000, seconds: full ? 15 : 5, begin: HALF_BODY });
    await during("hugeHeads", { count: full ? 500 : 100, size: 400_000 });
    await during("pipeline", { count: full ? 100_000 : 20_000 });
    await during("forgedAddresses", { count: full ? 300_000 : 30_000 });

    // A key rotation: the old key stays valid, and the new one is fetched once.
    await pause(Math.max(0, begin + FETCH_PAUSE_MS + 1_000 - Date.now()));
    issuer.behaviour = (response) => setTimeout(() => complete(response), 300);
    const fetches = issuer.fetches;
    const rotated = `Bearer ${jwt({ key: "rsa" })}`;
    await during("hangUps", {
      perSecond: full ? 1_000 : 300,
      seconds: full ? 10 : 4,
      authorization: rotated,
      body: BODY,
    });
    await expectToken(server, tokenRequest({ Authorization: rotated, "X-Forwarded-For": "192.0.2.9" }));
    assert.equal(issuer.fetches - fetches, 1, "the rotation caused more than one fetch");
    return `\n      ${figures.join("\n      ")}`;
  } finally {
    issuer.stop();
  }
}
siege.on = ["native"];
siege.alone = true;

/** The slowest responses that other clients get while `run` is in progress. */
async function watched(name, server, issuer, run) {
  let ended = false;
  const end = () => (ended = true);
  run.then(end, end);
  let [slowest, resident, tokens] = [0, 0, 0];
  const good = [tokenRequest({ "X-API-Key": API_KEY, "X-Forwarded-For": "192.0.2.7" }), bearer(issuer.token())];
  while (!ended) {
    const begin = performance.now();
    await inTime(MAX_HEALTH_MS, () => expectAnswer(server, HEALTH, 200));
    slowest = Math.max(slowest, performance.now() - begin);
    await expectToken(server, good[tokens % good.length]);
    tokens += 1;
    resident = Math.max(resident, residentMib(server.pid));
    await pause(50);
  }
  assert.ok(resident <= MAX_RESIDENT_MIB, `${name}: ${resident.toFixed(1)} MiB resident`);
  return `/healthz within ${Math.round(slowest)} ms, resident ${resident.toFixed(1)} MiB, ${tokens} tokens`;
}

const complete = (response) => response.writeHead(200, { "Content-Type": "application/json" }).end(keySet);

function withoutRsa(response) {
  const keys = JSON.parse(keySet).keys.filter(({ kid }) => kid !== "rsa");
  response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify({ keys }));
}
