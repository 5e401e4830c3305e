// What grows, and what must not: the memory held over a million tokens and a million requests, and the instructions of
// a token over its payload, up to the largest legal one. No time is taken, so that a busy machine changes nothing.
// Needs Linux and valgrind.
//
//   node benches/growth.mjs

import { built, instructions, rounds } from "./lib/loops.mjs";

const ROUNDS = 10;
const TIMES = 100_000;
/** A leak of one byte for each token would be ten times as much. */
const FLAT_KIB = 100;
/** Names of six bytes each: the last is the 60 KiB that a token may hold of them. */
const NAMES = [2_550, 5_100, 10_200];
const TOLERANCE = 0.1;

const loops = built();
const faults = [];

for (const name of ["build_rtc", "handler_token"]) {
  const held = rounds(loops, name, TIMES, ROUNDS).map(({ kib }) => kib);
  console.log(`${name}: ${held.join(", ")} KiB held after each ${TIMES} of ${TIMES * ROUNDS}`);
  // The first round pays for what the allocator keeps.
  if (held.at(-1) - held[0] > FLAT_KIB) faults.push(`${name} holds more and more memory`);
}

const [quarter, half, whole] = NAMES.map((names) => {
  const count = instructions(loops, `permissions_${names}`, 4);
  console.log(`a token with ${names} names: ${count} instructions, ${(count / names).toFixed(1)} a name`);
  return count;
});
// Twice the names, twice the rise.
const rise = (whole - half) / (half - quarter) / ((NAMES[2] - NAMES[1]) / (NAMES[1] - NAMES[0]));
console.log(`a name costs ${rise.toFixed(3)} times as much in the second half as in the second quarter`);
if (Math.abs(rise - 1) > TOLERANCE) faults.push("cost does not grow linearly with the payload");

for (const fault of faults) console.log(fault);
console.log(`${3 - faults.length} passed, ${faults.length} failed`);
process.exit(faults.length ? 1 : 0);
