// Faults of the host that serves an issuer's key set.

import assert from "node:assert/strict";
import { APP_CERTIFICATE, APP_ID } from "../lib/cases.mjs";
import { header } from "../lib/expectation.mjs";
import { broken, dripping, hanging, startIssuer, well } from "../lib/failing-issuer.mjs";
import { BODY, bearer, expectAnswer, expectToken, HEALTH, inTime, pause } from "../lib/faulty.mjs";
import { bytes, Wire } from "../lib/wire.mjs";

/** The server's time-out is 3 s; the rest allows for a busy machine. */
const REFUSED_WITHIN_MS = 6_000;
/** Kubernetes waits one second for a probe by default. */
const PROBED_WITHIN_MS = 1_000;
/** The server pauses for 10 s after a failed fetch. */
const ASKED_AGAIN_AFTER_MS = 11_000;

export async function keySetHostHangs({ start }) {
  await failsAndRecovers(start, hanging, /key set: timed out/);
}

export async function keySetHostDrips({ start }) {
  await failsAndRecovers(start, dripping, /key set: timed out/);
}

export async function keySetHostIsBroken({ start }) {
  await failsAndRecovers(start, broken, /key set: expected status 200, got 500/);
}

async function failsAndRecovers(start, behaviour, cause) {
  const issuer = await startIssuer(behaviour);
  try {
    const server = await start({ APP_ID, APP_CERTIFICATE, ...issuer.env });
    const refused = inTime(REFUSED_WITHIN_MS, () => expectAnswer(server, bearer(issuer.token()), 503, cause));
    // Lambda handles one event at a time; the others answer other requests meanwhile.
    if (server.port) await inTime(1_500, () => expectAnswer(server, HEALTH, 200));
    assert.ok(header(await refused, "retry-after"), "503 without Retry-After");
    // During the pause, no second request waits for the same host.
    await inTime(1_500, () => expectAnswer(server, bearer(issuer.token()), 503));
    assert.equal(issuer.fetches, 1);
    issuer.behaviour = well;
    await pause(ASKED_AGAIN_AFTER_MS);
    await expectToken(server, bearer(issuer.token()));
    // The key set is fetched: the host is no longer needed.
    issuer.behaviour = hanging;
    await inTime(1_500, () => expectToken(server, bearer(issuer.token())));
    assert.equal(issuer.fetches, 2);
  } finally {
    issuer.stop();
  }
}

/** One of two issuers hangs: neither users of the other issuer nor probes wait. */
export async function oneKeySetHostOfTwoHangs({ start }) {
  const [up, hangs] = [await startIssuer(), await startIssuer(hanging)];
  const other = "https://other.example/";
  const entry = (issuer, { env }) => ({
    issuer,
    audience: env.JWT_AUDIENCE,
    jwksUrl: env.JWT_JWKS_URL,
    uidClaim: "none",
  });
  const issuers = [entry(other, hangs), entry(up.env.JWT_ISSUER, up)].map((one) => ({ ...one, sharedUsers: true }));
  const probe = { ...HEALTH, path: "/readyz" };
  try {
    const server = await start({ APP_ID, APP_CERTIFICATE, AUTH: "jwt", JWT_ISSUERS: JSON.stringify(issuers) });
    await expectToken(server, bearer(up.token()));
    for (let asked = 0; asked < 3; asked += 1) {
      await inTime(PROBED_WITHIN_MS, () => expectAnswer(server, probe, 200));
      await inTime(1_500, () => expectToken(server, bearer(up.token())));
      await pause(5_000);
    }
    assert.equal(up.fetches, 1);
    assert.ok(hangs.fetches >= 2, `${hangs.fetches} fetches`);
    await inTime(REFUSED_WITHIN_MS, () => expectAnswer(server, bearer(up.token({ issuer: other })), 503));
  } finally {
    up.stop();
    hangs.stop();
  }
}
oneKeySetHostOfTwoHangs.on = ["native"];

/** The clocks of issuer and server differ by an hour. */
export async function clockFarOff({ start }) {
  const issuer = await startIssuer();
  try {
    const server = await start({ APP_ID, APP_CERTIFICATE, ...issuer.env });
    await expectToken(server, bearer(issuer.token()));
    await expectAnswer(
      server,
      bearer(issuer.token({ expires: -3600, notBefore: -7200 })),
      401,
      /exp: expired 3\d{3} s ago/,
    );
    await expectAnswer(server, bearer(issuer.token({ expires: 7200, notBefore: 3600 })), 401, /nbf: 3\d{3} s ahead/);
    await expectToken(server, bearer(issuer.token()));
  } finally {
    issuer.stop();
  }
}

/** A client that hangs up cancels its request, but not the fetch that the request began. */
export async function hangUpsDuringFetch({ runtime, start }) {
  const issuer = await startIssuer(afterASecond);
  try {
    const server = await start({ APP_ID, APP_CERTIFICATE, ...issuer.env });
    const request = bytes({ headers: { Authorization: `Bearer ${issuer.token()}` }, body: BODY });
    let hungUp = 0;
    let done = false;
    const hangUps = (async () => {
      for (; !done; hungUp += 1) {
        const wire = await Wire.open(server.port);
        wire.write(request);
        setTimeout(() => wire.destroy(), 50);
        await pause(10);
      }
    })();
    await pause(3_000);
    done = true;
    await hangUps;
    await inTime(1_000, () => expectToken(server, bearer(issuer.token())));
    // On the local server, requests share a fetch. On Workers they cannot wait for each other: at a cold start, several fetch.
    const most = runtime === "worker" ? 16 : 1;
    assert.ok(issuer.fetches <= most, `${issuer.fetches} fetches`);
    return `${hungUp} hang-ups, ${issuer.fetches} fetches`;
  } finally {
    issuer.stop();
  }
}
hangUpsDuringFetch.on = ["native", "worker"];

function afterASecond(response) {
  setTimeout(() => well(response), 1_000);
}
