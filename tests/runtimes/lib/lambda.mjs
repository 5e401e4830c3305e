// The Lambda bootstrap behind a test's Lambda Runtime API: each case as an event of every trigger.

import { isUtf8 } from "node:buffer";
import { once } from "node:events";
import { createServer } from "node:http";
import { lines, start, within } from "./children.mjs";
import { TRIGGERS } from "./events.mjs";
import { record } from "./transcript.mjs";

const ANSWER_WITHIN_MS = 15_000;
const DEADLINE_MS = 60_000;

export async function startLambda({ bootstrap }, env) {
  const api = await runtimeApi();
  const child = start("lambda", bootstrap, [], { ...env, ...functionEnv(api.address) });
  const died = child.ended.then(({ code, signal }) => {
    throw new Error(`the bootstrap ended (${code ?? signal}): ${child.output.stderr.slice(-2000)}`);
  });
  died.catch(() => {});
  const invoke = (event) => within(ANSWER_WITHIN_MS, Promise.race([api.invoke(event), died]), "an invocation");
  return {
    invoke,
    output: child.output,
    async send(request) {
      const answers = [];
      for (const { from, event, read } of eventsOf(request)) {
        const { ok, payload } = await invoke(event);
        if (!ok) throw new Error(`${from}: the function reported ${JSON.stringify(payload)}`);
        answers.push({ ...read(payload), from, over: "event", method: request.method });
      }
      return answers;
    },
    async stop() {
      await child.stop();
      await api.close();
      return { logLines: lines(child.output.stdout), complaints: [] };
    },
  };
}

export function functionEnv(address) {
  return {
    AWS_LAMBDA_RUNTIME_API: address,
    AWS_LAMBDA_FUNCTION_NAME: "token",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "128",
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_REGION: "eu-west-1",
  };
}

/** Every trigger, with the body as base64 and, if it is text, as text. */
export function* eventsOf(request) {
  for (const [name, { event, read }] of Object.entries(TRIGGERS)) {
    if (!request.body || isUtf8(request.body)) yield { from: `lambda ${name}`, event: event(request, false), read };
    if (request.body) yield { from: `lambda ${name}, base64`, event: event(request, true), read };
  }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html, for one function at a time. */
export async function runtimeApi() {
  const waiting = []; // GET …/next requests without an event
  const queued = []; // events without a GET …/next
  const pending = new Map(); // request id → the invoker's promise
  let count = 0;

  const deliver = () => {
    while (waiting.length && queued.length) {
      const { id, event } = queued.shift();
      const headers = {
        "Content-Type": "application/json",
        "Lambda-Runtime-Aws-Request-Id": id,
        "Lambda-Runtime-Deadline-Ms": String(Date.now() + DEADLINE_MS),
        "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-west-1:123456789012:function:token",
        "Lambda-Runtime-Trace-Id": "Root=1-5e66d96f-7491f09b0c79d18acf3d0501;Sampled=0",
      };
      waiting
        .shift()
        .writeHead(200, headers)
        .end(Buffer.isBuffer(event) ? event : JSON.stringify(event));
    }
  };

  const server = createServer(async (request, response) => {
    if (request.method === "GET") {
      waiting.push(response);
      response.on("close", () => {
        const at = waiting.indexOf(response);
        if (at >= 0) waiting.splice(at, 1);
      });
      return deliver();
    }
    const text = Buffer.concat(await request.toArray()).toString();
    record("lambda answers", `${text}\n`);
    response.writeHead(202, { "Content-Type": "application/json" }).end('{"status":"OK"}');
    const [, id, outcome] = request.url.match(/invocation\/([^/]+)\/(response|error)$/) ?? [];
    pending.get(id)?.({ ok: outcome === "response", payload: JSON.parse(text) });
    pending.delete(id);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  return {
    address: `127.0.0.1:${server.address().port}`,
    /** Sends bytes unchanged, for events that are not JSON. */
    invoke(event) {
      count += 1;
      const id = `8476a536-e9f4-11e8-9739-${String(count).padStart(12, "0")}`;
      return new Promise((resolve) => {
        pending.set(id, resolve);
        queued.push({ id, event });
        deliver();
      });
    },
    async close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
