// The renewal code of docs/renewing-tokens.md, with a stand-in for the SDK that raises its events at the same times.

import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { APP_CERTIFICATE, APP_ID } from "../lib/cases.mjs";
import { decode } from "../lib/token.mjs";
import { joinAndStay } from "../web-renewal.mjs";

const WARNS_BEFORE_EXPIRY_MS = 1_500; // the SDK: 30 s

class Client extends EventEmitter {
  taken = [];

  async join(appId, channel, token, uid) {
    assert.deepEqual([appId, channel, uid], [APP_ID, "test", 42]);
    this.#take("join", token);
  }

  async renewToken(token) {
    this.#take("renewToken", token);
  }

  #take(by, token) {
    const { issuedAt, holds } = decode(token, { appId: APP_ID, appCertificate: APP_CERTIFICATE });
    assert.deepEqual([holds.services[0].channel, holds.services[0].uid], ["test", "42"]);
    const expiresAt = (issuedAt + holds.expire) * 1000;
    assert.ok(expiresAt > Date.now(), "the token has expired");
    assert.notEqual(token, this.taken.at(-1)?.token);
    this.taken.push({ by, token });
    clearTimeout(this.timer);
    this.timer = setTimeout(
      () => this.emit("token-privilege-will-expire"),
      Math.max(0, expiresAt - Date.now() - WARNS_BEFORE_EXPIRY_MS),
    );
    this.emit(by);
  }
}

export async function renews({ base }) {
  const client = new Client();
  await joinAndStay(client, { server: base, channel: "test", uid: 42, expireTime: 3 });
  await once(client, "renewToken");
  await once(client, "renewToken");
  clearTimeout(client.timer);
  assert.deepEqual(
    client.taken.map(({ by }) => by),
    ["join", "renewToken", "renewToken"],
  );
}

export async function triesAgain({ base }) {
  const client = new Client();
  await joinAndStay(client, { server: base, channel: "test", uid: 42, expireTime: 3 });
  clearTimeout(client.timer);
  const { fetch } = globalThis;
  let failures = 2;
  globalThis.fetch = (...request) => (failures-- > 0 ? Promise.reject(new Error("offline")) : fetch(...request));
  try {
    client.emit("token-privilege-will-expire");
    await once(client, "renewToken");
  } finally {
    globalThis.fetch = fetch;
    clearTimeout(client.timer);
  }
  assert.ok(failures < 0);
}

export async function joinsAgainWhereItIsTooLate({ base }) {
  const client = new Client();
  await joinAndStay(client, { server: base, channel: "test", uid: 42, expireTime: 60 });
  client.emit("token-privilege-did-expire");
  await once(client, "join");
  clearTimeout(client.timer);
  assert.deepEqual(
    client.taken.map(({ by }) => by),
    ["join", "join"],
  );
}

export async function saysWhyItCannot({ base }) {
  const failing = joinAndStay(new Client(), { server: base, channel: "test", uid: 42, expireTime: 86401 });
  await assert.rejects(failing, /expireTime: expected 1 to 86400, got 86401; Agora ends every token after 24 hours/);
}
