// The bundle of `wrangler deploy --dry-run` in workerd, with the bindings of wrangler.toml.

import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { scratch, within } from "./children.mjs";
import { send } from "./http.mjs";
import { record } from "./transcript.mjs";
import { startWorkerWithStore } from "./worker-store.mjs";

const READY_WITHIN_MS = 30_000;

// Wrangler reads these when it is loaded, hence the dynamic import below. It uses no network and writes nothing to HOME.
Object.assign(process.env, {
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_WRITE_LOGS: "false",
  XDG_CONFIG_HOME: scratch,
});

export async function startWorker({ bundle, top }, env, { wrangler = [], secretsStore } = {}) {
  if (secretsStore) return startWorkerWithStore({ bundle }, env, secretsStore);
  const { createTestHarness } = await import("wrangler");
  // A copy in another folder: the harness would also read a developer's `.dev.vars` beside the file.
  const root = mkdtempSync(join(scratch, "worker-"));
  const lines = [readFileSync(join(top, "wrangler.toml"), "utf8"), ...wrangler];
  writeFileSync(join(root, "wrangler.toml"), lines.join("\n"));
  const { APP_CERTIFICATE, ...vars } = env;
  const secrets = APP_CERTIFICATE === undefined ? {} : { APP_CERTIFICATE };
  const harness = createTestHarness({
    root,
    workers: [{ configPath: "wrangler.toml", prebuiltWorkerDir: bundle, vars, secrets }],
  });
  const { url } = await within(READY_WITHIN_MS, harness.listen(), "workerd's start");
  return {
    url: url.origin,
    async send(request) {
      const answer = await send(Number(url.port), request);
      return [{ ...answer, from: "worker", over: "http", method: request.method }];
    },
    async stop() {
      const logLines = harness.getLogs().map(({ message }) => message);
      for (const line of logLines) record("worker log", `${line}\n`);
      await harness.close();
      return { logLines, complaints: [] };
    },
  };
}
