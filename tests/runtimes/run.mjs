// Sends the cases in cases/ to the three runtimes and compares the answers, with what the cases expect and with
// each other. Prints the size of the Worker and the cold start of the Lambda function. Needs no network.
//
//   npm ci && node tests/runtimes/run.mjs [--only native,worker,lambda,emulator] [--cases part-of-a-file-name]
//     --native FILE     the local server          (target/debug/agora-token-server)
//     --worker DIR      what `wrangler deploy --dry-run --outdir DIR` wrote                        (dist)
//     --bootstrap FILE  the Lambda bootstrap for this machine, or a zip that holds it
//                       (target/lambda/bootstrap/bootstrap)
//     --emulator FILE   aws-lambda-rie            (found through AWS_LAMBDA_RIE)
// .ci/run builds all of these and then runs this.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { execFileSync } from "node:child_process";
import { disagreements } from "./lib/agreement.mjs";
import { APP_CERTIFICATE, APP_ID, loadCaseFiles } from "./lib/cases.mjs";
import { scratch } from "./lib/children.mjs";
import { startEmulator } from "./lib/emulator.mjs";
import { TRIGGERS } from "./lib/events.mjs";
import { SESSION_TOKEN, startExtension } from "./lib/extension.mjs";
import { complaints } from "./lib/expectation.mjs";
import { coldStarts, median, workerSize } from "./lib/figures.mjs";
import { SECRET, startIssuer } from "./lib/issuer.mjs";
import { startLambda } from "./lib/lambda.mjs";
import { logComplaints } from "./lib/log.mjs";
import { startNative } from "./lib/native.mjs";
import { leaks, record, recordedBytes, recordOwnOutput } from "./lib/transcript.mjs";
import { underTest } from "./lib/under-test.mjs";
import { startWorker } from "./lib/worker.mjs";

const GIVE_UP_AFTER_MS = 10 * 60_000;
const STARTERS = { native: startNative, worker: startWorker, lambda: startLambda, emulator: startEmulator };

const here = import.meta.dirname;
const { options, artefacts: { top } } = underTest(STARTERS, {
  cases: { type: "string" },
  emulator: { type: "string", default: process.env.AWS_LAMBDA_RIE ?? "" },
});
const wanted = options.only.split(",");
const artefacts = {
  top,
  binary: existing("native", options.native),
  bundle: existing("worker", options.worker),
  bootstrap: unpacked(existing("bootstrap", options.bootstrap, ["lambda", "emulator"])),
  emulator: existing("emulator", options.emulator),
};
const bars = JSON.parse(readFileSync(join(here, "bars.json"), "utf8"));

let passed = 0;
let failed = 0;

setTimeout(() => {
  console.log(`FAIL  gave up after ${GIVE_UP_AFTER_MS / 1000} s`);
  process.exit(1);
}, GIVE_UP_AFTER_MS).unref();
recordOwnOutput();

const issuer = await startIssuer();
const extension = await startExtension();
const files = loadCaseFiles(join(here, "cases"), options.cases);
for (const file of files) await runFile(file);
if (wanted.includes("lambda")) await runHostileEvents();
if (wanted.includes("worker")) reportWorkerSize();
if (wanted.includes("lambda")) await reportColdStart();
reportLeaks();

console.log(`${passed} passed, ${failed} failed`);
process.exit(failed || !passed ? 1 : 0);

/** One server per runtime and file: a file is one configuration. */
async function runFile(file) {
  const project = { appId: file.env.APP_ID, appCertificate: file.env.APP_CERTIFICATE ?? APP_CERTIFICATE };
  const names = wanted.filter((name) => file.runtimes.includes(name === "emulator" ? "lambda" : name));
  const servers = [];
  for (const [name, text] of Object.entries(file.files)) writeFileSync(join(scratch, name), text);
  for (const name of names) {
    if (name === "emulator" && !file.cases.some(({ emulator }) => emulator)) continue;
    issuer.begin(name);
    extension.down();
    const server = await attempt(`${file.name}: start ${name}`, () => STARTERS[name](artefacts, envFor(name, file), file));
    if (server) servers.push({ name, server, answers: [] });
  }
  for (const one of file.cases) await runCase(one, servers, project);
  for (const { name, server, answers } of servers) {
    const { logLines, complaints: found } = await server.stop();
    result(`${file.name}: ${name} stops`, found);
    if (logLines) result(`${file.name}: ${name} log`, logComplaints(logLines, answers));
  }
}

