// How callers authenticate during a measurement: the configuration of the servers, and the credential of a request. All
// requests of a run have one JWT, as an app sends its JWT until it expires.

import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";

const ISSUER = "https://issuer.example/";
const AUDIENCE = "https://tokens.example";
const JWT_SECONDS = 24 * 3600;

const KEYS = {
  rs256: ["RS256", () => generateKeyPairSync("rsa", { modulusLength: 2048 })],
  es256: ["ES256", () => generateKeyPairSync("ec", { namedCurve: "P-256" })],
  eddsa: ["EdDSA", () => generateKeyPairSync("ed25519")],
};
export const KINDS = ["none", ...Object.keys(KEYS), "api-key"];

/** { name, env, headers, loop }; `loop` is the environment of `loops verify`, for JWTs. */
export function authentication(kind) {
  if (kind === "none") return { name: "open", env: { AUTH: "none" }, headers: {} };
  if (kind === "api-key") {
    const key = randomBytes(32).toString("hex");
    const hash = createHash("sha256").update(key).digest("hex");
    return { name: "API key", env: { AUTH: "api-key", API_KEYS: `backend:${hash}` }, headers: { "X-API-Key": key } };
  }
  const [algorithm, generate] = KEYS[kind];
  const { publicKey, privateKey } = generate();
  const message = `${part({ alg: algorithm, typ: "JWT" })}.${part(claims())}`;
  const hash = algorithm === "EdDSA" ? null : "sha256";
  const signature = sign(hash, Buffer.from(message), { key: privateKey, dsaEncoding: "ieee-p1363" });
  const pem = publicKey.export({ type: "spki", format: "pem" });
  return {
    name: algorithm,
    env: { AUTH: "jwt", JWT_ISSUER: ISSUER, JWT_AUDIENCE: AUDIENCE, JWT_PUBLIC_KEY: pem },
    // The peers' library needs the algorithm as an option; this server derives it from the key.
    peerEnv: { JWT_ALGORITHM: algorithm },
    headers: { Authorization: `Bearer ${message}.${signature.toString("base64url")}` },
    loop: {
      VERIFY_ALGORITHM: algorithm,
      VERIFY_KEY: rawKey(publicKey).toString("base64"),
      VERIFY_MESSAGE: Buffer.from(message).toString("base64"),
      VERIFY_SIGNATURE: signature.toString("base64"),
    },
  };
}

function claims() {
  const now = Math.floor(Date.now() / 1000);
  return { iss: ISSUER, aud: AUDIENCE, sub: "42", iat: now, exp: now + JWT_SECONDS };
}

const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** The key in the form that ring reads: RSAPublicKey in DER, an uncompressed point, or 32 bytes. */
function rawKey(key) {
  if (key.asymmetricKeyType === "rsa") return key.export({ type: "pkcs1", format: "der" });
  const { x, y } = key.export({ format: "jwk" });
  const bytes = (text) => Buffer.from(text, "base64url");
  return y ? Buffer.concat([Buffer.of(4), bytes(x), bytes(y)]) : bytes(x);
}
