// The part of AWS's Parameters and Secrets extension that the function uses.
// https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets_lambda.html

import { once } from "node:events";
import { createServer } from "node:http";
import { APP_CERTIFICATE } from "./cases.mjs";

export const SESSION_TOKEN = "session-token-of-the-function-under-test";

const ANSWERS = {
  "/secretsmanager/get?secretId=agora%2Fcertificate": { SecretString: APP_CERTIFICATE },
  "/secretsmanager/get?secretId=agora%2Fobject": {
    SecretString: JSON.stringify({ APP_CERTIFICATE, comment: "as the console makes it" }),
  },
  "/systemsmanager/parameters/get?name=%2Fagora%2Fcertificate&withDecryption=true": {
    Parameter: { Name: "/agora/certificate", Type: "SecureString", Value: APP_CERTIFICATE },
  },
};

/** It is down until `up()`. */
export async function startExtension() {
  let isUp = false;
  const server = createServer((request, response) => {
    // Before any response, like a process that has not started yet.
    if (!isUp) return request.socket.destroy();
    const trusted = request.headers["x-aws-parameters-secrets-token"] === SESSION_TOKEN;
    const answer = ANSWERS[request.url];
    const status = !trusted ? 401 : answer ? 200 : 404;
    response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(answer ?? {}));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  server.unref();
  return {
    port: String(server.address().port),
    up: () => (isUp = true),
    down: () => (isUp = false),
  };
}