async function runCase(one, servers, project) {
  const answers = [];
  const failures = new Map(); // the same complaint of a dozen event shapes is shown once
  for (const { name, server, answers: ofServer } of servers) {
    if (name === "emulator" && !one.emulator) continue;
    await happen(one.before, name);
    const some = (await attempt(`${one.name} (${name})`, () => sendOften(server, one))) ?? [];
    const fetches = issuer.fetches(name);
    if (fetches > (one.expect.fetches ?? Infinity))
      result(`${one.name} (${name})`, [`${fetches} fetches, expected at most ${one.expect.fetches}`]);
    for (const answer of some) {
      record(`${answer.from} answers`, `${JSON.stringify(answer.headers)}\n${answer.body}\n`);
      ofServer.push(answer);
      const found = answer.early ? [] : complaints(one.expect, answer, project);
      if (found.length === 0) passed += 1;
      else group(failures, found.join("\n"), { answer, found });
    }
    answers.push(...some.filter(({ early }) => !early));
  }
  for (const [{ answer, found }, ...more] of failures.values()) {
    const from = [answer, ...more.map((failure) => failure.answer)].map((failure) => failure.from).join("; ");
    const shown = `answered: ${answer.status} ${answer.body.toString().slice(0, 1000)}`;
    result(`${one.name} (${from})`, [...found, shown], 1 + more.length);
  }
  const [reference, ...others] = answers;
  if (others.length === 0) return;
  const differing = new Map();
  for (const other of others) {
    const found = disagreements(reference, other);
    if (found.length) group(differing, found.map(({ part, b }) => part + b).join("\n"), { other, found });
  }
  result(`${one.name} (the runtimes agree)`, [...differing.values()].flatMap((same) => described(reference, same)));
}

/** All answers; `early` are those before the one that a case with `upTo` is about. */
async function sendOften(server, { request, expect }) {
  const { times, upTo = 0 } = request;
  const all = [];
  for (let sent = 1; sent <= Math.max(times, upTo); sent += 1) {
    const some = await server.send(request);
    const early = sent < upTo && some.every((answer) => answer.status !== expect.status);
    all.push(...some.map((answer) => ({ ...answer, early })));
    if (upTo && !early) break;
  }
  return all;
}

async function happen(what, runtime) {
  const events = {
    "issuer down": () => issuer.down(runtime),
    "extension up": () => extension.up(),
    "extension down": () => extension.down(),
    "a second passes": () => new Promise((resolve) => setTimeout(resolve, 1100)),
  };
  for (const one of [what ?? []].flat()) await events[one]();
}

function envFor(name, { env }) {
  const filled = (value) =>
    value.replaceAll("{issuer}", `${issuer.origin}/${name}`).replaceAll("{extension}", extension.port);
  return Object.fromEntries(Object.entries(env).map(([variable, value]) => [variable, filled(value)]));
}

function group(groups, key, value) {
  groups.set(key, [...(groups.get(key) ?? []), value]);
}

function described(reference, same) {
  const names = same.map(({ other }) => other.from).join("; ");
  return same[0].found.map(({ part, a, b }) => `${part} differs\n      ${reference.from}: ${a}\n      ${names}: ${b}`);
}

