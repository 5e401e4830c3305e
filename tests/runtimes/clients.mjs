// Runs the clients of existing token servers, as their authors wrote them, on the three runtimes and in both versions.
//
//   node tests/runtimes/clients.mjs
//     options: lib/under-test.mjs
//
// A file in clients/ is one family: its exported functions receive { base, version } and throw if they fail. `not` names
// the runtimes whose platform cannot deliver their requests. A file in tests/vectors/clients is one application.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { applications } from "./lib/applications.mjs";
import { APP_CERTIFICATE, APP_ID } from "./lib/cases.mjs";
import { startFront } from "./lib/front.mjs";
import { startNative } from "./lib/native.mjs";
import { underTest } from "./lib/under-test.mjs";
import { startWorker } from "./lib/worker.mjs";

const STARTERS = { native: startNative, worker: startWorker, lambda: startFront };
const TYPES = "rtc,rtm,chat-user,chat-app";
const timeout = 5 * 60_000;

const { runtimes, artefacts } = underTest(STARTERS);
const folder = join(import.meta.dirname, "clients");
const families = await Promise.all(
  readdirSync(folder)
    .sort()
    .map(async (name) => [name.replace(/\.mjs$/, ""), await import(join(folder, name))]),
);
families.push(["application", applications]);

for (const runtime of runtimes) {
  for (const version of ["007", "006"]) {
    suite(`${runtime}, ${version}`, { timeout }, () => {
      const env = { APP_ID, APP_CERTIFICATE, AUTH: "none", ALLOWED_TOKEN_TYPES: TYPES, DROP_IN_TOKEN_VERSION: version };
      let server;
      before(async () => {
        server = await STARTERS[runtime](artefacts, env);
      });
      after(() => server?.stop());
      for (const [family, clients] of families) {
        for (const [client, run] of Object.entries(clients)) {
          if (run.not?.includes(runtime)) continue;
          test(`${family} ${client}`, () => run({ base: server.url, version }));
        }
      }
    });
  }
}
