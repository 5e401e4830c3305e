// Compares Agora's official Node libraries with this crate, in both directions: `node tests/differential/run.mjs`. SEED
// selects other inputs, CASES their number.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, suite, test } from "node:test";
import { inflateSync } from "node:zlib";
import { expectNone } from "../runtimes/lib/found.mjs";
import { top } from "../runtimes/lib/under-test.mjs";
import { FAULT_NAMES, plant } from "./faults.mjs";
import { BUILDERS_006, BUILDERS_007, generate } from "./generate.mjs";
import { at, at006, core, v7 } from "./official.mjs";
import { source } from "./random.mjs";

const seed = Number(process.env.SEED ?? 1);
const cases = Number(process.env.CASES ?? 12_000);
const folder = mkdtempSync(join(tmpdir(), "differential-"));
const random = source(seed);
const builders = [...Object.keys(BUILDERS_007), ...Object.keys(BUILDERS_006)];
const official = Array.from({ length: cases }, (_, index) => generate(builders[index % builders.length], random));
writeFileSync(join(folder, "official.jsonl"), official.map((one) => JSON.stringify(one)).join("\n"));
console.log(`${cases} tokens of ${builders.length} official builders, seed ${seed}`);

const faults = Number(process.env.FAULTS ?? 10_000);
const planted = Array.from({ length: faults }, (_, index) => plant(FAULT_NAMES[index % FAULT_NAMES.length], random));
writeFileSync(join(folder, "planted.jsonl"), planted.map((one) => JSON.stringify(one)).join("\n"));
console.log(`${faults} tokens with one of ${FAULT_NAMES.length} faults or none, seed ${seed}`);

// This crate builds the same tokens, compares them, and writes its own to crate.jsonl.
const cargo = spawnSync(
  "cargo",
  ["test", "--locked", "--quiet", "--test", "it", "differential::", "--", "--ignored", "--nocapture"],
  {
    cwd: top,
    env: { ...process.env, DIFFERENTIAL: folder },
    stdio: ["ignore", "inherit", "inherit"],
  },
);
const result = readJson("result.json") ?? { passed: 0, failed: cases };
const ours = read("crate.jsonl")
  .split("\n")
  .filter(Boolean)
  .map((line) => JSON.parse(line));

test("crate_builds_what_each_official_builder_builds", (t) => {
  t.diagnostic(`${result.passed} of ${cases} tokens are equal`);
  assert.deepEqual([cargo.status, result], [0, { ...result, passed: cases, failed: 0 }]);
});

test("inspect_names_each_planted_fault", () => {
  assert.deepEqual(readJson("planted.json"), { passed: faults, failed: 0 });
});

suite("official_libraries_read_tokens_of_the_crate", () => {
  for (const builder of builders) {
    test(builder, () => {
      const mine = official.map((one, index) => [one, ours[index]?.token]).filter(([one]) => one.builder === builder);
      const found = mine.map(([one, token]) => complaint(one, token)).filter(Boolean);
      assert.ok(mine.length > 0);
      expectNone(found.slice(0, 5));
    });
  }
});

// A source is `npm NAME@VERSION: BUILDER.METHOD, [arguments]`, and the time of issue if it is not the usual one.
const SOURCE = /^npm ([\w-]+)@[\d.]+: (\w+)\.(\w+), (\[.*\])(?: at (\d+))?$/;
const ISSUED_AT = 1_700_000_000;

test("sources_of_inspect_vectors_make_their_tokens", () => {
  const vectors = join(top, "tests/vectors/inspect");
  let calls = 0;
  const wrong = readdirSync(vectors).filter((name) => {
    const { source, token } = JSON.parse(readFileSync(join(vectors, name), "utf8"));
    const [, library, builder, method, args, issuedAt = ISSUED_AT] = source.match(SOURCE) ?? [];
    if (!library) return false;
    calls += 1;
    const call = (builders) => builders[builder][method](...JSON.parse(args));
    const made = library === "agora-token" ? at(Number(issuedAt), 1, () => call(v7)) : at006(issuedAt, 0, call);
    return contents(made) !== contents(token);
  });
  expectNone(wrong);
  assert.ok(calls >= 80, `${calls} calls`);
});

after(() => rmSync(folder, { recursive: true }));

/** What an 007 token holds before compression, which differs from one zlib to the next; other texts as they are. */
function contents(token) {
  return token.startsWith("007") ? inflateSync(Buffer.from(token.slice(3), "base64")).toString("hex") : token;
}

function complaint(one, token) {
  const readBy = one.builder in BUILDERS_006 ? read006 : (text) => read007(text, one.app_certificate);
  const [found, expected] = [token ? readBy(token) : "was not made", readBy(one.others ?? one.token)];
  if (found === expected && found.startsWith("{")) return undefined;
  return `${JSON.stringify(one)}\n  found    ${found}\n  expected ${expected}`;
}

function read007(text, certificate) {
  const token = new core.AccessToken2();
  if (!token.from_string(text)) return "does not parse";
  if (!token.verifySignature(certificate)) return "does not verify";
  if (token.verifySignature("0".repeat(32))) return "verifies with another certificate";
  const { appId, issueTs, expire, salt, services, __signature } = token;
  return plain({
    appId,
    issueTs,
    expire,
    salt,
    __signature,
    services: services.map((service) => [service.service_type(), service]),
  });
}

function read006(text) {
  return at006(1, 1, (v6) => {
    const token = new v6.AccessToken("", "", "", 0);
    if (!token.fromString(text)) return "does not parse";
    const { signature, crc_channel_name, crc_uid, salt, ts, messages } = token;
    return plain({ signature, crc_channel_name, crc_uid, salt, ts, messages });
  });
}

function plain(value) {
  return JSON.stringify(value, (_, inner) =>
    inner?.type === "Buffer" ? Buffer.from(inner.data).toString("hex") : inner,
  );
}

function readJson(name) {
  const text = read(name);
  return text && JSON.parse(text);
}

function read(name) {
  const path = join(folder, name);
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}
