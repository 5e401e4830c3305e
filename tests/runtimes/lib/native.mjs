// The local server: the default binary, over a socket.

import { lines, start, within } from "./children.mjs";
import { send } from "./http.mjs";

const READY_WITHIN_MS = 10_000;

/** `descriptors` is the soft limit of open files. Other options are those of children.mjs. */
export async function startNative({ binary }, env, { descriptors, ...options } = {}) {
  const [program, args] = descriptors ? ["sh", ["-c", `ulimit -Sn ${descriptors}; exec "$0"`, binary]] : [binary, []];
  const server = start("native", program, args, { PORT: "0", ...env, HOST: "127.0.0.1" }, options);
  const port = await within(READY_WITHIN_MS, Promise.race([listening(server), early(server)]), "the server's start");
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    pid: server.process.pid,
    output: server.output,
    ended: server.ended,
    read: server.read,
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

/** The port that it chose, read from its standard error. */
function listening(server) {
  return new Promise((resolve) => {
    server.process.stderr.on("data", () => {
      const [, port] = server.output.stderr.match(/http:\/\/127\.0\.0\.1:(\d+)\s/) ?? [];
      if (port) resolve(Number(port));
    });
  });
}

async function early(server) {
  const { code, signal } = await server.ended;
  throw new Error(`the server ended at once (${code ?? signal}): ${server.output.stderr.slice(-2000)}`);
}
