// Processes under measurement, and the measurements.

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const BODY = '{"channel":"room-1","role":"publisher","uid":42,"expireTime":3600}';
const CLOCK_TICKS = 100;
const CONNECTIONS = 16;
const START_WITHIN_MS = 10_000;
const running = new Set();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Discards the output: this server writes a line for each request, the peers write nothing. */
export function start(program, args, env) {
  const child = spawn(program, args, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "ignore", "inherit"],
  });
  running.add(child);
  child.on("exit", () => running.delete(child));
  return child;
}

export async function stop(child) {
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

/** Milliseconds from exec to the first response; spawn returns once exec has succeeded. */
export async function firstAnswer(port, since, headers) {
  const giveUp = since + START_WITHIN_MS;
  while (performance.now() < giveUp) {
    try {
      await ask(port, headers);
      return performance.now() - since;
    } catch (error) {
      if (error.code !== "ECONNREFUSED") throw error;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
  throw new Error(`no answer on ${port}`);
}

/** User and system time of all its threads, in seconds. */
export function cpuSeconds({ pid }) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS;
}

/** The maximum of its resident memory, in MiB. */
export function peakMiB({ pid }) {
  return Number(readFileSync(`/proc/${pid}/status`, "utf8").match(/VmHWM:\s+(\d+)/)[1]) / 1024;
}

/** As many requests as `connections` connections can complete. */
export async function flood(child, port, connections, seconds, headers) {
  const before = cpuSeconds(child);
  const script = new URL("post.lua", import.meta.url).pathname;
  // With 256 connections, workerd answers some after seconds; these are slow, not failed.
  const args = [
    "-t1",
    `-c${connections}`,
    `-d${seconds}s`,
    "--timeout",
    "30s",
    "--latency",
    "-s",
    script,
    `http://127.0.0.1:${port}/token`,
  ];
  const { stdout } = await run("wrk", args, { env: { ...process.env, BODY, ...credential(headers) } });
  if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(stdout);
  const requests = Number(stdout.match(/(\d+) requests in/)[1]);
  const cpu = cpuSeconds(child) - before;
  return {
    perSecond: requests / seconds,
    perCpuSecond: requests / cpu,
    p50: latency(stdout, 50),
    p99: latency(stdout, 99),
  };
}

/** Milliseconds. */
function latency(output, percentile) {
  const [, number, unit] = output.match(new RegExp(`\\s${percentile}%\\s+([\\d.]+)(us|ms|s)`));
  return Number(number) * { us: 0.001, ms: 1, s: 1000 }[unit];
}

/** Sends `rate` requests a second over 16 connections without waiting for responses; returns their milliseconds. */
export async function offer(port, rate, seconds, headers, scratch) {
  const [body, log] = [join(scratch, "body.json"), join(scratch, "offered.tsv")];
  writeFileSync(body, BODY);
  rmSync(log, { force: true });
  const load = [
    "--h1",
    "-t1",
    `-c${CONNECTIONS}`,
    `--rps=${rate / CONNECTIONS}`,
    `--duration=${seconds}`,
    `--log-file=${log}`,
  ];
  const sent = Object.entries({ "content-type": "application/json", ...headers });
  for (const [name, value] of sent) load.push("-H", `${name.toLowerCase()}: ${value}`);
  await run("h2load", [...load, "-d", body, `http://127.0.0.1:${port}/token`]);
  // Each line: start, status, duration in microseconds.
  const answers = readFileSync(log, "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split("\t").map(Number));
  const refused = answers.find(([, status]) => status !== 200);
  if (refused) throw new Error(`status ${refused[1]}`);
  const times = answers.map(([, , micros]) => micros / 1000).sort((a, b) => a - b);
  return { p50: times[Math.floor(times.length * 0.5)], p99: times[Math.floor(times.length * 0.99)] };
}

function ask(port, credential) {
  return new Promise((resolve, reject) => {
    const headers = { "Content-Type": "application/json", "Content-Length": BODY.length, ...credential };
    const options = { host: "127.0.0.1", port, method: "POST", path: "/token", headers, agent: false };
    const request = http.request(options, (response) => {
      response.resume();
      if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`));
      response.on("end", resolve);
    });
    request.on("error", reject);
    request.end(BODY);
  });
}

/** Nanoseconds for each token, one for each round. */
export async function loop(program, args, env) {
  const { stdout } = await run(program, args, { env: { PATH: process.env.PATH, ...env } });
  return stdout.trim().split("\n").map(parseFloat);
}

export function tokenRequest(credential) {
  const headers = { "Content-Type": "application/json", ...credential };
  return { method: "POST", path: "/token", headers, body: Buffer.from(BODY) };
}

function credential(headers) {
  const [[name, value] = []] = Object.entries(headers);
  return name ? { CREDENTIAL_HEADER: name, CREDENTIAL: value } : {};
}

const sorted = (numbers) => [...numbers].sort((a, b) => a - b);
export const median = (numbers) => sorted(numbers)[Math.floor(numbers.length / 2)];

/** "12.3 (11.9–14.0)": the median, the minimum and the maximum. */
export function spread(numbers) {
  const digits = (number) => (number >= 100 ? number.toFixed(0) : number >= 10 ? number.toFixed(1) : number.toFixed(2));
  return `${digits(median(numbers))} (${digits(Math.min(...numbers))}–${digits(Math.max(...numbers))})`;
}
