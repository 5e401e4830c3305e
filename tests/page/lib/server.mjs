// The local server, on a port of its own choice. None outlives this run.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const READY_WITHIN_MS = 10_000;
const top = resolve(import.meta.dirname, "../../..");
const target = resolve(top, process.env.CARGO_TARGET_DIR ?? "target");

export const binary = resolve(process.env.AGORA_TOKEN_SERVER ?? join(target, "debug/agora-token-server"));

/** An empty place to run in, so that no developer's `.env` configures a server under test. */
export const scratch = mkdtempSync(join(tmpdir(), "agora-page-"));
const running = new Set();

process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
  rmSync(scratch, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

export const EVERYTHING = {
  ALLOWED_TOKEN_TYPES: "rtc,rtm,chat-user,chat-app,fpa,apaas-room-user,apaas-user,apaas-app,convoai,stt",
  ALLOW_WILDCARD_CHANNEL: "true",
};

/** Starts one with these variables; gives { origin, stop() }. */
export async function startServer(variables) {
  const env = { PATH: process.env.PATH, HOST: "127.0.0.1", PORT: "0", ...variables };
  const child = spawn(binary, [], { cwd: scratch, env, stdio: ["ignore", "ignore", "pipe"] });
  running.add(child);
  let said = "";
  const ended = new Promise((resolve) => child.on("close", resolve).on("error", resolve)).then(() => running.delete(child));
  const origin = await new Promise((resolve, reject) => {
    const fail = () => reject(new Error(`${binary} did not start: ${said}`));
    setTimeout(fail, READY_WITHIN_MS).unref();
    ended.then(fail);
    child.stderr.setEncoding("utf8").on("data", (text) => {
      said += text;
      const found = said.match(/http:\/\/127\.0\.0\.1:\d+(?=\s)/);
      if (found) resolve(found[0]);
    });
  });
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  return { origin, stop };
}
