// Each required variable, missing in turn.

import assert from "node:assert/strict";
import { start as startProcess, within } from "../lib/children.mjs";
import { SESSION_TOKEN } from "../lib/extension.mjs";
import { expectAnswer, expectLog, tokenRequest } from "../lib/faulty.mjs";

/** A project that does not exist. Off loopback, the server rejects Agora's public test project, which other tests use. */
const PROJECT = { APP_ID: "0123456789abcdef0123456789abcdef", APP_CERTIFICATE: "fedcba9876543210fedcba9876543210" };
const KEYS = { ...PROJECT, AUTH: "api-key", API_KEYS: `backend:${"ab".repeat(32)}` };
const JWT = {
  ...PROJECT,
  AUTH: "jwt",
  JWT_ISSUER: "https://issuer.example.com",
  JWT_AUDIENCE: "agora-token-server",
  JWT_JWKS_URL: "https://issuer.example.com/jwks",
};
const SECRET = {
  APP_ID: PROJECT.APP_ID,
  AUTH: "none",
  APP_CERTIFICATE_SECRET: "agora",
  AWS_SESSION_TOKEN: SESSION_TOKEN,
};
const COMMON = [
  ...["APP_ID", "APP_CERTIFICATE", "AUTH", "API_KEYS"].map((missing) => ({ env: KEYS, missing })),
  ...["JWT_ISSUER", "JWT_AUDIENCE", "JWT_JWKS_URL"].map((missing) => ({ env: JWT, missing })),
];
const LAMBDA = [
  { env: SECRET, missing: "AWS_SESSION_TOKEN" },
  // Without the name of the secret, the certificate is missing.
  { env: SECRET, missing: "APP_CERTIFICATE_SECRET" },
];

/** Lambda and Workers cannot refuse to start: they answer 503, and the log names the variable. */
export async function variableMissing({ runtime, artefacts, start }) {
  for (const { env, missing } of runtime === "lambda" ? [...COMMON, ...LAMBDA] : COMMON) {
    const { [missing]: _, ...rest } = env;
    if (runtime === "native") {
      await refusesToStart(artefacts, rest, missing);
      continue;
    }
    const server = await start(rest);
    await expectAnswer(server, tokenRequest(), 503);
    // Lambda logs it when it starts; a Worker starts with a request and logs it in that line.
    const member = runtime === "lambda" ? '"level":"error","message"' : '"cause"';
    await expectLog(server, new RegExp(`${member}:"[^"]*\\b${missing}\\b`));
    await server.stop();
  }
}

async function refusesToStart({ binary }, env, missing) {
  // On loopback, the local server needs neither a project nor AUTH.
  const server = startProcess("native", binary, [], { ...env, HOST: "0.0.0.0", PORT: "0" });
  const { code } = await within(5_000, server.ended, `the server without ${missing}`);
  assert.equal(code, 2, `exit status ${code} without ${missing}`);
  assert.match(server.output.stderr, new RegExp(`^${missing}( is missing)?: `, "m"));
}
