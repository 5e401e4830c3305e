// The Worker with a binding to a local Secrets Store. The harness of worker.mjs has no such store, so this runs
// `wrangler dev` after `wrangler secrets-store secret create`.

import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lines, scratch, start, within } from "./children.mjs";
import { accepting, freePort, send } from "./http.mjs";

const READY_WITHIN_MS = 30_000;
const STORE = "0123456789abcdef0123456789abcdef";
const wrangler = join(import.meta.dirname, "../../../node_modules/wrangler/bin/wrangler.js");

/** `stored` maps names of bindings to secrets. */
export async function startWorkerWithStore({ bundle }, env, stored) {
  const root = mkdtempSync(join(scratch, "store-"));
  cpSync(bundle, join(root, "bundle"), { recursive: true });
  const bindings = Object.keys(stored).map((binding) => ({ binding, store_id: STORE, secret_name: binding }));
  const config = { name: "stored", main: "bundle/worker.js", compatibility_date: "2026-10-01", vars: env };
  writeFileSync(join(root, "wrangler.json"), JSON.stringify({ ...config, secrets_store_secrets: bindings }));
  const quiet = {
    CI: "1",
    CLOUDFLARE_CF_FETCH_ENABLED: "false",
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_WRITE_LOGS: "false",
    XDG_CONFIG_HOME: root,
  };
  for (const [name, value] of Object.entries(stored)) {
    const what = ["--name", name, "--value", value, "--scopes", "workers"];
    execFileSync(process.execPath, [wrangler, "secrets-store", "secret", "create", STORE, ...what], {
      cwd: root,
      env: { PATH: process.env.PATH, HOME: scratch, ...quiet },
      stdio: ["ignore", "pipe", "pipe"],
    });
  }
  const port = await freePort();
  const args = ["dev", "--no-bundle", "--cwd", root, "--port", String(port), "--show-interactive-dev-session=false"];
  const child = start("worker with a store", process.execPath, [wrangler, ...args], quiet);
  await within(READY_WITHIN_MS, accepting(port), "wrangler's start");
  return {
    async send(request) {
      return [{ ...(await send(port, request)), from: "worker", over: "http", method: request.method }];
    },
    async stop() {
      await child.stop();
      return { logLines: lines(child.output.stdout).filter((line) => line.startsWith("{")), complaints: [] };
    },
  };
}
