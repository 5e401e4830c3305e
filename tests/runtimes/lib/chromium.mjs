// Debian's Chromium, headless. It reaches this machine only: every other host name is unknown to it.

import { chromium } from "playwright-core";
import { scratch } from "./children.mjs";

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
];

export const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Chromium keeps files in HOME as well. */
export function launch(flags = []) {
  return chromium.launch({ executablePath, args: [...FLAGS, ...flags], env: { ...process.env, HOME: scratch } });
}
