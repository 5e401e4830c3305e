// The size of the Worker and the cold start of the Lambda function, measured on what would be deployed.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { start, within } from "./children.mjs";
import { TRIGGERS } from "./events.mjs";
import { functionEnv, runtimeApi } from "./lambda.mjs";

const COLD_STARTS = 15;
const ANSWER_WITHIN_MS = 10_000;
/** What `wrangler deploy --dry-run` writes beside the modules. */
const NOT_UPLOADED = /^README\.md$|\.map$/;

/** All modules, each through gzip -9, in KiB. */
export function workerSize(bundle) {
  const modules = readdirSync(bundle, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !NOT_UPLOADED.test(entry.name))
    .map((entry) => ({
      name: entry.name,
      kib: gzipSync(readFileSync(join(entry.parentPath, entry.name)), { level: 9 }).length / 1024,
    }));
  if (!modules.some(({ name }) => name.endsWith(".wasm"))) throw new Error(`${bundle} holds no wasm module`);
  return { modules, kib: modules.reduce((sum, { kib }) => sum + kib, 0) };
}

/**
 * Milliseconds until the first response has arrived, ascending: `exec` from the start of the program (spawn returns once
 * exec has succeeded), and `fork` including the time that this process takes to start another.
 */
export async function coldStarts(bootstrap, env, request) {
  const times = { exec: [], fork: [] };
  for (let i = 0; i < COLD_STARTS; i += 1) {
    const api = await runtimeApi();
    const answer = api.invoke(TRIGGERS["http-api"].event(request, false));
    const beforeFork = performance.now();
    const child = start("lambda cold start", bootstrap, [], { ...env, ...functionEnv(api.address) });
    const afterExec = performance.now();
    const { ok } = await within(ANSWER_WITHIN_MS, answer, "a cold start");
    const answered = performance.now();
    times.exec.push(answered - afterExec);
    times.fork.push(answered - beforeFork);
    await child.stop();
    await api.close();
    if (!ok) throw new Error("the first invocation failed");
  }
  for (const list of Object.values(times)) list.sort((a, b) => a - b);
  return times;
}

export const median = (sorted) => sorted[Math.floor(sorted.length / 2)];
