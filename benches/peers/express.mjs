// An Express server, as in Agora's guides. JWT_LIBRARY=jsonwebtoken replaces jose; it has no EdDSA.

import express from "express";
import jsonwebtoken from "jsonwebtoken";
import { caller, mayHave } from "./caller.mjs";
import { token } from "./token.mjs";

const { env } = process;
const identify = env.JWT_LIBRARY === "jsonwebtoken" ? byJsonwebtoken : caller;

const app = express();
app.use(express.json());
app.post("/token", async (request, response) => {
  response.header("Access-Control-Allow-Origin", "*").header("Cache-Control", "no-store");
  const identity = await identify((name) => request.headers[name], env);
  if (identity === undefined) return response.status(401).json({ error: "unauthorized" });
  if (!request.body?.channel) return response.status(400).json({ error: "channel is required" });
  if (!mayHave(identity, request.body)) return response.status(403).json({ error: "forbidden" });
  response.json({ token: token(request.body, env) });
});
app.listen(env.PORT, "127.0.0.1");

function byJsonwebtoken(header, { JWT_PUBLIC_KEY, JWT_ALGORITHM, JWT_ISSUER, JWT_AUDIENCE }) {
  const [, text] = header("authorization")?.match(/^Bearer (.+)$/) ?? [];
  try {
    const rules = { algorithms: [JWT_ALGORITHM], issuer: JWT_ISSUER, audience: JWT_AUDIENCE };
    return jsonwebtoken.verify(text, JWT_PUBLIC_KEY, rules).sub;
  } catch {
    return undefined;
  }
}
