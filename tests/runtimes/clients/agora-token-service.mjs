// The other routes of agora-token-service (Go), and agora-go-backend-middleware, which has its POST routes.

import assert from "node:assert/strict";
import { holds007, holdsRtc, holdsRtm } from "../lib/client.mjs";

async function post(url, body, headers = { "Content-Type": "application/json" }) {
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  assert.equal(response.status, 200, await response.clone().text());
  return response.json();
}

export async function ping({ base }) {
  assert.deepEqual(await (await fetch(`${base}/ping`)).json(), { message: "pong" });
}

export async function rteWithAnRtmUser({ base, version }) {
  const answer = await (await fetch(`${base}/rte/test/publisher/uid/1/alice/?expiry=600`)).json();
  holdsRtc(answer.rtcToken, { version, answer, channel: "test", uid: "1", expire: 600 });
  holdsRtm(answer.rtmToken, { version, answer, userId: "alice", expire: 600 });
}

export async function chat({ base }) {
  const user = await (await fetch(`${base}/chat/account/alice/?expiry=600`)).json();
  holds007(user.chatToken, 600, [{ type: "chat", userId: "alice", privileges: { user: 600 } }]);
  const app = await (await fetch(`${base}/chat/app/?expiry=600`)).json();
  holds007(app.chatToken, 600, [{ type: "chat", userId: "", privileges: { app: 600 } }]);
}

export async function getToken({ base, version }) {
  for (const path of ["/getToken", "/token/getNew"]) {
    const body = { tokenType: "rtc", channel: "test", role: "publisher", uid: "1", expire: 600 };
    const answer = await post(base + path, body);
    holdsRtc(answer.token, { version, answer, channel: "test", uid: "1", expire: 600 });
  }
}

/** SwiftUI: `JSONEncoder().encode(["tokenType": "rtc", "uid": String(userId), …])`, uid 0 and no `expire`. */
export async function videoSdkSamplesIos({ base, version }) {
  const body = { tokenType: "rtc", uid: "0", role: "subscriber", channel: "test" };
  const answer = await post(`${base}/getToken`, body, {
    "Content-Type": "application/json",
    "X-Requested-With": "XMLHttpRequest",
    "User-Agent": "Docs-Examples/1 CFNetwork/1410.0.3 Darwin/22.6.0",
  });
  holdsRtc(answer.token, { version, answer, channel: "test", uid: version === "006" ? 0 : "", role: "subscriber" });
}

export async function signalingSamplesIos({ base, version }) {
  const answer = await post(`${base}/getToken`, { tokenType: "rtm", uid: "alice" });
  holdsRtm(answer.token, { version, answer, userId: "alice" });
}

/** With a channel the token is for a stream channel: 007 joins it in RTC as well. */
export async function signalingSamplesIosStreamChannel({ base, version }) {
  const answer = await post(`${base}/getToken`, { tokenType: "rtm", uid: "alice", channel: "stream" });
  if (version === "006") return holdsRtm(answer.token, { version, answer, userId: "alice" });
  return holds007(answer.token, 3600, [
    { type: "rtc", channel: "stream", uid: "alice", privileges: { joinChannel: 3600, publishDataStream: 3600 } },
    { type: "rtm", userId: "alice", privileges: { login: 3600 } },
  ]);
}

export async function chatUser({ base }) {
  const answer = await post(`${base}/token/getNew`, { tokenType: "chat", uid: "alice" });
  holds007(answer.token, 3600, [{ type: "chat", userId: "alice", privileges: { user: 3600 } }]);
}
