// The pictures of the README: both tabs of the page in the light color scheme, with few colors.

import { execFileSync } from "node:child_process";
import { mkdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { EVERYTHING, startServer } from "./server.mjs";
import { rtcToken } from "./token.mjs";
import { openPage } from "./visit.mjs";

const directory = resolve(import.meta.dirname, "../screenshots");

/** On the port of the README, so that the addresses in the pictures are those that readers see. */
export async function takeScreenshots(browser) {
  mkdirSync(directory, { recursive: true });
  const server = await startServer({ ...EVERYTHING, PORT: process.env.SCREENSHOT_PORT ?? "8080" });
  const visit = await openPage(browser, server.origin, { colorScheme: "light" });
  await visit.make({ rtmMode: "uid" });
  await save(visit, "make.png");
  const privileges = { joinChannel: 3600, publishAudioStream: 900, publishVideoStream: 1800 };
  const token = rtcToken({ channel: "room-*", uid: 42, issuedAgo: 1200, expire: 3600, privileges });
  await visit.read({ readToken: token, readChannel: "room-1", readUid: "43" });
  await save(visit, "read.png");
  await server.stop();
}

async function save(visit, name) {
  const path = join(directory, name);
  await visit.page.evaluate(() => document.activeElement.blur());
  await visit.page.screenshot({ path, fullPage: true });
  try {
    execFileSync("pngquant", ["--force", "--strip", "--output", path, "64", path]);
  } catch {
    console.log(`${name}: no pngquant, so it is larger than it need be`);
  }
  console.log(`${path}: ${statSync(path).size} bytes`);
}
