// Signatures of JWTs on the three runtimes: every algorithm, valid, forged and malformed, with the same outcome; and the
// Worker's verifier, src/adapter/verify/subtle.mjs, in workerd with Wycheproof's vectors.
//
//   node tests/runtimes/signatures.mjs
//     options: lib/under-test.mjs

import assert from "node:assert/strict";
import { constants, createHmac, generateKeyPairSync, sign } from "node:crypto";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { APP_CERTIFICATE, APP_ID } from "./lib/cases.mjs";
import { scratch } from "./lib/children.mjs";
import { send } from "./lib/http.mjs";
import { AUDIENCE, ISSUER } from "./lib/issuer.mjs";
import { startLambda } from "./lib/lambda.mjs";
import { startNative } from "./lib/native.mjs";
import { top, underTest } from "./lib/under-test.mjs";
import { startWorkerd } from "./lib/workerd.mjs";

const STARTERS = { native: startNative, worker: startWorkerd, lambda: startLambda };
const { runtimes, artefacts } = underTest(STARTERS);
const timeout = 5 * 60_000;

const { RSA_PKCS1_PADDING, RSA_PKCS1_PSS_PADDING, RSA_PSS_SALTLEN_DIGEST } = constants;
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const rsa4096 = generateKeyPairSync("rsa", { modulusLength: 4096 });
const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" });
const p384 = generateKeyPairSync("ec", { namedCurve: "P-384" });
const ed25519 = generateKeyPairSync("ed25519");
const strangers = new Map([
  [rsa, generateKeyPairSync("rsa", { modulusLength: 2048 })],
  [rsa4096, generateKeyPairSync("rsa", { modulusLength: 4096 })],
  [p256, generateKeyPairSync("ec", { namedCurve: "P-256" })],
  [p384, generateKeyPairSync("ec", { namedCurve: "P-384" })],
  [ed25519, generateKeyPairSync("ed25519")],
]);

const pkcs1 = (pair, bits) => ({ pair, hash: `sha${bits}`, how: { padding: RSA_PKCS1_PADDING } });
const pss = (pair, bits) => ({
  pair,
  hash: `sha${bits}`,
  how: { padding: RSA_PKCS1_PSS_PADDING, saltLength: RSA_PSS_SALTLEN_DIGEST },
});
const PUBLIC = {
  RS256: pkcs1(rsa, 256),
  RS384: pkcs1(rsa, 384),
  RS512: pkcs1(rsa4096, 512),
  PS256: pss(rsa, 256),
  PS384: pss(rsa4096, 384),
  PS512: pss(rsa, 512),
  ES256: { pair: p256, hash: "sha256", how: { dsaEncoding: "ieee-p1363" } },
  ES384: { pair: p384, hash: "sha384", how: { dsaEncoding: "ieee-p1363" } },
  EdDSA: { pair: ed25519, hash: null, how: {} },
};
const SECRET = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const SHARED = { HS256: "sha256", HS384: "sha384", HS512: "sha512" };

const keys = Object.entries(PUBLIC).map(([alg, { pair }]) => ({
  ...pair.publicKey.export({ format: "jwk" }),
  kid: alg,
  alg,
}));
// A point that is not on its curve: both verifiers must reject it without failing.
keys.push({ ...keys.find(({ alg }) => alg === "ES256"), kid: "off-curve", y: base64url(Buffer.alloc(32, 7)) });
const issuer = createServer((_, response) => response.end(JSON.stringify({ keys })));
issuer.listen(0, "127.0.0.1");
await once(issuer, "listening");
issuer.unref();

const BASE = { APP_ID, APP_CERTIFICATE, AUTH: "jwt", JWT_ISSUER: ISSUER, JWT_AUDIENCE: AUDIENCE };
const KEY_SET = { JWT_JWKS_URL: `http://127.0.0.1:${issuer.address().port}/keys` };
const oneLine = (pair) => pair.publicKey.export({ type: "spki", format: "pem" });

for (const runtime of runtimes) {
  on(runtime, "key set", KEY_SET, () => [...Object.keys(PUBLIC).flatMap(tokensOf), ...strange()]);
  for (const alg of Object.keys(SHARED)) {
    on(runtime, alg, { JWT_SECRET: SECRET, JWT_ALGORITHM: alg }, () => tokensOf(alg));
  }
  // During a rotation.
  const two = { JWT_PUBLIC_KEY: oneLine(rsa) + oneLine(strangers.get(rsa)), JWT_ALGORITHM: "PS256" };
  on(runtime, "two public keys", two, () => [
    ["by the first key", 200, jwt("PS256", rsa)],
    ["by the second key", 200, jwt("PS256", strangers.get(rsa))],
    ["by neither", 401, jwt("PS256", generateKeyPairSync("rsa", { modulusLength: 2048 }))],
  ]);
}

