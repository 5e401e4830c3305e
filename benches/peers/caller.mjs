// Who calls, as one would write it with jose: the identity, null without one, undefined if nothing authenticates.
// Keys are read once.

import { createHash, timingSafeEqual } from "node:crypto";
import { importSPKI, jwtVerify } from "jose";

let key;
let hashes;

/** `header` gives a header's value by its lower-case name. */
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

/** A caller with an identity gets tokens for it alone. */
export function mayHave(identity, { uid }) {
  return identity === null || String(uid) === identity;
}