async function runHostileEvents() {
  const { events } = JSON.parse(readFileSync(join(here, "hostile-events.json"), "utf8"));
  const lambda = await startLambda(artefacts, tokenEnv());
  for (const { name, trigger, over, only } of events) {
    await attempt(`hostile event: ${name}`, async () => {
      await lambda.invoke(only ?? { ...TRIGGERS[trigger].event(tokenRequest(), false), ...over });
      const [good] = await lambda.send(tokenRequest());
      result(`hostile event: ${name}`, good.status === 200 ? [] : [`the next good event got ${good.status}`]);
    });
  }
  await lambda.stop();
}

function reportWorkerSize() {
  const { modules, kib } = workerSize(artefacts.bundle);
  const parts = modules.map((module) => `${module.name} ${module.kib.toFixed(1)}`).join(", ");
  console.log(`Worker: ${kib.toFixed(1)} KiB gzipped (${parts}); at most ${bars.workerGzipKiB}`);
  result("the Worker's size", kib <= bars.workerGzipKiB ? [] : ["over the bar"]);
}

async function reportColdStart() {
  const { exec, fork } = await coldStarts(artefacts.bootstrap, tokenEnv(), tokenRequest());
  const [middle, least, most, withFork] = [median(exec), exec[0], exec.at(-1), median(fork)].map((ms) => ms.toFixed(1));
  const detail = `median of ${exec.length}, ${least} to ${most}; ${withFork} with the fork`;
  console.log(`Lambda: first answer ${middle} ms after exec (${detail}); at most ${bars.lambdaColdStartMs}`);
  result("the Lambda cold start", median(exec) <= bars.lambdaColdStartMs ? [] : ["over the bar"]);
}

function reportLeaks() {
  const configured = files.flatMap(({ env, secrets }) => [
    ...secrets,
    ...Object.entries(env)
      .filter(([name]) => /CERTIFICATE$|CERTIFICATE_SECONDARY|JWT_SECRET/.test(name))
      .map(([, value]) => value),
    ...(env.API_KEYS?.split(",").map((entry) => entry.split(":")[1]) ?? []),
  ]);
  const sent = files.flatMap(({ cases }) => cases.flatMap(({ request }) => credentialsIn(request)));
  const found = leaks(new Set([APP_CERTIFICATE, SECRET, SESSION_TOKEN, ...configured, ...sent]));
  result(`no secret in ${Math.round(recordedBytes() / 1024)} KiB of output and answers`, found);
}

/** What of a request lets somebody in: keys, and of JWTs the signature. */
function credentialsIn({ headers }) {
  const values = [headers.Authorization, headers["X-API-Key"]].filter((value) => value !== undefined);
  const parts = values.map((value) => value.replace(/^Bearer /, "").split(".").at(-1));
  return parts.filter((part) => part.length >= 16);
}

function tokenEnv() {
  return { APP_ID, APP_CERTIFICATE, AUTH: "none" };
}

function tokenRequest() {
  return {
    method: "POST",
    path: "/token",
    headers: { Host: "token.example.com", "Content-Type": "application/json" },
    body: Buffer.from('{"channel":"room-1","role":"publisher","uid":42,"expireTime":3600}'),
  };
}

async function attempt(name, action) {
  try {
    return await action();
  } catch (error) {
    result(name, [error.message]);
    return undefined;
  }
}

function result(name, found, count = 1) {
  if (found.length === 0) {
    passed += count;
    return;
  }
  failed += count;
  console.log(`FAIL  ${name}`);
  for (const complaint of found) console.log(`      ${complaint}`);
}

function existing(name, path, users = [name]) {
  if (!users.some((user) => wanted.includes(user))) return undefined;
  if (existsSync(path)) return resolve(path);
  console.error(`--${name}: there is no "${path}"; .ci/run builds it, the head of run.mjs says how to name another`);
  return process.exit(2);
}

/** python3 is there wherever cargo-lambda and sam are; Node has no zip reader. */
function unpacked(path) {
  if (!path?.endsWith(".zip")) return path;
  execFileSync("python3", ["-m", "zipfile", "-e", path, scratch]);
  const binary = join(scratch, "bootstrap");
  execFileSync("chmod", ["+x", binary]);
  return binary;
}
