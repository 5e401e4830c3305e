// Authenticates a caller with jose: returns the identity, null for a caller without one, undefined if authentication
// fails. Keys are imported once.

import { createHash, timingSafeEqual } from "node:crypto";
import { importSPKI, jwtVerify } from "jose";

let key;
let hashes;

/** `header` returns the value of a header by its lower-case name. */
export async function caller(header, env) {
  if (env.AUTH === "none") return null;
  if (env.AUTH === "api-key") return hasKey(header("x-api-key"), env) ? null : undefined;
  const [, token] = header("authorization")?.match(/^Bearer (.+)$/) ?? [];
  if (!token) return undefined;
  key ??= await importSPKI(env.JWT_PUBLIC_KEY, env.JWT_ALGORITHM);
  try {
    const rules = { issuer: env.JWT_ISSUER, audience: env.JWT_AUDIENCE, algorithms: [env.JWT_ALGORITHM] };
    const { payload } = await jwtVerify(token, key, rules);
    return payload.sub;
  } catch {
    return undefined;
  }
}

export function hasKey(sent, env) {
  hashes ??= env.API_KEYS.split(",").map((entry) => Buffer.from(entry.split(":")[1], "hex"));
  const hash = createHash("sha256")
    .update(sent ?? "")
    .digest();
  return hashes.some((one) => timingSafeEqual(one, hash));
}

/** A caller with an identity gets tokens for that identity only. */
export function mayHave(identity, { uid }) {
  return identity === null || String(uid) === identity;
}
