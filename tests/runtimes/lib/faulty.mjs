// Shared by the files of faults/: the three runtimes behind one interface, one request, and its expected log line.

import assert from "node:assert/strict";
import { APP_CERTIFICATE, APP_ID } from "./cases.mjs";
import { TRIGGERS } from "./events.mjs";
import { header } from "./expectation.mjs";
import { startLambda } from "./lambda.mjs";
import { startNative } from "./native.mjs";
import { startWorkerd } from "./workerd.mjs";

export const OPEN = { APP_ID, APP_CERTIFICATE, AUTH: "none" };
export const BODY = '{"channel":"room-1","role":"publisher","uid":42,"expireTime":3600}';
export const STARTERS = { native: startNative, worker: startWorkerd, lambda: startBehindHttpApi };

const LOGGED_WITHIN_MS = 5_000;

/** One trigger is enough here: run.mjs covers all of them. */
async function startBehindHttpApi(artefacts, env) {
  const lambda = await startLambda(artefacts, env);
  const { event, read } = TRIGGERS["http-api"];
  return {
    ...lambda,
    async send(request) {
      const { ok, payload } = await lambda.invoke(event(request, false));
      if (!ok) throw new Error(`the function reported ${JSON.stringify(payload)}`);
      return [{ ...read(payload), from: "lambda" }];
    },
  };
}

export function tokenRequest(headers = {}) {
  const all = { Host: "token.example.com", "Content-Type": "application/json", ...headers };
  return { method: "POST", path: "/token", headers: all, body: Buffer.from(BODY) };
}

export const bearer = (jwt) => tokenRequest({ Authorization: `Bearer ${jwt}` });

export const HEALTH = { method: "GET", path: "/healthz", headers: { Host: "token.example.com" }, body: null };

/** Sends a request. If the response must be a problem, the log must contain `cause`. */
export async function expectAnswer(server, request, status, cause) {
  const [answer] = await server.send(request);
  assert.equal(answer.status, status, `${answer.status} ${answer.body}`);
  const id = header(answer, "x-request-id");
  assert.ok(id, "the answer has no request id");
  if (cause) await expectLog(server, cause);
  return answer;
}

export async function expectToken(server, request = tokenRequest()) {
  const answer = await expectAnswer(server, request, 200);
  const { token } = JSON.parse(answer.body);
  assert.match(token, /^007/);
  return token;
}

/** A log line arrives through a pipe, possibly after the response. */
export async function expectLog(server, pattern) {
  const until = Date.now() + LOGGED_WITHIN_MS;
  while (!pattern.test(server.output.stdout)) {
    assert.ok(Date.now() < until, `the log does not say ${pattern}: ${server.output.stdout.slice(-1500)}`);
    await pause(50);
  }
}

/** Runs `action`, which must take at most `ms` milliseconds. */
export async function inTime(ms, action) {
  const begin = performance.now();
  const result = await action();
  const took = Math.round(performance.now() - begin);
  assert.ok(took <= ms, `took ${took} ms, expected at most ${ms}`);
  return result;
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
