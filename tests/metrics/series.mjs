// A server whose metrics have every possible series.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { APP_CERTIFICATE, APP_ID } from "../runtimes/lib/cases.mjs";
import { freePort } from "../runtimes/lib/http.mjs";
import { ISSUER, jwt, startIssuer } from "../runtimes/lib/issuer.mjs";
import { startNative } from "../runtimes/lib/native.mjs";

/** An issuer that answers with 500. */
export const DOWN = "https://down.example/";
/** The maximum of `JWT_ISSUERS`. */
const ISSUERS = 16;
const ROOM = { channel: "room-1", role: "publisher", expireTime: 600 };
const KEY = "agora_metrics_0123456789abcdefghijklmnopqrstuvwxyz";

/** { server, metrics }: the server, and the URL of its metrics. */
export async function startMetered(artefacts) {
  const issuer = await startIssuer();
  const others = Array.from({ length: ISSUERS - 2 }, (_, index) => `https://issuer-${index}.example/`);
  const issuers = [ISSUER, DOWN, ...others].map((name) => ({
    issuer: name,
    jwksUrl: `${issuer.origin}/native/${name === DOWN ? "down" : "good"}`,
    audience: "https://tokens.example",
    sharedUsers: true,
  }));
  const port = await freePort();
  const server = await startNative(artefacts, {
    APP_ID,
    APP_CERTIFICATE,
    AUTH: "api-key,jwt",
    API_KEYS: `backend:${createHash("sha256").update(KEY).digest("hex")}`,
    JWT_ISSUERS: JSON.stringify(issuers),
    ALLOWED_TOKEN_TYPES: "rtc,rtm,chat-user,chat-app,fpa,apaas-room-user,apaas-user,apaas-app,convoai,stt",
    METRICS_PORT: String(port),
  });
  await everySeries(server);
  return { server, metrics: `http://127.0.0.1:${port}/metrics` };
}

/** Requests each route with each possible class of status, and each token type. */
async function everySeries(server) {
  const { paths } = await (await fetch(`${server.url}/openapi.json`)).json();
  const key = { "X-API-Key": KEY, "Content-Type": "application/json" };
  const down = { Authorization: `Bearer ${jwt({ claims: { iss: DOWN } })}`, "Content-Type": "application/json" };
  const values = {
    role: "publisher",
    tokentype: "uid",
    uid: "7",
    agorauid: "7",
    rtmuid: "u",
    channel: "room-1",
    id: "u",
  };
  const bodies = [{ ...ROOM, uid: 7, ChannelName: "room-1", channelName: "room-1", user: "u", tokenType: "rtc" }, {}];
  for (const [pattern, methods] of Object.entries(paths)) {
    const path = pattern.replaceAll(/\{(\w+)\}/g, (_, name) => values[name] ?? "x");
    for (const method of Object.keys(methods).filter((name) => ["get", "post"].includes(name))) {
      const body = (value) => (method === "post" ? { body: JSON.stringify(value) } : {});
      for (const headers of [key, down, {}]) {
        for (const value of bodies) await fetch(server.url + path, { method, headers, ...body(value) });
      }
    }
    await fetch(server.url + path, { method: "DELETE" });
  }
  const kinds = [{ ...ROOM, uid: 7 }, { tokenType: "rtm", uid: "u", expireTime: 60 }, { tokenType: "fpa" }];
  const more = ["convoai", "stt"].map((tokenType) => ({ ...ROOM, uid: 7, tokenType }));
  const apps = ["chat-app", "apaas-app"].map((tokenType) => ({ tokenType, expireTime: 60 }));
  for (const value of [...kinds, ...more, ...apps, { tokenType: "chat-user", uid: "u", expireTime: 60 }]) {
    const answer = await fetch(`${server.url}/token`, { method: "POST", headers: key, body: JSON.stringify(value) });
    assert.equal(answer.status, 200, await answer.text());
  }
  const good = { Authorization: `Bearer ${jwt({})}`, "Content-Type": "application/json" };
  const own = await fetch(`${server.url}/token`, { method: "POST", headers: good, body: JSON.stringify(ROOM) });
  assert.equal(own.status, 200, await own.text());
  for (const [path, method] of [
    ["/nowhere", "GET"],
    ["/token", "OPTIONS"],
    ["/readyz", "GET"],
  ]) {
    await fetch(server.url + path, { method });
  }
}
