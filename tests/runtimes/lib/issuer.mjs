// An issuer of JWTs: valid and invalid key sets, and tokens signed by it and by others.
//
// The URL of a key set is { origin }/{ runtime }/{ how }, so that fetches are counted for each server under test:
//   good   its three keys     big   10 MB     hang   no answer in time     down   status 500     html   no key set

import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";

export const ISSUER = "https://issuer.example/";
export const AUDIENCE = "https://tokens.example";
/** For `AUTH=jwt` with a secret, which signs the HS256 tokens of the cases. */
export const SECRET = "attack-cases-jwt-secret-0123456789abcdef";

const keys = {
  rsa: generateKeyPairSync("rsa", { modulusLength: 2048 }),
  p256: generateKeyPairSync("ec", { namedCurve: "P-256" }),
  ed25519: generateKeyPairSync("ed25519"),
};
/** A key of the same kind as `rsa` that is not the issuer's. */
const stranger = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ALGORITHMS = { rsa: "RS256", stranger: "RS256", p256: "ES256", ed25519: "EdDSA", secret: "HS256" };

export const keySet = JSON.stringify({ keys: Object.entries(keys).map(([kid, { publicKey }]) => jwk(kid, publicKey)) });

export async function startIssuer() {
  const fetches = new Map();
  const down = new Set();
  const server = createServer((request, response) => {
    const [, runtime, how] = request.url.split("/");
    fetches.set(runtime, (fetches.get(runtime) ?? 0) + 1);
    // Longer than any fetch may take. An open connection would prevent the runner from exiting.
    if (how === "hang") return setTimeout(() => request.socket.destroy(), 10_000).unref();
    if (how === "down" || down.has(runtime)) return response.writeHead(500).end();
    response.writeHead(200, { "Content-Type": "application/json" });
    if (how === "big") response.end(`{"keys":[${" ".repeat(10_000_000)}]}`);
    else response.end(how === "html" ? "<html></html>" : keySet);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  server.unref();
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    fetches: (runtime) => fetches.get(runtime) ?? 0,
    begin(runtime) {
      fetches.delete(runtime);
      down.delete(runtime);
    },
    down: (runtime) => down.add(runtime),
  };
}

/**
 * A JWT by its description: { key?, header?, claims?, grants?, pad?, twice?, unsigned? }. `claims` override the usual
 * ones: null removes a claim and { "$now": seconds } is a time. `grants` is the grants claim, of any type.
 */
export function jwt({ key = "ed25519", header = {}, claims = {}, grants, pad = 0, twice, unsigned = false }) {
  const now = Math.floor(Date.now() / 1000);
  const usual = { iss: ISSUER, aud: AUDIENCE, sub: "alice", iat: now, exp: now + 3600 };
  const time = (value) => (Number.isInteger(value?.$now) ? now + value.$now : value);
  const entries = Object.entries({ ...usual, ...claims }).filter(([, value]) => value !== null);
  const all = Object.fromEntries(entries.map(([name, value]) => [name, time(value)]));
  if (grants !== undefined) all.agora = grants;
  if (pad) all.pad = "x".repeat(pad);
  const kid = key === "secret" ? {} : { kid: key === "stranger" ? "rsa" : key };
  const filled = header.jwk === "<stranger>" ? { ...header, jwk: jwk("rsa", stranger.publicKey) } : header;
  let payload = JSON.stringify(all);
  if (twice) payload = payload.replace("{", `{${JSON.stringify(twice)}:"bob",`);
  const head = JSON.stringify({ alg: ALGORITHMS[key] ?? "HS256", ...kid, ...filled });
  const signed = `${base64url(head)}.${base64url(payload)}`;
  return `${signed}.${unsigned ? "" : signature(key, signed)}`;
}

function signature(key, text) {
  const message = Buffer.from(text);
  switch (key) {
    case "secret":
      return createHmac("sha256", SECRET).update(message).digest("base64url");
    case "rsa-public":
      // CVE-2015-9235: the public key as an HMAC key.
      return createHmac("sha256", keys.rsa.publicKey.export({ type: "spki", format: "pem" }))
        .update(message)
        .digest("base64url");
    case "stranger":
      return sign("sha256", message, stranger.privateKey).toString("base64url");
    case "rsa":
      return sign("sha256", message, keys.rsa.privateKey).toString("base64url");
    case "p256":
      return sign("sha256", message, { key: keys.p256.privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url");
    case "ed25519":
      return sign(null, message, keys.ed25519.privateKey).toString("base64url");
    default:
      throw new Error(`no key ${key}`);
  }
}

function jwk(kid, publicKey) {
  return { kid, use: "sig", ...publicKey.export({ format: "jwk" }) };
}

const base64url = (text) => Buffer.from(text).toString("base64url");
