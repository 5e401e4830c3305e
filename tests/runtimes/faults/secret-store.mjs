// Faults of the secret store from which Lambda fetches the certificate through AWS's extension.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { APP_CERTIFICATE, APP_ID } from "../lib/cases.mjs";
import { SESSION_TOKEN, startExtension } from "../lib/extension.mjs";
import { expectAnswer, expectLog, expectToken, pause, tokenRequest } from "../lib/faulty.mjs";

const { AccessToken2 } = createRequire(import.meta.url)("agora-token/src/AccessToken2");

/** The function pauses for 1 s between fetches without a certificate, for 60 s with one. */
const ASKED_AGAIN_AFTER_MS = 1_100;
const REFRESHED_AFTER_MS = 61_000;
const DOWN = /APP_CERTIFICATE_SECRET: the Parameters and Secrets extension: unreachable/;

export async function secretStoreDownAtStart({ start }) {
  const extension = await startExtension();
  const function_ = await start(environment(extension));
  await expectAnswer(function_, tokenRequest(), 503, DOWN);
  extension.up();
  await pause(ASKED_AGAIN_AFTER_MS);
  signed(await expectToken(function_));
}
secretStoreDownAtStart.on = ["lambda"];

export async function secretStoreDownLater({ start }) {
  const extension = await startExtension();
  extension.up();
  const function_ = await start(environment(extension));
  signed(await expectToken(function_));
  extension.down();
  await pause(REFRESHED_AFTER_MS);
  signed(await expectToken(function_));
  await expectLog(function_, DOWN);
}
secretStoreDownLater.on = ["lambda"];

function environment({ port }) {
  return {
    APP_ID,
    AUTH: "none",
    APP_CERTIFICATE_SECRET: "agora/certificate",
    AWS_SESSION_TOKEN: SESSION_TOKEN,
    PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: port,
  };
}

function signed(text) {
  const token = new AccessToken2();
  assert.ok(token.from_string(text) && token.verifySignature(APP_CERTIFICATE), "not signed with the certificate");
}
