// How many instructions a token, its parsing and a whole request take, against what is committed: a count does not
// depend on how busy the machine is. valgrind (Debian's package) counts; the processor that it shows a program has no
// instructions for SHA-256, so these are the counts of the software path, and on real ones the HMACs weigh less.
//
//   node benches/instructions/run.mjs              fails where a count has grown by more than TOLERANCE
//   node benches/instructions/run.mjs --accept     writes the counts down
//
// Another compiler makes another program: with a rustc that the counts are not of, the check only reports.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const TIMES = 500;
const TOLERANCE = 0.05;
const LOOPS = ["build_rtc", "build_006", "parse", "handler_token"];

const here = import.meta.dirname;
const top = resolve(here, "../..");
const committed = join(here, "counts.json");
const loops = built();
const found = { rustc: rustc(), counts: Object.fromEntries(LOOPS.map((name) => [name, perTime(name)])) };
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

/** The program's path, by cargo's own word. */
function built() {
  const args = ["bench", "--locked", "--no-run", "--profile", "instructions", "--no-default-features"];
  args.push("--features", "api", "--bench", "loops", "--message-format", "json");
  const options = { cwd: top, encoding: "utf8", maxBuffer: 1e8, stdio: ["ignore", "pipe", "inherit"] };
  const messages = execFileSync("cargo", args, options).trim().split("\n");
  return messages.map((line) => JSON.parse(line)).find(({ target, executable }) => executable && target?.name === "loops").executable;
}

function rustc() {
  return `${execFileSync("rustc", ["--version"], { encoding: "utf8" }).trim()}, ${process.arch}`;
}

/** Without what the start takes, and the first time. */
function perTime(name) {
  return Math.round((count(name, TIMES + 1) - count(name, 1)) / TIMES);
}

function count(name, times) {
  const script = 'exec valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" 2>&1';
  // No environment but this: its size moves the stack.
  const options = { encoding: "utf8", env: { PATH: process.env.PATH } };
  const output = execFileSync("sh", ["-c", script, "sh", loops, name, String(times), "1"], options);
  return Number(output.match(/Collected : (\d+)/)[1]);
}
