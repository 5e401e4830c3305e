// Unusual paths and queries: slashes, redirects, percent-encoding, missing values.

import assert from "node:assert/strict";
import { holdsRtc } from "../lib/client.mjs";

const GOOD = { channel: "test", role: "publisher", tokentype: "uid", uid: "1" };
const path = ({ channel, role, tokentype, uid }, query = "") => `/rtc/${channel}/${role}/${tokentype}/${uid}${query}`;

export async function slashesAndNoRedirect({ base }) {
  const routes = ["/rtc/test/publisher/uid/1", "/rtm/1", "/rte/test/publisher/uid/1", "/rte/test/publisher/uid/1/2"];
  routes.push("/chat/app", "/chat/account/1", "/access_token?channel=test", "/fetch_rtc_token?uid=1&ChannelName=test");
  routes.push("/get_config?uid=1", "/api/get_config?uid=1", "/api/generate-agora-token?uid=1", "/token?uid=1");
  routes.push("/token/rtc/channel/test/agorauid/1?userAccount=alice");
  for (const route of routes) {
    const [at, query] = route.split("?");
    for (const slash of ["", "/"]) {
      const response = await fetch(base + at + slash + (query ? `?${query}` : ""), { redirect: "manual" });
      assert.equal(response.status, 200, `${route} with "${slash}"`);
    }
  }
  const posts = { "/getToken": { tokenType: "rtm", uid: "1" }, "/token/getNew": { tokenType: "rtm", uid: "1" } };
  Object.assign(posts, { "/rtctoken": { channel: "test" }, "/rtmtoken": { user: "1" } });
  Object.assign(posts, { "/fetch_rtc_token": { uid: 1, ChannelName: "test" }, "/fetch_rtm_token": { uid: "1" } });
  Object.assign(posts, { "/api/generate-agora-token": { uid: 1 } });
  for (const prefix of ["", "/toolbox", "/toolbox-global", "/toolbox-overseas"]) {
    for (const version of ["v1/token", "v2/token", "v2/sso/token", "v2/convoai/token", "v2/token006"]) {
      posts[`${prefix}/${version}/generate`] = { channelName: "test", uid: "1", type: 1 };
    }
  }
  for (const [route, body] of Object.entries(posts)) {
    for (const slash of ["", "/"]) {
      const request = { method: "POST", body: JSON.stringify(body), redirect: "manual" };
      assert.equal((await fetch(base + route + slash, request)).status, 200, `${route} with "${slash}"`);
    }
  }
}

export async function percentEncodedChannels({ base, version }) {
  for (const channel of ["a b", "a+b", "50%", "100%41", "a?b#c", "a&b=c", "[x]{y}|~", "a;b,c:d@e", "a?b", "a#b"]) {
    const inQuery = await (await fetch(`${base}/access_token?${new URLSearchParams({ channel, uid: "1" })}`)).json();
    holdsRtc(inQuery.token, { version, answer: inQuery, channel, uid: "1" });
  }
}

async function channelInThePath({ base, version }, channel) {
  const answer = await (await fetch(base + path({ ...GOOD, channel: encodeURIComponent(channel) }))).json();
  holdsRtc(answer.rtcToken, { version, answer, channel, uid: "1" });
}

export async function percentEncodedPaths(server) {
  for (const channel of ["a b", "a+b", "50%", "100%41", "a&b=c", "[x]{y}|~", "a;b,c:d@e", "a?b", "a#b"]) {
    await channelInThePath(server, channel);
  }
}

/** Escapes, which platforms decode; tests/it/dropin.rs has the rules. */
export async function badPathParameters({ base }) {
  const bad = {
    channel: ["%00", "a%22b", "%C3%A9", "%5C"],
    role: ["publisher%20"],
    tokentype: ["UID"],
    uid: ["0123", "%2B1", "%201"],
  };
  for (const [field, values] of Object.entries(bad)) {
    for (const value of values) await refused(base + path({ ...GOOD, [field]: value }), [field]);
  }
  await refused(base + path({ channel: "%22", role: "x", tokentype: "uid", uid: "x" }), ["channel", "role", "uid"]);
}

export async function noUtf8({ base }) {
  await refused(base + path({ ...GOOD, channel: "%FF" }), ["channel"]);
  await refused(`${base}/access_token?channel=%FF`, ["channel"]);
}
/** AWS does not document how an HTTP API changes such a path before the function receives it. */
noUtf8.not = ["lambda"];

export async function badQueries({ base }) {
  for (const value of ["0", "%2B60", "1763770000", "99999999999999999999"]) {
    await refused(base + path(GOOD, `?expiry=${value}`), ["expiry"]);
  }
  await refused(base + path(GOOD, "?expiry=60&expiry=60"), ["expiry"]);
  await refused(`${base}/access_token?channel=%22`, ["channel"]);
  await refused(`${base}/access_token?channel=test&expiredTs=soon`, ["expiredTs"]);
  await refused(`${base}/fetch_rtc_token?uid=1&ChannelName=a&channelname=b`, ["ChannelName"]);
}

/** Slashes, dots and an empty segment never result in a token for another channel or user. */
export async function segments({ base }) {
  const targets = ["/rtc/a%2Fb/publisher/uid/1", "/rtc//publisher/uid/1", "/rtc/a/b/publisher/uid/1", "/rtm//"];
  targets.push("/rtm/", "/rtc/test/publisher/uid/", "/chat/account/");
  for (const target of targets) {
    const response = await fetch(base + target, { redirect: "manual" });
    assert.ok([400, 404].includes(response.status), `${target}: ${response.status}`);
    assert.ok(!/"\w*[tT]oken"/.test(await response.text()), target);
  }
}

/** A base URL with a trailing slash, and slashes that are not empty parameters. */
export async function repeatedSlashes({ base, version }) {
  for (const target of ["//rtc/test/publisher/uid/1/", "/rtc/test/publisher/uid/1//", "/rtc/test/publisher//uid/1"]) {
    const response = await fetch(base + target, { redirect: "manual" });
    const answer = await response.json();
    assert.equal(response.status, 200, `${target}: ${JSON.stringify(answer)}`);
    holdsRtc(answer.rtcToken, { version, answer, channel: "test", uid: "1" });
  }
}

async function refused(url, fields) {
  const response = await fetch(url);
  const answer = await response.json();
  const shown = `${url}: ${JSON.stringify(answer)}`;
  assert.equal(response.status, 400, shown);
  assert.equal(answer.code, "invalid_request", shown);
  assert.deepEqual(
    answer.errors.map(({ field }) => field),
    fields,
    shown,
  );
  for (const { field, detail } of answer.errors) assert.ok(detail.includes(field), shown);
  for (const member of ["token", "rtcToken", "rtmToken", "chatToken"]) assert.equal(answer[member], undefined, shown);
}
