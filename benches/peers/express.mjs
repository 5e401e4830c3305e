// An Express server, as in Agora's guides.

import express from "express";
import { token } from "./token.mjs";

const app = express();
app.use(express.json());
app.post("/token", (request, response) => {
  response.header("Access-Control-Allow-Origin", "*").header("Cache-Control", "no-store");
  if (!request.body?.channel) return response.status(400).json({ error: "channel is required" });
  response.json({ token: token(request.body, process.env) });
});
app.listen(process.env.PORT, "127.0.0.1");
