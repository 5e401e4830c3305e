// The store that Lambda fetches the certificate from, through AWS's extension.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { APP_CERTIFICATE, APP_ID } from "../lib/cases.mjs";
import { expectAnswer, expectLog, expectToken, pause, tokenRequest } from "../lib/faulty.mjs";
import { freePort } from "../lib/http.mjs";
import { SESSION_TOKEN, startExtension } from "../lib/secrets.mjs";

const { AccessToken2 } = createRequire(import.meta.url)("agora-token/src/AccessToken2");

/** 1 s is the function's pause while it has no certificate, 60 s while it has one. */
const ASKED_AGAIN_AFTER_MS = 1_100;
const REFRESHED_AFTER_MS = 61_000;
const DOWN = /APP_CERTIFICATE_SECRET: the Parameters and Secrets extension: unreachable/;

export async function secretStoreDownAtStart({ start }) {
  const { env, port } = await environment();
  const function_ = await start(env);
  await expectAnswer(function_, tokenRequest(), 503, DOWN);
  const extension = await startExtension(port, APP_CERTIFICATE);
  await pause(ASKED_AGAIN_AFTER_MS);
  signed(await expectToken(function_));
  await extension.stop();
}
secretStoreDownAtStart.on = ["lambda"];

export async function secretStoreDownLater({ start }) {
  const { env, port } = await environment();
  const extension = await startExtension(port, APP_CERTIFICATE);
  const function_ = await start(env);
  signed(await expectToken(function_));
  await extension.stop();
  await pause(REFRESHED_AFTER_MS);
  signed(await expectToken(function_));
  await expectLog(function_, DOWN);
}
secretStoreDownLater.on = ["lambda"];

async function environment() {
  const port = await freePort();
  const env = {
    APP_ID,
    AUTH: "none",
    APP_CERTIFICATE_SECRET: "agora",
    AWS_SESSION_TOKEN: SESSION_TOKEN,
    PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String(port),
  };
  return { env, port };
}

function signed(text) {
  const token = new AccessToken2();
  assert.ok(token.from_string(text) && token.verifySignature(APP_CERTIFICATE), "not signed with the certificate");
}
