// Agora's sample apps: video-sdk-samples-*, signaling-sdk-samples-*, API-Example-Unity.

import assert from "node:assert/strict";
import { holdsRtc, holdsRtm } from "../lib/client.mjs";

/** Kotlin, a GET with a Content-Type: "$serverUrl/rtc/$channelName/$tokenRole/uid/$uid/?expiry=$tokenExpiryTime". */
export async function android({ base: serverUrl, version }) {
  const headers = { "Content-Type": "application/json; charset=UTF-8", "User-Agent": "okhttp/4.11.0" };
  const response = await fetch(`${serverUrl}/rtc/test/2/uid/5/?expiry=600`, { headers });
  assert.ok(response.ok);
  const answer = await response.json();
  holdsRtc(answer.rtcToken, { version, answer, channel: "test", uid: "5", role: "subscriber", expire: 600 });
  const rtm = await (await fetch(`${serverUrl}/rtm/5/?expiry=600`, { headers })).json();
  holdsRtm(rtm.rtmToken, { version, answer: rtm, userId: "5", expire: 600 });
}

/** C#: "{0}/rtc/{1}/{2}/uid/{3}/?expiry={4}", and the Quickstart's "{0}/rtc/{1}/publisher/uid/{2}/". */
export async function unity({ base, version }) {
  const headers = { "User-Agent": "UnityPlayer/2021.3.16f1", "X-Unity-Version": "2021.3.16f1" };
  const answer = await (await fetch(`${base}/rtc/test/1/uid/5/?expiry=600`, { headers })).json();
  holdsRtc(answer.rtcToken, { version, answer, channel: "test", uid: "5", expire: 600 });
  const rtm = await (await fetch(`${base}/rtm/alice/?expiry=600`, { headers })).json();
  holdsRtm(rtm.rtmToken, { version, answer: rtm, userId: "alice", expire: 600 });
}

/** Dart: '…/rtc/$channelName/' '$tokenRole/uid/$uid' '?expiry=…', no slash. */
export async function flutter({ base, version }) {
  const answer = await (await fetch(`${base}/rtc/test/1/uid/5?expiry=600`)).json();
  holdsRtc(answer.rtcToken, { version, answer, channel: "test", uid: "5", expire: 600 });
}

export async function reactJs({ base, version }) {
  const config = { proxyUrl: "", serverUrl: base, uid: 5, tokenExpiryTime: "600" };
  const response = await fetch(
    `${config.proxyUrl}${config.serverUrl}/rtc/test/publisher/uid/${config.uid}/?expiry=${config.tokenExpiryTime}`,
  );
  const data = await response.json();
  holdsRtc(data.rtcToken, { version, answer: data, channel: "test", uid: "5", expire: 600 });
}

/** C++ of video-sdk-samples-windows: searches the text for `"rtcToken":"` instead of parsing JSON. */
export async function windows({ base, version }) {
  const readBuffer = await (await fetch(`${base}/rtc/test/1/uid/5/?expiry=600`)).text();
  const tokenKey = '"rtcToken":"';
  const startPos = readBuffer.indexOf(tokenKey) + tokenKey.length;
  const token = readBuffer.substring(startPos, readBuffer.indexOf('"', startPos));
  holdsRtc(token, { version, answer: JSON.parse(readBuffer), channel: "test", uid: "5", expire: 600 });
}

/** signaling-sdk-samples-web: a header that needs a preflight. */
export async function signalingWeb({ base, version }) {
  const asks = { "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "x-requested-with" };
  const preflight = await fetch(`${base}/rtm/alice/?expiry=600`, {
    method: "OPTIONS",
    headers: { Origin: "https://app.example", ...asks },
  });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers.get("access-control-allow-origin"), "*");
  assert.equal(preflight.headers.get("access-control-allow-headers"), "x-requested-with");
  const res = await fetch(base + "/rtm/" + "alice" + "/?expiry=" + "600", {
    headers: { "X-Requested-With": "XMLHttpRequest", Origin: "https://app.example" },
  });
  assert.equal(res.headers.get("access-control-allow-origin"), "*");
  const json = await JSON.parse(await res.text());
  holdsRtm(json.rtmToken, { version, answer: json, userId: "alice", expire: 600 });
}
