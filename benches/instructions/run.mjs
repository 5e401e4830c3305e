// How many instructions a token, its parsing and a whole request take, against what is committed: a count does not
// depend on how busy the machine is. Needs valgrind.
//
//   node benches/instructions/run.mjs              fails where a count has grown by more than TOLERANCE
//   node benches/instructions/run.mjs --accept     writes the counts down
//
// Another compiler makes another program: with a rustc that the counts are not of, the check only reports.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { built, instructions } from "../lib/loops.mjs";

const TOLERANCE = 0.05;
const LOOPS = ["build_rtc", "build_006", "parse", "handler_token"];

const committed = join(import.meta.dirname, "counts.json");
const loops = built();
const found = { rustc: rustc(), counts: Object.fromEntries(LOOPS.map((name) => [name, instructions(loops, name)])) };
if (process.argv.includes("--accept")) {
  writeFileSync(committed, `${JSON.stringify(found, null, 2)}\n`);
  console.log(`written to ${committed}`);
}
const wanted = JSON.parse(readFileSync(committed, "utf8"));
const grown = LOOPS.filter((name) => found.counts[name] > (wanted.counts[name] ?? 0) * (1 + TOLERANCE));
for (const name of LOOPS) {
  const change = (found.counts[name] / wanted.counts[name] - 1) * 100;
  console.log(`${name.padEnd(14)} ${found.counts[name]} instructions, ${change >= 0 ? "+" : ""}${change.toFixed(1)} %`);
}
if (found.rustc !== wanted.rustc) {
  console.log(`not compared: the counts are of ${wanted.rustc}, this is ${found.rustc}`);
} else if (grown.length) {
  console.log(`more instructions than before: ${grown.join(", ")}`);
  console.log("where that is meant: node benches/instructions/run.mjs --accept");
  process.exit(1);
}

function rustc() {
  return `${execFileSync("rustc", ["--version"], { encoding: "utf8" }).trim()}, ${process.arch}`;
}
