// The memory of a process, as Linux counts it.

import { readFileSync } from "node:fs";

/** Resident, in MiB. */
export function residentMib(pid) {
  const [, kib] = readFileSync(`/proc/${pid}/status`, "utf8").match(/^VmRSS:\s+(\d+) kB$/m);
  return Number(kib) / 1024;
}
