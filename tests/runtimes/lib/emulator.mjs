// The bootstrap under AWS's Runtime Interface Emulator, which is part of the aws-sam-cli wheel. Runs only the cases marked
// `emulator`, which prove that AWS's runtime starts the binary and delivers events to it.

import { start, within } from "./children.mjs";
import { accepting, freePort, send } from "./http.mjs";
import { eventsOf } from "./lambda.mjs";

const READY_WITHIN_MS = 10_000;
const INVOKE = "/2015-03-31/functions/function/invocations";

export async function startEmulator({ emulator, bootstrap }, env) {
  const [port, runtimePort] = [await freePort(), await freePort()];
  const addresses = ["--runtime-interface-emulator-address", `127.0.0.1:${port}`];
  addresses.push("--runtime-api-address", `127.0.0.1:${runtimePort}`);
  const child = start("emulator", emulator, [...addresses, bootstrap], { ...env, AWS_LAMBDA_FUNCTION_NAME: "token" });
  const died = child.ended.then(({ code, signal }) => {
    throw new Error(`the emulator ended (${code ?? signal}): ${child.output.stderr.slice(-2000)}`);
  });
  died.catch(() => {});
  await within(READY_WITHIN_MS, Promise.race([accepting(port), died]), "the emulator's start");
  return {
    async send(request) {
      const answers = [];
      for (const { from, event, read } of eventsOf(request)) {
        const body = Buffer.from(JSON.stringify(event));
        const headers = { Host: "localhost", "Content-Type": "application/json" };
        const answer = await send(port, { method: "POST", path: INVOKE, headers, body });
        const payload = JSON.parse(answer.body.toString());
        if (payload.errorType) throw new Error(`${from}: the function reported ${JSON.stringify(payload)}`);
        const name = from.replace("lambda", "emulator");
        answers.push({ ...read(payload), from: name, over: "event", method: request.method });
      }
      return answers;
    },
    async stop() {
      await child.stop();
      // Its standard output mixes the function's with its own, so log lines cannot be counted.
      return { logLines: null, complaints: [] };
    },
  };
}
