// Agora's guide for Go, and the documentation pages that call its server: /fetch_rtc_token, /fetch_rtm_token.

import assert from "node:assert/strict";
import axios from "axios";
import { holdsRtc, holdsRtm } from "../lib/client.mjs";

/** The web page in the documentation, unchanged. */
export async function web({ base, version }) {
  let answer;
  function fetchToken(uid, channelName, tokenRole) {
    return new Promise(function (resolve) {
      axios
        .post(
          `${base}/fetch_rtc_token`,
          { uid: uid, channelName: channelName, role: tokenRole },
          { headers: { "Content-Type": "application/json; charset=UTF-8" } },
        )
        .then(function (response) {
          const token = response.data.token;
          answer = response.data;
          resolve(token);
        })
        .catch(function (error) {
          resolve(error);
        });
    });
  }
  const token = await fetchToken(1234, "test", 1);
  holdsRtc(token, { version, answer, channel: "test", uid: "1234" });
}

/** The older guide: a GET with a body, which axios sends from Node; uid as text and as number. */
export async function olderWeb({ base, version }) {
  let answer;
  function fetchToken(uid, channelName) {
    let data = JSON.stringify({ uid: uid, channelName: channelName });
    let config = {
      method: "get",
      url: `${base}/fetch_rtc_token`,
      headers: { "Content-Type": "application/json" },
      data: data,
    };
    return new Promise(function (resolve) {
      axios(config)
        .then(function (response) {
          const token = response.data.token;
          answer = response.data;
          resolve(token);
        })
        .catch(function (error) {
          resolve(error);
        });
    });
  }
  for (const uid of [123456, "123456"]) {
    const token = await fetchToken(uid, "ChannelA");
    holdsRtc(token, { version, answer, channel: "ChannelA", uid: "123456" });
    assert.equal(answer.code, "200");
  }
}
/** A Worker never receives the body of a GET request. */
olderWeb.not = ["worker"];

/** A browser cannot send a body with GET: the same fields as a query. */
export async function query({ base, version }) {
  const answer = await (await fetch(`${base}/fetch_rtc_token?uid=123456&channelName=ChannelA`)).json();
  holdsRtc(answer.token, { version, answer, channel: "ChannelA", uid: "123456" });
}

/** Electron and React Native: fetch with a text body, so the declared type is text/plain. */
export async function electronAndReactNative({ base, version }) {
  const [uid, channelName, role] = [7, "Test", 2];
  const body = JSON.stringify({ uid, ChannelName: channelName, role });
  const res = await (await fetch(`${base}/fetch_rtc_token`, { method: "POST", body })).json();
  assert.equal(+res.code, 200);
  holdsRtc(res.token, { version, answer: res, channel: "Test", uid: "7", role: "subscriber" });
}

/** Java with OkHttp, C# with UnityWebRequest. */
export async function androidAndUnity({ base, version }) {
  const headers = { "Content-Type": "application/json; charset=UTF-8" };
  const body = '{"uid":1234,"ChannelName":"test","role":1}';
  const answer = await (await fetch(`${base}/fetch_rtc_token`, { method: "POST", headers, body })).json();
  holdsRtc(answer.token, { version, answer, channel: "test", uid: "1234" });
}

/** Swift: JSONSerialization with .prettyPrinted, keys unordered, URLSession's default type. */
export async function swift({ base, version }) {
  const headers = { "Content-Type": "application/x-www-form-urlencoded" };
  const body = '{\n  "channelName" : "test",\n  "role" : 2,\n  "uid" : 1234\n}';
  const answer = await (await fetch(`${base}/fetch_rtc_token`, { method: "POST", headers, body })).json();
  holdsRtc(answer.token, { version, answer, channel: "test", uid: "1234", role: "subscriber" });
}

/** The Signaling page for the web. */
export async function signalingWeb({ base, version }) {
  const headers = { "Content-Type": "application/json; charset=UTF-8" };
  const response = await axios.post(`${base}/fetch_rtm_token`, { uid: "alice" }, { headers });
  holdsRtm(response.data.token, { version, answer: response.data, userId: "alice" });
}

/** A client that uses any text in `token` must not find a message there. */
export async function refusal({ base }) {
  const body = '{"uid":1234,"ChannelName":"test","role":3}';
  const response = await fetch(`${base}/fetch_rtc_token`, { method: "POST", body });
  assert.equal(response.status, 400);
  const answer = await response.json();
  assert.equal(answer.token, undefined);
  assert.notEqual(+answer.code, 200);
}
