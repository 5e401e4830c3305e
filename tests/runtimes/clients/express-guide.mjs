// The Express guide: the server chooses the uid, and the client joins with it.

import assert from "node:assert/strict";
import { holdsRtc, holdsRtm } from "../lib/client.mjs";

async function post(url, body) {
  const headers = { "Content-Type": "application/json" };
  return (await fetch(url, { method: "POST", headers, body: JSON.stringify(body) })).json();
}

export async function publisher({ base, version }) {
  const { uid, token, ...times } = await post(`${base}/rtctoken`, { channel: "test", isPublisher: true });
  assert.ok(Number.isInteger(uid) && uid >= 1 && uid <= 4294967295, uid);
  holdsRtc(token, { version, answer: times, channel: "test", uid: String(uid) });
}

/** If the member is missing, the guide's server reads undefined: not a publisher. The guide's example is "True or False". */
export async function subscriber({ base, version }) {
  for (const more of [{}, { isPublisher: false }, { isPublisher: "false" }, { isPublisher: "False" }]) {
    const answer = await post(`${base}/rtctoken`, { channel: "test", ...more });
    holdsRtc(answer.token, { version, answer, channel: "test", uid: String(answer.uid), role: "subscriber" });
  }
}

export async function anotherUidEachTime({ base }) {
  const uids = [];
  for (let i = 0; i < 5; i += 1) uids.push((await post(`${base}/rtctoken`, { channel: "test" })).uid);
  assert.equal(new Set(uids).size, 5);
}

export async function rtm({ base, version }) {
  const answer = await post(`${base}/rtmtoken`, { user: "alice" });
  holdsRtm(answer.token, { version, answer, userId: "alice" });
}
