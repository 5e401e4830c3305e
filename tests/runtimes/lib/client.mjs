// The expected content of a client's token, read by Agora's libraries.

import assert from "node:assert/strict";
import { APP_CERTIFICATE, APP_ID } from "./cases.mjs";
import { decode } from "./token.mjs";

const PROJECT = { appId: APP_ID, appCertificate: APP_CERTIFICATE };

/** `uid` is text, "" for 0; `answer` is the whole body, for its times. */
export function holdsRtc(token, { version, answer, channel, uid, role = "publisher", expire = 3600 }) {
  const rights = role === "publisher" ? ["publishAudioStream", "publishVideoStream", "publishDataStream"] : [];
  const privileges = Object.fromEntries(["joinChannel", ...rights].map((name) => [name, expire]));
  const issuedAt = timesOf(answer, expire);
  const { holds } = decode(token, PROJECT, { channel, uid }, issuedAt);
  if (version === "006") return assert.deepEqual(holds, { channel, uid, privileges });
  return assert.deepEqual(holds, { expire, services: [{ type: "rtc", channel, uid, privileges }] });
}

export function holdsRtm(token, { version, answer, userId, expire = 3600 }) {
  const issuedAt = timesOf(answer, expire);
  const { holds } = decode(token, PROJECT, { channel: userId, uid: "" }, issuedAt);
  if (version === "006") {
    return assert.deepEqual(holds, { channel: userId, uid: "", privileges: { rtmLogin: expire } });
  }
  return assert.deepEqual(holds, { expire, services: [{ type: "rtm", userId, privileges: { login: expire } }] });
}

/** The services of an 007 token, whatever the drop-in version. */
export function holds007(token, expire, services) {
  assert.deepEqual(decode(token, PROJECT).holds, { expire, services });
}

/** When the token was issued, by the two members beside the token. */
function timesOf({ expireTime, expiresAt }, expire) {
  assert.equal(expireTime, expire);
  const issuedAt = expiresAt - expireTime;
  assert.ok(Math.abs(issuedAt - Date.now() / 1000) < 10, `issued at ${issuedAt}`);
  return issuedAt;
}
