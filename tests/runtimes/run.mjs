// Sends the cases in cases/ to the three runtimes and compares the responses, with what the cases expect and with each
// other. Reports the size of the Worker and the cold start of the Lambda function. Needs no network.
//
//   node tests/runtimes/run.mjs [--cases part-of-a-file-name]
//     --bootstrap FILE  may be its zip
//     --emulator FILE   aws-lambda-rie            (AWS_LAMBDA_RIE, or the one that .ci/run installs)
//     other options: lib/under-test.mjs

import { execFileSync } from "node:child_process";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { disagreements } from "./lib/agreement.mjs";
import { APP_CERTIFICATE, APP_ID, loadCaseFiles } from "./lib/cases.mjs";
import { scratch } from "./lib/children.mjs";
import { startEmulator } from "./lib/emulator.mjs";
import { TRIGGERS } from "./lib/events.mjs";
import { complaints } from "./lib/expectation.mjs";
import { SESSION_TOKEN, startExtension } from "./lib/extension.mjs";
import { coldStarts, median, workerSize } from "./lib/figures.mjs";
import { expectNone } from "./lib/found.mjs";
import { SECRET, startIssuer } from "./lib/issuer.mjs";
import { startLambda } from "./lib/lambda.mjs";
import { logComplaints } from "./lib/log.mjs";
import { startNative } from "./lib/native.mjs";
import { leaks, record, recordedBytes, recordOwnOutput } from "./lib/transcript.mjs";
import { underTest } from "./lib/under-test.mjs";
import { startWorker } from "./lib/worker.mjs";

const STARTERS = { native: startNative, worker: startWorker, lambda: startLambda, emulator: startEmulator };
const timeout = 10 * 60_000;

const here = import.meta.dirname;
const { options, runtimes, artefacts } = underTest(STARTERS, {
  cases: { type: "string" },
  emulator: { type: "string", default: process.env.AWS_LAMBDA_RIE ?? installedEmulator() },
});
artefacts.bootstrap = unpacked(artefacts.bootstrap);
const bars = JSON.parse(readFileSync(join(here, "bars.json"), "utf8"));

recordOwnOutput();
const issuer = await startIssuer();
const extension = await startExtension();
const files = loadCaseFiles(join(here, "cases"), options.cases);
let checked = 0;
/** Successful probes are logged on a change only. */
const PROBE = /^\/(healthz|readyz)\b/;

for (const file of files) suite(file.name, { timeout }, () => defineFile(file));
if (runtimes.includes("lambda")) suite("hostile events", { timeout }, defineHostileEvents);
suite("figures", () => {
  if (runtimes.includes("worker")) test("worker_size_is_within_limit", reportWorkerSize);
  if (runtimes.includes("lambda")) test("lambda_cold_start_is_within_limit", reportColdStart);
  // Last, after everything was printed.
  test("output_and_responses_hold_no_secret", reportLeaks);
});

/** One server per runtime and file: a file is one configuration. */
function defineFile(file) {
  const project = { appId: file.env.APP_ID, appCertificate: file.env.APP_CERTIFICATE ?? APP_CERTIFICATE };
  const names = runtimes
    .filter((name) => file.runtimes.includes(name === "emulator" ? "lambda" : name))
    .filter((name) => name !== "emulator" || file.cases.some(({ emulator }) => emulator));
  const servers = [];
  before(async () => {
    for (const [name, text] of Object.entries(file.files)) writeFileSync(join(scratch, name), text);
    for (const name of names) {
      issuer.begin(name);
      extension.down();
      servers.push({ name, server: await STARTERS[name](artefacts, envFor(name, file), file), answers: [] });
    }
  });
  // Servers of tests that --test-name-pattern excluded.
  after(() => Promise.all(servers.map(({ server }) => server.stop())));
  for (const one of file.cases) test(one.name, async () => expectNone(await runCase(one, servers, project)));
  for (const name of names) {
    test(`${file.name}: ${name} stops and has logged each response`, async () => {
      const at = servers.findIndex((one) => one.name === name);
      const [{ server, answers }] = servers.splice(at, 1);
      const { logLines, complaints: found } = await server.stop();
      expectNone([...found, ...(logLines ? logComplaints(logLines, answers) : [])]);
    });
  }
}

