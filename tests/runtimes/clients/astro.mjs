// Agora's guide for Astro: a POST without a Content-Type, which the guide sends from Postman.

import assert from "node:assert/strict";
import { holdsRtc } from "../lib/client.mjs";

export async function postman({ base, version }) {
  const body = JSON.stringify({ channel: "test", role: "publisher", uid: 1, expireTime: 600 });
  for (const headers of [{}, { "Content-Type": "application/json" }, { "Content-Type": "text/plain" }]) {
    const response = await fetch(`${base}/api/token.json`, { method: "POST", headers, body });
    const answer = await response.json();
    holdsRtc(answer.token, { version, answer, channel: "test", uid: "1", expire: 600 });
  }
}

export async function textAndSubscriber({ base, version }) {
  const body = JSON.stringify({ channel: "test", role: "subscriber", uid: "1", expireTime: "600" });
  const answer = await (await fetch(`${base}/api/token.json/`, { method: "POST", body })).json();
  holdsRtc(answer.token, { version, answer, channel: "test", uid: "1", role: "subscriber", expire: 600 });
}

/** The guide's server answers errors as text. This server has the same text in `error`. */
export async function errors({ base }) {
  for (const [left, words] of [
    ["channel", "channel is required"],
    ["uid", "uid is required"],
    ["role", "role is incorrect"],
  ]) {
    const { [left]: _, ...body } = { channel: "test", role: "publisher", uid: 1, expireTime: 600 };
    const response = await fetch(`${base}/api/token.json`, { method: "POST", body: JSON.stringify(body) });
    assert.equal(response.status, 400);
    const { error, errors } = await response.json();
    assert.ok(error.includes(words), error);
    assert.deepEqual(
      errors.map(({ field }) => field),
      [left],
    );
  }
}
