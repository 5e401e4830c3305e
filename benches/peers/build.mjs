// Nanoseconds for each token of agora-token in a warm loop, one line for each round.

import { token } from "./token.mjs";

const [env, rounds] = [process.env, Number(process.argv[2])];
const request = { channel: "room-1", role: "publisher", uid: 42, expireTime: 3600 };
const TOKENS = 3_000;
for (let round = -1; round < rounds; round += 1) {
  const start = process.hrtime.bigint();
  for (let i = 0; i < TOKENS; i += 1) token(request, env);
  const took = Number(process.hrtime.bigint() - start);
  // The first round warms up.
  if (round >= 0) console.log(took / TOKENS);
}