/** Complaints about each runtime's responses, and about their differences. */
async function runCase(one, servers, project) {
  const found = [];
  const answers = [];
  const failures = new Map(); // the same complaint about a dozen event shapes is shown once
  for (const { name, server, answers: ofServer } of servers) {
    if (name === "emulator" && !one.emulator) continue;
    await happen(one.before, name);
    const some = await sendOften(server, one);
    const fetches = issuer.fetches(name);
    if (fetches > (one.expect.fetches ?? Infinity))
      found.push(`${name}: ${fetches} fetches, expected at most ${one.expect.fetches}`);
    for (const answer of some) {
      record(`${answer.from} answers`, `${JSON.stringify(answer.headers)}\n${answer.body}\n`);
      ofServer.push({ ...answer, isProbe: PROBE.test(one.request.path) });
      checked += 1;
      const wrong = answer.early ? [] : complaints(one.expect, answer, project);
      if (wrong.length) group(failures, wrong.join("\n"), { answer, wrong });
    }
    answers.push(...some.filter(({ early }) => !early));
  }
  for (const [{ answer, wrong }, ...more] of failures.values()) {
    const from = [answer, ...more.map((failure) => failure.answer)].map((failure) => failure.from).join("; ");
    found.push(`${from}:`, ...wrong, `answered: ${answer.status} ${answer.body.toString().slice(0, 1000)}`);
  }
  const [reference, ...others] = answers;
  const differing = new Map();
  for (const other of others) {
    const parts = disagreements(reference, other);
    if (parts.length) group(differing, parts.map(({ part, b }) => part + b).join("\n"), { other, found: parts });
  }
  return [...found, ...[...differing.values()].flatMap((same) => described(reference, same))];
}

/** All responses. `early` are those before the one that a case with `upTo` checks. */
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

function defineHostileEvents() {
  const { events } = JSON.parse(readFileSync(join(here, "hostile-events.json"), "utf8"));
  let lambda;
  before(async () => {
    lambda = await startLambda(artefacts, tokenEnv());
  });
  after(() => lambda?.stop());
  for (const { name, trigger, over, only } of events) {
    test(`hostile event: ${name}`, async () => {
      await lambda.invoke(only ?? { ...TRIGGERS[trigger].event(tokenRequest(), false), ...over });
      const [good] = await lambda.send(tokenRequest());
      expectNone(good.status === 200 ? [] : [`the next good event got ${good.status}`]);
    });
  }
}

function reportWorkerSize(t) {
  const { modules, kib } = workerSize(artefacts.bundle);
  const parts = modules.map((module) => `${module.name} ${module.kib.toFixed(1)}`).join(", ");
  t.diagnostic(`Worker: ${kib.toFixed(1)} KiB gzipped (${parts}); at most ${bars.workerGzipKiB}`);
  expectNone(kib <= bars.workerGzipKiB ? [] : ["over the bar"]);
}

async function reportColdStart(t) {
  const { exec, fork } = await coldStarts(artefacts.bootstrap, tokenEnv(), tokenRequest());
  const [middle, least, most, withFork] = [median(exec), exec[0], exec.at(-1), median(fork)].map((ms) => ms.toFixed(1));
  const detail = `median of ${exec.length}, ${least} to ${most}; ${withFork} with the fork`;
  t.diagnostic(`Lambda: first answer ${middle} ms after exec (${detail}); at most ${bars.lambdaColdStartMs}`);
  expectNone(median(exec) <= bars.lambdaColdStartMs ? [] : ["over the bar"]);
}

function reportLeaks(t) {
  const configured = files.flatMap(({ env, secrets }) => [
    ...secrets,
    ...Object.entries(env)
      .filter(([name]) => /CERTIFICATE$|CERTIFICATE_SECONDARY|JWT_SECRET/.test(name))
      .map(([, value]) => value),
    ...(env.API_KEYS?.split(",").map((entry) => entry.split(":")[1]) ?? []),
  ]);
  const sent = files.flatMap(({ cases }) => cases.flatMap(({ request }) => credentialsIn(request)));
  t.diagnostic(`${checked} responses checked; ${Math.round(recordedBytes() / 1024)} KiB searched for secrets`);
  expectNone(leaks(new Set([APP_CERTIFICATE, SECRET, SESSION_TOKEN, ...configured, ...sent])));
}

/** The credentials of a request: API keys and signatures of JWTs. */
function credentialsIn({ headers }) {
  const values = [headers.Authorization, headers["X-API-Key"]].filter((value) => value !== undefined);
  const parts = values.map((value) =>
    value
      .replace(/^Bearer /, "")
      .split(".")
      .at(-1),
  );
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

/** Node cannot read zip files; cargo-lambda and sam need python3 anyway. */
function unpacked(path) {
  if (!path.endsWith(".zip")) return path;
  execFileSync("python3", ["-m", "zipfile", "-e", path, scratch]);
  const binary = join(scratch, "bootstrap");
  execFileSync("chmod", ["+x", binary]);
  return binary;
}

/** The path where .ci/run installs the emulator. */
function installedEmulator() {
  const tools = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "agora-token-server/venv/lib");
  const name = `aws-lambda-rie-${process.arch === "arm64" ? "arm64" : "x86_64"}`;
  return globSync(join(tools, "python3*/site-packages/samcli/local/rapid", name))[0] ?? name;
}
