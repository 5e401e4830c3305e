// The issuer of issuer.mjs behind its own host, which can be slow, silent or broken.

import { once } from "node:events";
import { createServer } from "node:http";
import { AUDIENCE, ISSUER, jwt, keySet } from "./issuer.mjs";

/** `behaviour(response)` answers each fetch; it may be replaced at any time. */
export async function startIssuer(behaviour = well) {
  const issuer = { behaviour, fetches: 0 };
  const server = createServer((_, response) => {
    issuer.fetches += 1;
    issuer.behaviour(response);
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
    token: ({ issuer = ISSUER, expires = 600, notBefore = -60 } = {}) =>
      jwt({ key: "p256", claims: { iss: issuer, exp: { $now: expires }, nbf: { $now: notBefore } } }),
    stop() {
      server.closeAllConnections();
      server.close();
    },
  });
}

export function well(response) {
  response.writeHead(200, { "Content-Type": "application/json" }).end(keySet);
}

/** Takes the request and never answers. */
export function hanging() {}

/** Sends the head at once, then a byte every half second. */
export function dripping(response) {
  response.writeHead(200, { "Content-Type": "application/json", "Content-Length": keySet.length });
  let sent = 0;
  const timer = setInterval(() => response.write(keySet[sent++] ?? ""), 500);
  response.on("close", () => clearInterval(timer));
}

export function broken(response) {
  response.writeHead(500).end("no");
}
