// Complaints of one test as its failure, all of them at once.

import { AssertionError } from "node:assert/strict";

export function expectNone(found) {
  if (found.length) throw new AssertionError({ message: found.join("\n") });
}
