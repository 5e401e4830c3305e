// The local server: the default binary, asked over a socket.

import { lines, start, within } from "./children.mjs";
import { accepting, freePort, send } from "./http.mjs";

const READY_WITHIN_MS = 10_000;

export async function startNative({ binary }, env) {
  const port = await freePort();
  const server = start("native", binary, [], { ...env, HOST: "127.0.0.1", PORT: String(port) });
  await within(READY_WITHIN_MS, Promise.race([accepting(port), early(server)]), "the native server's start");
  return {
    async send(request) {
      const answer = await send(port, request);
      return [{ ...answer, from: "native", over: "http", method: request.method }];
    },
    async stop() {
      const { code, forced } = await server.stop();
      const shutdown = forced || code !== 0 ? [`SIGTERM: exit code ${code}${forced ? ", had to be killed" : ""}`] : [];
      return { logLines: lines(server.output.stdout), complaints: shutdown };
    },
  };
}

async function early(server) {
  const { code, signal } = await server.ended;
  throw new Error(`the server ended at once (${code ?? signal}): ${server.output.stderr.slice(-2000)}`);
}
