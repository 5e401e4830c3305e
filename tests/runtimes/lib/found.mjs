// Fails a test with all of its complaints at once.

import { AssertionError } from "node:assert/strict";

export function expectNone(found) {
  if (found.length) throw new AssertionError({ message: found.join("\n") });
}
