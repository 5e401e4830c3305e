// The bundle of `wrangler deploy --dry-run` in bare workerd: a separate process, whose memory can be measured, without
// Wrangler between it and the client.

import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { lines, scratch, start, within } from "./children.mjs";
import { accepting, freePort, send } from "./http.mjs";

const READY_WITHIN_MS = 30_000;
const ENTRY = "entry.js";

/** `entry` is a module that imports the Worker as "./worker.js". Other options are those of children.mjs. */
export async function startWorkerd({ bundle, top }, env, { entry, ...options } = {}) {
  const port = await freePort();
  const folder = mkdtempSync(join(scratch, "workerd-"));
  const config = join(folder, "config.capnp");
  // Cap'n Proto embeds files from the same folder.
  cpSync(bundle, folder, { recursive: true });
  if (entry) writeFileSync(join(folder, ENTRY), entry);
  writeFileSync(config, configuration({ bundle, top, port, env, entry }));
  const server = start("workerd", program(), ["serve", config], {}, options);
  const ended = server.ended.then(({ code, signal }) => {
    throw new Error(`workerd ended (${code ?? signal}): ${server.output.stderr.slice(-2000)}`);
  });
  ended.catch(() => {});
  await within(READY_WITHIN_MS, Promise.race([accepting(port), ended]), "workerd's start");
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    pid: server.process.pid,
    output: server.output,
    async send(request) {
      const answer = await send(port, request);
      return [{ ...answer, from: "workerd", over: "http", method: request.method }];
    },
    async stop() {
      await server.stop();
      return { logLines: lines(server.output.stdout), complaints: [] };
    },
  };
}

/** `workerd` itself: the Node script around it would receive the signals. */
function program() {
  const wrangler = createRequire(createRequire(import.meta.url).resolve("wrangler/package.json"));
  const { default: path } = wrangler("workerd");
  return path;
}

/** https://github.com/cloudflare/workerd/blob/main/src/workerd/server/workerd.capnp */
function configuration({ bundle, top, port, env, entry }) {
  const [, date] = readFileSync(join(top, "wrangler.toml"), "utf8").match(/^compatibility_date = "(.*)"$/m);
  const files = readdirSync(bundle);
  // The first one is the Worker.
  const first = entry ? [ENTRY, "worker.js"] : ["worker.js"];
  const modules = [...first, ...files.filter((name) => /\.(wasm|mjs)$/.test(name))].map((name) => {
    const kind = name.endsWith(".wasm") ? "wasm" : "esModule";
    return `(name = ${text(name)}, ${kind} = embed ${text(name)})`;
  });
  const bindings = Object.entries(env).map(([name, value]) => `(name = ${text(name)}, text = ${text(value)})`);
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    # Key sets of this machine too, as under Wrangler.
    (name = "internet", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true))),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
  # V8 would let the garbage of thousands of requests lie for as long as the machine has room; Cloudflare gives an
  # isolate 128 MB in all. So a leak of JavaScript's ends the process, and one of WebAssembly's shows.
  v8Flags = ["--max-heap-size=64", "--semi-space-growth-factor=1"],
);
const main :Workerd.Worker = (
  modules = [${modules.join(", ")}],
  compatibilityDate = ${text(date)},
  bindings = [${bindings.join(", ")}],
);
`;
}

const text = (value) => JSON.stringify(value);
