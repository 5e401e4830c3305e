// Compares the instructions of a token, its parsing and a whole request with the committed counts. A count does not
// depend on the load of the machine. Needs valgrind.
//
//   node benches/instructions/run.mjs              fails if a count has grown by more than TOLERANCE
//   node benches/instructions/run.mjs --accept     writes the counts to counts.json
//
// Another compiler builds another program: if the counts are from another rustc, the check only reports.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { built, instructions } from "../lib/loops.mjs";

const TOLERANCE = 0.05;
const LOOPS = ["build_rtc", "build_006", "parse", "handler_token", "handler_jwt"];

const committed = join(import.meta.dirname, "counts.json");
const accepts = process.argv.includes("--accept");
const loops = built();
const wanted = JSON.parse(readFileSync(committed, "utf8"));
const found = { rustc: rustc(), counts: {} };

for (const name of LOOPS) {
  test(`${name}_takes_no_more_instructions`, (t) => {
    const count = instructions(loops, name);
    found.counts[name] = count;
    const ratio = count / (wanted.counts[name] ?? 0);
    t.diagnostic(`${name}: ${count} instructions, ${((ratio - 1) * 100).toFixed(1)} % more than committed`);
    if (accepts || found.rustc !== wanted.rustc) return;
    assert.ok(ratio <= 1 + TOLERANCE, `if this is intended: node benches/instructions/run.mjs --accept`);
  });
}
test("counts_are_of_this_compiler", (t) => {
  if (accepts) writeFileSync(committed, `${JSON.stringify(found, null, 2)}\n`);
  else if (found.rustc !== wanted.rustc) t.diagnostic(`not compared: ${wanted.rustc}, this is ${found.rustc}`);
});

function rustc() {
  return `${execFileSync("rustc", ["--version"], { encoding: "utf8" }).trim()}, ${process.arch}`;
}
