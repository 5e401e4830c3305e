// AWS's "Parameters and Secrets" Lambda extension, as far as the function asks it.

import { once } from "node:events";
import { createServer } from "node:http";

export const SESSION_TOKEN = "session-token-of-the-test";

/** On a port that the function was told before, so that it can come up late and go down again. */
export async function startExtension(port, certificate) {
  const server = createServer((request, response) => {
    if (request.headers["x-aws-parameters-secrets-token"] !== SESSION_TOKEN) return response.writeHead(403).end();
    response.writeHead(200, { "Content-Type": "application/json" });
    return response.end(JSON.stringify({ Name: "agora", SecretString: JSON.stringify({ APP_CERTIFICATE: certificate }) }));
  });
  server.listen(port, "localhost");
  await once(server, "listening");
  return {
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
