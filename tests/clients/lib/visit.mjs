// A page with an Agora SDK on its own origin, and the requests of the page to the token server and to Agora's hosts.
// Chromium cannot connect to those; the requests show the token with which the SDK would join.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import { build } from "esbuild";
import { executablePath, launch } from "../../runtimes/lib/chromium.mjs";

const SENT_WITHIN_MS = 30_000;
// Chromium's fake camera and microphone, for pages that publish when they join.
const MEDIA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];
const HTML = '<!doctype html><meta charset="utf-8"><title>client</title><main></main><script src="app.js"></script>';

const browser = await launch(MEDIA);

export { executablePath };
export const closeBrowser = () => browser.close();

/** Bundles pages/NAME unchanged and opens it with `settings`, on `port` or on a free port. */
export async function visit(name, settings = {}, { cookies = [], port = 0 } = {}) {
  const server = await serve(await bundle(name), port);
  const context = await browser.newContext();
  await context.addCookies(cookies);
  const page = await context.newPage();
  const opened = new Visit(page, server);
  await opened.watch();
  await page.goto(`${opened.origin}/#${encodeURIComponent(JSON.stringify(settings))}`);
  return opened;
}

class Visit {
  /** Every request, as { method, url, body, response }, and every message to a WebSocket. */
  requests = [];
  messages = [];
  /** Uncaught errors of the page. */
  uncaught = [];

  constructor(page, server) {
    this.page = page;
    this.server = server;
    this.origin = `http://localhost:${server.address().port}`;
  }

  async watch() {
    this.page.on("pageerror", (error) => this.uncaught.push(error.message));
    this.page.on("request", (request) => {
      const body = request.postDataBuffer()?.toString() ?? "";
      this.requests.push({
        method: request.method(),
        url: request.url(),
        body,
        response: request.response().catch(() => null),
      });
    });
    // The socket opens without a message, so that an SDK sends its first one.
    await this.page.routeWebSocket(/./, (socket) => {
      socket.onMessage((message) =>
        this.messages.push({ url: socket.url(), body: Buffer.from(message).toString("latin1") }),
      );
    });
  }

  /** The first request to the token server at this path that is not in `before`, with its response. */
  async tokenRequest(base, path, before = []) {
    const wanted = ({ method, url }) =>
      method !== "OPTIONS" && url.startsWith(base) && url.slice(base.length).match(path);
    const request = await this.#first(
      () => this.requests.find((one) => wanted(one) && !before.includes(one)),
      `a request for ${path}`,
    );
    const response = await request.response;
    assert.ok(response, `${request.url} was not answered to the page`);
    return { request, status: response.status(), answer: await response.json() };
  }

  /** A request to one of Agora's hosts that contains the token and matches `pattern`. */
  sentToAgora(token, pattern) {
    const wanted = ({ url, body }) => isAgora(url) && body.includes(JSON.stringify(token)) && pattern.test(body);
    return this.#first(() => this.requests.find(wanted), `a request to Agora with the token and ${pattern}`);
  }

  messageToAgora(token) {
    const wanted = ({ url, body }) => isAgora(url) && body.includes(token);
    return this.#first(() => this.messages.find(wanted), "a message to Agora with the token");
  }

  async #first(find, what) {
    const until = Date.now() + SENT_WITHIN_MS;
    for (;;) {
      const found = find();
      if (found) return found;
      const seen = this.requests.map(({ method, url }) => `${method} ${url}`).join("\n");
      assert.ok(Date.now() < until, `the page has not sent ${what}; it sent\n${seen}\nand threw ${this.uncaught}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async close() {
    await this.page.context().close();
    this.server.closeAllConnections();
    this.server.close();
  }
}

const isAgora = (url) => /\.(agora\.io|sd-rtn\.com)$/.test(new URL(url).hostname);

async function bundle(name) {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, "../pages", name)],
    bundle: true,
    write: false,
    format: "iife",
    jsx: "automatic",
    define: { "process.env.NODE_ENV": '"production"', global: "globalThis" },
    logLevel: "error",
  });
  return outputFiles[0].contents;
}

async function serve(script, port) {
  const server = createServer(({ url }, response) => {
    const isScript = url === "/app.js";
    response.writeHead(200, { "Content-Type": isScript ? "text/javascript" : "text/html" });
    response.end(isScript ? script : HTML);
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  // A failed test leaves its page open.
  server.unref();
  return server;
}
