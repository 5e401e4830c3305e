// Debian's Chromium, headless. It can connect to this machine only: all other host names do not resolve.

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
