// A Lambda function on Node. What follows the handler is AWS's runtime for Node, as small as it can be: the real one
// does more, and starts no sooner.

import http from "node:http";
import { token } from "./token.mjs";

async function handler(event) {
  const headers = {
    "content-type": "application/json",
    "access-control-allow-origin": "*",
    "cache-control": "no-store",
  };
  const body = JSON.parse(event.body);
  if (!body.channel) return { statusCode: 400, headers, body: JSON.stringify({ error: "channel is required" }) };
  return { statusCode: 200, headers, body: JSON.stringify({ token: token(body, process.env) }) };
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
