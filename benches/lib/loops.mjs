// The program of benches/loops.rs, built for counting, and its instructions counted. valgrind (Debian's package) counts:
// the processor that it shows a program has no instructions for SHA-256, so these are the counts of the software path,
// and on real ones the HMACs weigh less.

import { execFileSync } from "node:child_process";
import { resolve } from "node:path";

const top = resolve(import.meta.dirname, "../..");
const TIMES = 500;

/** The program's path, by cargo's own word. */
export function built() {
  const args = ["bench", "--locked", "--no-run", "--profile", "instructions", "--no-default-features"];
  args.push("--features", "api", "--bench", "loops", "--message-format", "json");
  const options = { cwd: top, encoding: "utf8", maxBuffer: 1e8, stdio: ["ignore", "pipe", "inherit"] };
  const messages = execFileSync("cargo", args, options).trim().split("\n");
  return messages
    .map((line) => JSON.parse(line))
    .find(({ target, executable }) => executable && target?.name === "loops").executable;
}

/** Instructions for each time, without what the start takes, and the first time. */
export function instructions(loops, name, times = TIMES) {
  return Math.round((count(loops, name, times + 1) - count(loops, name, 1)) / times);
}

function count(loops, name, times) {
  const script = 'exec valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" 2>&1';
  // No environment but this: its size moves the stack.
  const options = { encoding: "utf8", env: { PATH: process.env.PATH } };
  const output = execFileSync("sh", ["-c", script, "sh", loops, name, String(times), "1"], options);
  return Number(output.match(/Collected : (\d+)/)[1]);
}

/** `rounds` rounds of so many times: { ns, kib }, the time of each and the memory then held. */
export function rounds(loops, name, times, number) {
  const output = execFileSync(loops, [name, String(times), String(number)], { encoding: "utf8" });
  return output
    .trim()
    .split("\n")
    .map((line) => line.split(" ").map(Number))
    .map(([ns, kib]) => ({ ns, kib }));
}
