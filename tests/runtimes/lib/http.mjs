// One request over one connection, byte for byte as in the case. It uses node:http because fetch would normalize paths,
// add headers and refuse hostile requests.

import http from "node:http";
import { connect, createServer } from "node:net";

const ANSWER_WITHIN_MS = 15_000;

/** Returns { status, headers: [[name, value]], body }. */
export function send(port, { method, path, headers, body, sendOnly, chunked }) {
  return new Promise((resolve, reject) => {
    let answered = false;
    const length = body && !chunked ? { "Content-Length": String(body.length) } : {};
    const encoding = body && chunked ? { "Transfer-Encoding": "chunked" } : {};
    const request = http.request({
      host: "127.0.0.1",
      port,
      method,
      path,
      headers: { ...headers, ...length, ...encoding },
      setHost: false,
      agent: false,
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    request.on("response", (response) => {
      answered = true;
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("error", reject);
      response.on("end", () => {
        request.destroy();
        resolve({ status: response.statusCode, headers: pairs(response.rawHeaders), body: Buffer.concat(parts) });
      });
    });
    // A server that has answered may close the connection before it reads the body.
    request.on("error", (error) => {
      if (!answered) reject(new Error(`${method} ${path}: ${error.message}`));
    });
    if (!body) request.end();
    else if (sendOnly === undefined) request.end(body);
    else request.write(body.subarray(0, sendOnly));
  });
}

function pairs(raw) {
  const list = [];
  for (let i = 0; i < raw.length; i += 2) list.push([raw[i], raw[i + 1]]);
  return list;
}

/** A port that was free a moment ago, for programs that cannot choose one themselves. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Resolves when a program listens. Only connects, since a request would leave a log line. */
export async function accepting(port) {
  for (;;) {
    const open = await new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1");
      socket.on("error", () => resolve(false));
      socket.on("connect", () => {
        socket.destroy();
        resolve(true);
      });
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
