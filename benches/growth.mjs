// Growth: the memory held over a million tokens and a million requests must not grow, and the instructions of a token must
// grow linearly with its payload, up to the largest valid one. No time is measured, so a busy machine changes nothing.
// Needs Linux and valgrind.
//
//   node benches/growth.mjs

import assert from "node:assert/strict";
import { test } from "node:test";
import { built, instructions, rounds } from "./lib/loops.mjs";

const ROUNDS = 10;
const TIMES = 100_000;
/** A leak of one byte per token would be ten times this. */
const FLAT_KIB = 100;
/** Numbers of names, of six bytes each. The last is the maximum of a token, 60 KiB. */
const NAMES = [2_550, 5_100, 10_200];
const TOLERANCE = 0.1;

const loops = built();

for (const name of ["build_rtc", "handler_token"]) {
  test(`${name}_holds_no_more_memory_with_time`, (t) => {
    const held = rounds(loops, name, TIMES, ROUNDS).map(({ kib }) => kib);
    t.diagnostic(`${name}: ${held.join(", ")} KiB held after each ${TIMES} of ${TIMES * ROUNDS}`);
    // The allocator grows in the first round.
    assert.ok(held.at(-1) - held[0] <= FLAT_KIB, `${held.at(-1) - held[0]} KiB more, at most ${FLAT_KIB}`);
  });
}

test("token_cost_grows_linearly_with_its_names", (t) => {
  const [quarter, half, whole] = NAMES.map((names) => {
    const count = instructions(loops, `permissions_${names}`, 4);
    t.diagnostic(`a token with ${names} names: ${count} instructions, ${(count / names).toFixed(1)} a name`);
    return count;
  });
  // Twice as many names must cost twice as much more.
  const rise = (whole - half) / (half - quarter) / ((NAMES[2] - NAMES[1]) / (NAMES[1] - NAMES[0]));
  t.diagnostic(`a name costs ${rise.toFixed(3)} times as much in the second half as in the second quarter`);
  assert.ok(Math.abs(rise - 1) <= TOLERANCE, `${rise}, expected 1 within ${TOLERANCE}`);
});
