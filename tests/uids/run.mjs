// Compares the derivations of integer uids in docs/authentication.md, in JavaScript and Python, with the `uid` command:
// `node tests/uids/run.mjs --native BINARY`. SEED selects other inputs, CASES their number. Needs python3.
import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { source } from "../differential/random.mjs";
import { top, underTest } from "../runtimes/lib/under-test.mjs";

const { artefacts } = underTest({ native: true });
const seed = Number(process.env.SEED ?? 1);
const count = Number(process.env.CASES ?? 2_000);
const folder = mkdtempSync(join(tmpdir(), "uids-"));
after(() => rmSync(folder, { recursive: true }));
const vectors = JSON.parse(readFileSync(join(top, "tests/vectors/uids.json"), "utf8"));
const random = source(seed);
const cases = [...vectors, ...Array.from({ length: count }, () => draw())];
console.log(`${vectors.length} vectors and ${count} random users, seed ${seed}`);

const ours = await all(cases, command);

test("command_prints_the_uids_of_the_vectors", () => {
  assert.deepEqual(
    ours.slice(0, vectors.length),
    vectors.map(({ uid }) => uid),
  );
});

test("white_space_around_the_key_changes_no_uid", async () => {
  const [vector] = vectors;
  assert.equal(await command({ ...vector, key: ` ${vector.key}\n` }), vector.uid);
});

test("uids_are_positive_31_bit_integers", () => {
  assert.deepEqual(
    ours.filter((uid) => !(Number.isInteger(uid) && uid >= 1 && uid <= 0x7fffffff)),
    [],
  );
});

test("printed_javascript_derives_the_same_uids", async () => {
  const file = join(folder, "uid.mjs");
  writeFileSync(file, printed("js"));
  const { uid } = await import(file);
  expectSame(cases.map(({ key, issuer, subject }) => uid(key, issuer, subject)));
});

test("printed_python_derives_the_same_uids", () => {
  const program = `${printed("python")}
import json, sys
print(json.dumps([uid(one["key"], one["issuer"], one["subject"]) for one in json.load(sys.stdin)]))
`;
  const { status, stdout, stderr } = spawnSync("python3", ["-c", program], { input: JSON.stringify(cases) });
  assert.equal(status, 0, String(stderr));
  expectSame(JSON.parse(stdout));
});

/** The only code block of this language in the guide, at most ten lines. */
function printed(language) {
  const guide = readFileSync(join(top, "docs/authentication.md"), "utf8");
  const blocks = [...guide.matchAll(/^```(\w+)\n(.*?)^```/gms)].filter(([, name]) => name === language);
  assert.equal(blocks.length, 1, `${language} blocks`);
  const [, , text] = blocks[0];
  assert.ok(text.trim().split("\n").length <= 10, `${language}: over ten lines`);
  return text;
}

function expectSame(uids) {
  const wrong = cases.map((one, index) => ({ ...one, ours: ours[index], printed: uids[index] }));
  assert.deepEqual(
    wrong.filter((one) => one.ours !== one.printed),
    [],
  );
}

async function command({ key, issuer, subject }) {
  const environment = { cwd: folder, env: { UID_KEY: key } };
  const { stdout } = await promisify(execFile)(
    artefacts.binary,
    ["uid", `--issuer=${issuer}`, "--", subject],
    environment,
  );
  return Number(stdout);
}

/** The results in the order of the list, running a few at a time. */
async function all(list, run) {
  const results = [];
  let next = 0;
  const worker = async () => {
    while (next < list.length) {
      const index = next++;
      results[index] = await run(list[index]);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() * 2 }, worker));
  return results;
}

/** Keys, issuers and subjects of any characters but NUL, which a command-line argument cannot contain. */
function draw() {
  const user = () => random.user().replaceAll("\0", "~");
  const hex = random.hex32;
  const key = random.pick([
    hex(),
    `${hex()}${user()}${hex()}`,
    // Longer than a block of SHA-256, so HMAC hashes the key first.
    `${hex()}${hex()}${user()}${hex()}`,
  ]);
  const issuer = random.pick(["https://issuer.example.com/", "https://issuer.example.com", "a", user()]);
  const subject = random.pick([user(), String(random.u32()), `auth0|${hex()}`, "é", "e\u0301"]);
  return { key, issuer, subject };
}
