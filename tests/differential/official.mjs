// Agora's official Node libraries with a given clock and salt.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const RealDate = globalThis.Date;

let clock = 1_700_000_000;
let random = 0;

// The builders read the clock with `new Date()` and draw the salt with `Math.random()`.
globalThis.Date = class extends RealDate {
  constructor(...args) {
    super(...(args.length ? args : [clock * 1000]));
  }
};
Math.random = () => random;

export const v7 = require("agora-token");
export const core = require("agora-token/src/AccessToken2.js");

/** Runs a builder of 007 at a time and with a given salt (1 to 99999999). */
export function at(issuedAt, salt, build) {
  clock = issuedAt;
  // Half a step up, so that rounding down returns the salt despite floating-point errors.
  random = (salt - 0.5) / 99999999;
  return build();
}

/** The same for 006, whose library chooses its salt once, when it is loaded. */
export function at006(issuedAt, salt, build) {
  clock = issuedAt;
  random = (salt + 0.5) / 0xffffffff;
  for (const path of Object.keys(require.cache)) {
    if (path.includes("agora-access-token")) delete require.cache[path];
  }
  return build({ ...require("agora-access-token"), ...require("agora-access-token/src/AccessToken.js") });
}
