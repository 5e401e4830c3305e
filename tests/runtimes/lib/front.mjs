// The Lambda bootstrap behind HTTP, with events in the form of API Gateway's HTTP API.

import { once } from "node:events";
import { createServer } from "node:http";
import { TRIGGERS } from "./events.mjs";
import { startLambda } from "./lambda.mjs";

const { event, read } = TRIGGERS["http-api"];

export async function startFront(artefacts, env) {
  const lambda = await startLambda(artefacts, env);
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray());
    const { method, url: path, headers } = request;
    const { ok, payload } = await lambda.invoke(
      event({ method, path, headers, body: body.length ? body : null }, false),
    );
    const answer = ok ? read(payload) : { status: 502, headers: [], body: Buffer.from(JSON.stringify(payload)) };
    response.writeHead(answer.status, answer.headers.flat());
    response.end(answer.body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    async stop() {
      server.closeAllConnections();
      server.close();
      return lambda.stop();
    },
  };
}
