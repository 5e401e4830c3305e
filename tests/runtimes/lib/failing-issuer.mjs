// An issuer of JWTs whose key-set host can be made slow, silent or broken.

import { generateKeyPairSync, sign } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";

export const ISSUER = "https://issuer.example.com";
export const AUDIENCE = "agora-token-server";

/** `behaviour(response, keySet)` answers each fetch; it may be replaced at any time. */
export async function startIssuer(behaviour = well) {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const jwk = { ...publicKey.export({ format: "jwk" }), kid: "k1", alg: "ES256", use: "sig" };
  const keySet = JSON.stringify({ keys: [jwk] });
  const issuer = { behaviour, fetches: 0 };
  const server = createServer((_, response) => {
    issuer.fetches += 1;
    issuer.behaviour(response, keySet);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return Object.assign(issuer, {
    env: {
      AUTH: "jwt",
      JWT_ISSUER: ISSUER,
      JWT_AUDIENCE: AUDIENCE,
      JWT_UID_CLAIM: "none",
      JWT_JWKS_URL: `http://127.0.0.1:${server.address().port}/jwks`,
    },
    /** Times in seconds from now. */
    token({ expires = 600, notBefore = -60, kid = "k1" } = {}) {
      const now = Math.floor(Date.now() / 1000);
      const claims = { iss: ISSUER, aud: AUDIENCE, sub: "alice", exp: now + expires, nbf: now + notBefore };
      const input = [{ alg: "ES256", typ: "JWT", kid }, claims]
        .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
        .join(".");
      const signature = sign("sha256", Buffer.from(input), { key: privateKey, dsaEncoding: "ieee-p1363" });
      return `${input}.${signature.toString("base64url")}`;
    },
    stop() {
      server.closeAllConnections();
      server.close();
    },
  });
}

export function well(response, keySet) {
  response.writeHead(200, { "Content-Type": "application/json" }).end(keySet);
}

/** Takes the request and never answers. */
export function hanging() {}

/** Answers at once, and then a byte in half a second. */
export function dripping(response, keySet) {
  response.writeHead(200, { "Content-Type": "application/json", "Content-Length": keySet.length });
  let sent = 0;
  const timer = setInterval(() => response.write(keySet[sent++] ?? ""), 500);
  response.on("close", () => clearInterval(timer));
}

export function broken(response) {
  response.writeHead(500).end("no");
}
