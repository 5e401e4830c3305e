// Clients of existing token servers, each as its author wrote it, against the three runtimes and in both versions.
//
//   node clients.mjs [--only native,worker,lambda] [--clients part-of-a-file-name]
//     --native, --worker, --bootstrap: as in run.mjs
//
// A file in clients/ is one family: its exported functions get { base, version } and fail by throwing; `not` names
// the runtimes whose platform cannot deliver what they send.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { APP_CERTIFICATE, APP_ID } from "./lib/cases.mjs";
import { startFront } from "./lib/front.mjs";
import { startNative } from "./lib/native.mjs";
import { underTest } from "./lib/under-test.mjs";
import { startWorker } from "./lib/worker.mjs";

const GIVE_UP_AFTER_MS = 2 * 60_000;
const STARTERS = { native: startNative, worker: startWorker, lambda: startFront };
const TYPES = "rtc,rtm,chat-user,chat-app";

const here = import.meta.dirname;
const { options, artefacts, needs } = underTest(STARTERS, { clients: { type: "string", default: "" } });

setTimeout(() => {
  console.log(`FAIL  gave up after ${GIVE_UP_AFTER_MS / 1000} s`);
  process.exit(1);
}, GIVE_UP_AFTER_MS).unref();

const families = [];
for (const name of readdirSync(join(here, "clients")).sort()) {
  if (name.includes(options.clients)) families.push({ name, clients: await import(join(here, "clients", name)) });
}
let passed = 0;
let failed = 0;
for (const runtime of options.only.split(",")) {
  if (!existsSync(needs[runtime])) {
    console.error(`${runtime}: there is no "${needs[runtime]}"`);
    process.exit(2);
  }
  for (const version of ["007", "006"]) {
    const env = { APP_ID, APP_CERTIFICATE, AUTH: "none", ALLOWED_TOKEN_TYPES: TYPES, DROP_IN_TOKEN_VERSION: version };
    const server = await STARTERS[runtime](artefacts, env);
    for (const { name, clients } of families) {
      for (const [client, run] of Object.entries(clients)) {
        if (run.not?.includes(runtime)) continue;
        try {
          await run({ base: server.url, version });
          passed += 1;
        } catch (error) {
          failed += 1;
          console.log(`FAIL  ${name} ${client} (${runtime}, ${version})\n${error.stack ?? error}`);
        }
      }
    }
    await server.stop();
  }
}
console.log(`clients: ${passed} passed, ${failed} failed`);
process.exit(failed || !passed ? 1 : 0);
