// Builds the program of benches/loops.rs and counts its instructions with valgrind (Debian's package). The processor that
// valgrind emulates has no instructions for SHA-256, so the counts are of the software path; on real processors, the
// HMACs are a smaller part.

import { execFileSync } from "node:child_process";
import { resolve } from "node:path";

const top = resolve(import.meta.dirname, "../..");
const TIMES = 500;

/** The path of the program, as cargo reports it. */
export function built() {
  const args = ["bench", "--locked", "--no-run", "--profile", "instructions", "--no-default-features"];
  args.push("--features", "api", "--bench", "loops", "--message-format", "json");
  const options = { cwd: top, encoding: "utf8", maxBuffer: 1e8, stdio: ["ignore", "pipe", "inherit"] };
  const messages = execFileSync("cargo", args, options).trim().split("\n");
  return messages
    .map((line) => JSON.parse(line))
    .find(({ target, executable }) => executable && target?.name === "loops").executable;
}

/** Instructions of each repetition, without the start of the program and the first repetition. */
export function instructions(loops, name, times = TIMES) {
  return Math.round((count(loops, name, times + 1) - count(loops, name, 1)) / times);
}

function count(loops, name, times) {
  const script = 'exec valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" 2>&1';
  // A fixed environment, because its size moves the stack.
  const options = { encoding: "utf8", env: { PATH: process.env.PATH } };
  const output = execFileSync("sh", ["-c", script, "sh", loops, name, String(times), "1"], options);
  return Number(output.match(/Collected : (\d+)/)[1]);
}

/** Runs `rounds` rounds: { ns, kib } is the time of one repetition and the memory held after the round. */
export function rounds(loops, name, times, number) {
  const output = execFileSync(loops, [name, String(times), String(number)], { encoding: "utf8" });
  return output
    .trim()
    .split("\n")
    .map((line) => line.split(" ").map(Number))
    .map(([ns, kib]) => ({ ns, kib }));
}
