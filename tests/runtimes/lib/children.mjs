// The processes that this run starts. Their output is recorded, and all are stopped with the run.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { record } from "./transcript.mjs";

const STOP_WITHIN_MS = 5_000;
const running = new Set();

/** An empty working directory, so that a developer's `.env` does not configure a server under test. */
export const scratch = mkdtempSync(join(tmpdir(), "agora-runtimes-"));

process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
  rmSync(scratch, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

/**
 * Starts a program with exactly `env`; returns { process, output, ended, read(), stop() }. `quiet` discards its standard
 * output, for servers that answer a million requests. `unread` leaves it in its pipe until `read()`.
 */
export function start(source, program, args, env, { quiet = false, unread = false } = {}) {
  const child = spawn(program, args, {
    cwd: scratch,
    // A secret could appear in a backtrace too.
    env: { PATH: process.env.PATH, HOME: scratch, RUST_BACKTRACE: "1", ...env },
    stdio: ["ignore", quiet ? "ignore" : "pipe", "pipe"],
  });
  running.add(child);
  const output = { stdout: "", stderr: "" };
  const read = (name) => {
    child[name]?.setEncoding("utf8");
    child[name]?.on("data", (text) => {
      output[name] += text;
      record(`${source} ${name}`, text);
    });
  };
  read("stderr");
  if (!unread) read("stdout");
  const ended = new Promise((resolve) => {
    // `close` is emitted after the last output, `exit` may not be.
    child.on("close", (code, signal) => {
      running.delete(child);
      resolve({ code, signal });
    });
    child.on("error", (error) => {
      running.delete(child);
      resolve({ code: null, signal: error.message });
    });
  });
  return { process: child, output, ended, read: () => read("stdout"), stop: () => stop(child, ended) };
}

/** Sends SIGTERM first; `forced` is true if that was not enough. */
async function stop(child, ended) {
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_WITHIN_MS);
  const { code, signal } = await ended;
  clearTimeout(timer);
  return { code, signal, forced: signal === "SIGKILL" };
}

export async function within(ms, promise, what) {
  const timeout = new AbortController();
  const late = once(AbortSignal.any([AbortSignal.timeout(ms), timeout.signal]), "abort").then(() => {
    throw new Error(`${what} took longer than ${ms} ms`);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    late.catch(() => {});
    timeout.abort();
  }
}

export const lines = (text) => text.split("\n").filter((line) => line.trim() !== "");
