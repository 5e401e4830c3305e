// What a runner puts to the test, as its command line says: which runtimes, and where their artefacts are.

import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

const top = resolve(import.meta.dirname, "../../..");
const target = resolve(top, process.env.CARGO_TARGET_DIR ?? "target");

/** `own` are the runner's further options, in parseArgs' words. */
export function underTest(starters, own) {
  const { values: options } = parseArgs({
    options: {
      only: { type: "string", default: Object.keys(starters).join() },
      native: { type: "string", default: join(target, "debug/agora-token-server") },
      worker: { type: "string", default: join(top, "dist") },
      bootstrap: { type: "string", default: join(target, "lambda-here/bootstrap/bootstrap") },
      ...own,
    },
  });
  const [binary, bundle, bootstrap] = [options.native, options.worker, options.bootstrap].map((path) => resolve(path));
  return { options, artefacts: { top, binary, bundle, bootstrap }, needs: { native: binary, worker: bundle, lambda: bootstrap } };
}
