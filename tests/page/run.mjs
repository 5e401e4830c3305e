// The local server's page in headless Chromium. Starts and stops the servers itself.
//
//   npm ci && node tests/page/run.mjs [part of a test's name]
//     --screenshots        also writes screenshots/, which the README shows
//     AGORA_TOKEN_SERVER   the server's binary  (target/debug/agora-token-server)
//     CHROMIUM             the browser          (/usr/bin/chromium)

import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { binary, scratch, startServer } from "./lib/server.mjs";
import { openPage } from "./lib/visit.mjs";
import { takeScreenshots } from "./lib/screenshots.mjs";
import * as access from "./cases/access.mjs";
import * as look from "./cases/look.mjs";
import * as make from "./cases/make.mjs";
import * as read from "./cases/read.mjs";

const GIVE_UP_AFTER_MS = 5 * 60_000;
const FLAGS = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";

const { values: options, positionals } = parseArgs({ options: { screenshots: { type: "boolean" } }, allowPositionals: true });
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
for (const needed of [binary, executablePath]) {
  if (!existsSync(needed)) {
    console.error(`there is no ${needed}; the head of run.mjs says how to name another`);
    process.exit(2);
  }
}
setTimeout(() => {
  console.log(`FAIL  gave up after ${GIVE_UP_AFTER_MS / 1000} s`);
  process.exit(1);
}, GIVE_UP_AFTER_MS).unref();

let passed = 0;
let failed = 0;
// Chromium keeps files at home as well.
const browser = await chromium.launch({ executablePath, args: FLAGS.split(" "), env: { ...process.env, HOME: scratch } });

for (const { variables, tests } of [...make.suites, ...read.suites, ...access.suites, ...look.suites]) {
  const wanted = Object.entries(tests).filter(([name]) => positionals.every((part) => name.includes(part)));
  if (wanted.length === 0) continue;
  const server = await startServer(await variables());
  for (const [name, test] of wanted) await run(name, test, server);
  await server.stop();
}
if (options.screenshots) await takeScreenshots(browser);
await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed || !passed ? 1 : 0);

/** A test gets a fresh page, and as many more as it opens. */
async function run(name, test, server) {
  const visits = [];
  const open = async (options) => {
    const visit = await openPage(browser, server.origin, options);
    visits.push(visit);
    return visit;
  };
  const complaints = [];
  try {
    await test(await open(), { open, server });
  } catch (error) {
    complaints.push(error.message);
  }
  for (const visit of visits) {
    complaints.push(...visit.complaints());
    await visit.page.context().close();
  }
  if (complaints.length === 0) {
    passed += 1;
    return;
  }
  failed += 1;
  console.log(`FAIL  ${name}`);
  for (const complaint of complaints) console.log(`      ${complaint.replaceAll("\n", "\n      ")}`);
}