function on(runtime, name, env, tokens) {
  suite(`${runtime}: ${name}`, { timeout }, () => {
    let server;
    before(async () => {
      server = await STARTERS[runtime](artefacts, { ...BASE, ...env }, {});
    });
    after(() => server.stop());
    for (const [description, status, token] of tokens()) {
      test(description, async () => {
        for (const answer of await server.send(request(token)))
          assert.equal(answer.status, status, answer.body.toString());
      });
    }
  });
}

function request(token) {
  const body = Buffer.from(JSON.stringify({ channel: "room-1", role: "publisher", uid: "alice", expireTime: 60 }));
  const headers = { Host: "localhost", "Content-Type": "application/json", Authorization: `Bearer ${token}` };
  return { method: "POST", path: "/token", headers, body };
}

/** Valid, forged and malformed tokens: [description, status, token]. */
function tokensOf(alg) {
  const good = jwt(alg);
  const [header, payload, signature] = good.split(".");
  const bytes = Buffer.from(signature, "base64url");
  const withSignature = (changed) => `${header}.${payload}.${base64url(changed)}`;
  const flipped = (at) => withSignature(bytes.map((byte, index) => (index === at ? byte ^ 1 : byte)));
  const other = base64url(JSON.stringify(claims("bob")));
  const stranger = PUBLIC[alg] ? jwt(alg, strangers.get(PUBLIC[alg].pair)) : jwt(alg, `${SECRET}!`);
  return [
    ["valid", 200, good],
    ["of another key", 401, stranger],
    ["with other claims", 401, `${header}.${other}.${signature}`],
    ["first bit of the signature", 401, flipped(0)],
    ["last bit of the signature", 401, flipped(bytes.length - 1)],
    ["signature of zeros", 401, withSignature(Buffer.alloc(bytes.length))],
    ["signature of ones", 401, withSignature(Buffer.alloc(bytes.length, 255))],
    ["signature cut", 401, withSignature(bytes.subarray(0, -1))],
    ["signature of one byte more", 401, withSignature(Buffer.concat([bytes, Buffer.alloc(1)]))],
    ["zero before the signature", 401, withSignature(Buffer.concat([Buffer.alloc(1), bytes]))],
    ["no signature", 401, `${header}.${payload}.`],
    ["signature of 4 KiB", 401, withSignature(Buffer.alloc(4096, 1))],
  ].map(([description, ...rest]) => [`${alg}: ${description}`, ...rest]);
}

/** Tokens with a wrong algorithm or key. */
function strange() {
  const der = sign("sha256", signed("ES256"), p256.privateKey);
  return [
    ["key off its curve", 401, jwt("ES256", p256, { kid: "off-curve" })],
    ["DER instead of r and s", 401, `${signed("ES256")}.${base64url(der)}`],
    ["RS384 by the key of RS256", 401, jwt("RS384", rsa, { kid: "RS256" })],
    ["PS256 by the key of RS256", 401, jwt("PS256", rsa, { kid: "RS256" })],
    ["PKCS #1 padding named PSS", 401, `${signed("PS256")}.${signature("RS256", signed("PS256"), rsa)}`],
    ["HS256 by the public key", 401, hmac(signed("HS256", { kid: "RS256" }), "sha256", oneLine(rsa))],
    ["alg none", 401, `${signed("none", { kid: "RS256" })}.`],
    ["Ed25519, the newer name of EdDSA", 200, jwt("EdDSA", ed25519, { alg: "Ed25519" })],
  ];
}

function jwt(alg, key = PUBLIC[alg]?.pair ?? SECRET, header = {}) {
  const text = signed(alg, header);
  return PUBLIC[alg] ? `${text}.${signature(alg, text, key)}` : hmac(text, SHARED[alg], key);
}

function signed(alg, header = {}) {
  return `${base64url(JSON.stringify({ alg, kid: alg, ...header }))}.${base64url(JSON.stringify(claims("alice")))}`;
}

function signature(alg, text, { privateKey }) {
  const { hash, how } = PUBLIC[alg];
  return base64url(sign(hash, Buffer.from(text), { key: privateKey, ...how }));
}

function hmac(text, hash, secret) {
  return `${text}.${createHmac(hash, secret).update(text).digest("base64url")}`;
}

function claims(sub) {
  const now = Math.floor(Date.now() / 1000);
  return { iss: ISSUER, aud: AUDIENCE, sub, iat: now, exp: now + 3600 };
}

function base64url(bytes) {
  return Buffer.from(bytes).toString("base64url");
}

if (runtimes.includes("worker")) suite("worker: Wycheproof", { timeout }, wycheproof);

