// A Lambda function on Node. Below the handler is a minimal runtime: AWS's runtime for Node does more and does not start
// sooner.

import http from "node:http";
import { caller, mayHave } from "./caller.mjs";
import { token } from "./token.mjs";

async function handler(event) {
  const headers = {
    "content-type": "application/json",
    "access-control-allow-origin": "*",
    "cache-control": "no-store",
  };
  const answer = (statusCode, body) => ({ statusCode, headers, body: JSON.stringify(body) });
  const identity = await caller((name) => event.headers[name], process.env);
  if (identity === undefined) return answer(401, { error: "unauthorized" });
  const body = JSON.parse(event.body);
  if (!body.channel) return answer(400, { error: "channel is required" });
  if (!mayHave(identity, body)) return answer(403, { error: "forbidden" });
  return answer(200, { token: token(body, process.env) });
}

const [hostname, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
for (;;) {
  const { headers, text } = await send("GET", "/2018-06-01/runtime/invocation/next");
  const answer = JSON.stringify(await handler(JSON.parse(text)));
  await send("POST", `/2018-06-01/runtime/invocation/${headers["lambda-runtime-aws-request-id"]}/response`, answer);
}

function send(method, path, body = "") {
  return new Promise((resolve, reject) => {
    const request = http.request({ hostname, port, method, path, agent }, async (response) => {
      response.setEncoding("utf8");
      resolve({ headers: response.headers, text: (await response.toArray()).join("") });
    });
    request.on("error", reject);
    request.end(body);
  });
}
