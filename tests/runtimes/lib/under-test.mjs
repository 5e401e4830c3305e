// The options of a runner: which runtimes it tests, and where their artefacts are.
//
//   --only native,worker,lambda
//   --native FILE     the local server         (target/debug/agora-token-server)
//   --worker DIR      what `wrangler deploy --dry-run --outdir DIR` wrote                        (dist)
//   --bootstrap FILE  the Lambda bootstrap for this machine   (target/lambda-here/bootstrap/bootstrap)
//
// Node's options select tests and the report: node --test-name-pattern=renewal --test-reporter=dot FILE.
// .ci/run builds the artefacts and passes their paths.

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

export const top = resolve(import.meta.dirname, "../../..");
const target = resolve(top, process.env.CARGO_TARGET_DIR ?? "target");

/** `own` are further options of the runner, for parseArgs. A missing artefact ends the process. */
export function underTest(starters, own = {}) {
  const { values: options } = parseArgs({
    options: {
      only: { type: "string", default: Object.keys(starters).join() },
      native: { type: "string", default: join(target, "debug/agora-token-server") },
      worker: { type: "string", default: join(top, "dist") },
      bootstrap: { type: "string", default: join(target, "lambda-here/bootstrap/bootstrap") },
      ...own,
    },
  });
  const runtimes = options.only.split(",");
  const [binary, bundle, bootstrap] = [options.native, options.worker, options.bootstrap].map((path) => resolve(path));
  const { emulator = "" } = options;
  const needs = { native: [binary], worker: [bundle], lambda: [bootstrap], emulator: [bootstrap, emulator] };
  for (const path of runtimes.flatMap((runtime) => needs[runtime])) demand(path);
  return { options, runtimes, artefacts: { top, binary, bundle, bootstrap, emulator } };
}

export function demand(path) {
  if (existsSync(path)) return;
  console.error(`"${path}" is missing: run .ci/run once, or name another; the head of the runner lists the options`);
  process.exit(2);
}