/** The verifier alone, in a Worker without the handler, whose checks are tested in Rust. */
function wycheproof() {
  let harness;
  before(async () => {
    const bundle = mkdtempSync(join(scratch, "subtle-"));
    copyFileSync(join(top, "src/adapter/verify/subtle.mjs"), join(bundle, "subtle.mjs"));
    writeFileSync(join(bundle, "worker.js"), HARNESS);
    harness = await startWorkerd({ bundle, top }, {});
  });
  after(() => harness.stop());

  const vectors = join(top, "tests/vectors/wycheproof");
  const files = readdirSync(vectors).filter((name) => name.endsWith(".json") && name !== "exceptions.json");
  for (const name of files) {
    const { algorithm, testGroups } = JSON.parse(readFileSync(join(vectors, name), "utf8"));
    // The handler parses whole tokens.
    if (!algorithm) continue;
    test(name, async () => {
      let tests = 0;
      for (const { jwk, tests: group } of testGroups) {
        const body = Buffer.from(JSON.stringify({ algorithm, jwk: JSON.stringify(jwk), tests: group }));
        const headers = { Host: "localhost", "Content-Type": "application/json" };
        const answer = await send(harness.port, { method: "POST", path: "/", headers, body });
        assert.equal(answer.status, 200, answer.body.toString());
        const verdicts = JSON.parse(answer.body);
        assert.equal(verdicts.length, group.length);
        for (const [index, one] of group.entries()) {
          // "acceptable" is a DigestInfo without its NULL, which RFC 8017 §A.2.4 lets a verifier accept.
          assert.equal(verdicts[index], one.result === "valid", `${name} ${one.tcId}: ${one.flags}`);
        }
        tests += group.length;
      }
      assert.ok(tests > 100, `${tests} tests`);
    });
  }
  test("every file of signatures is read", () => assert.equal(files.length, 11));
}

for (const runtime of runtimes.filter((name) => name !== "lambda"))
  suite(`${runtime}: Wycheproof's tokens`, { timeout }, () => wycheproofTokens(runtime));

/**
 * Whole tokens of public keys, each group with its own key set. Their payloads are not claims, so each gets 401; the log
 * says whether the signature was accepted. Lambda is left out: each request is many events, and it has the local server's
 * verifier.
 */
function wycheproofTokens(runtime) {
  const read = (name) => JSON.parse(readFileSync(join(top, "tests/vectors/wycheproof", name), "utf8"));
  const isException = (name, id) =>
    read("exceptions.json").some(({ file, tests }) => file === name && tests.includes(id));
  for (const name of ["jws", "jwk"]) {
    test(name, async () => {
      const groups = read(`${name}.json`).testGroups.filter(({ key }) => isPublic(key));
      let accepted = 0;
      for (const { key, tests } of groups) {
        const verdicts = await verdictsOn(runtime, key, tests);
        for (const [index, { tcId, result }] of tests.entries()) {
          assert.equal(verdicts[index], (result === "valid") !== isException(name, tcId), `${name} ${tcId}`);
        }
        accepted += verdicts.filter(Boolean).length;
      }
      assert.ok(accepted > 0 && groups.length > 5, `${accepted} of ${groups.length} groups`);
    });
  }
}

const isPublic = (key) => (key.keys ?? [key]).every(({ kty }) => kty !== "oct");

/** Whether the signature of each of these tokens is accepted by a server with this key set. */
async function verdictsOn(runtime, key, tests) {
  const published = createServer((_, response) => response.end(JSON.stringify({ keys: key.keys ?? [key] })));
  published.listen(0, "127.0.0.1");
  await once(published, "listening");
  const keySet = { JWT_JWKS_URL: `http://127.0.0.1:${published.address().port}/keys` };
  const server = await STARTERS[runtime](artefacts, { ...BASE, ...keySet }, {});
  for (const { jws } of tests) {
    const [answer] = await server.send(request(jws));
    assert.ok([401, 503].includes(answer.status), answer.body.toString());
  }
  const { logLines } = await server.stop();
  published.close();
  const causes = logLines.map((line) => JSON.parse(line)).filter(({ message }) => message === "request");
  assert.equal(causes.length, tests.length);
  return causes.map(({ cause }) => /^jwt payload: (not JSON|expected an object)/.test(cause));
}

const HARNESS = `import { importKey, verify } from "./subtle.mjs";
const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
export default {
  async fetch(request) {
    const { algorithm, jwk, tests } = await request.json();
    const key = await importKey(algorithm, jwk);
    // A verifier that throws means "invalid", as in the adapter.
    const verdict = async ({ msg, sig }) => verify(key, bytes(sig), bytes(msg));
    return Response.json(await Promise.all(tests.map((one) => verdict(one).catch(() => false))));
  },
};
`;
