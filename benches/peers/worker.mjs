// A Worker in JavaScript: wrangler bundles it, with nodejs_compat for agora-token's crypto and zlib.

import { caller, mayHave } from "./caller.mjs";
import { token } from "./token.mjs";

export default {
  async fetch(request, env) {
    const headers = { "Access-Control-Allow-Origin": "*", "Cache-Control": "no-store" };
    if (request.method !== "POST") return new Response(null, { status: 405, headers });
    const identity = await caller((name) => request.headers.get(name), env);
    if (identity === undefined) return Response.json({ error: "unauthorized" }, { status: 401, headers });
    const body = await request.json();
    if (!body.channel) return Response.json({ error: "channel is required" }, { status: 400, headers });
    if (!mayHave(identity, body)) return Response.json({ error: "forbidden" }, { status: 403, headers });
    return Response.json({ token: token(body, env) }, { headers });
  },
};
