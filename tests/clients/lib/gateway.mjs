// A gateway that authenticates users by a cookie, as Cloudflare Access does, and forwards the JWT of the cookie in a
// header. It records the requests of browsers.

import { once } from "node:events";
import { createServer, request as forward } from "node:http";
import { after, before } from "node:test";

export const COOKIE = "CF_Authorization";
export const HEADER = "Cf-Access-Jwt-Assertion";

/** A gateway for a server of server.mjs, during its suite. `.base` is its URL, `.received` [{ method, cookie }]. */
export function gateway(running) {
  const opened = { received: [] };
  let front;
  before(async () => {
    front = createServer((incoming, response) => {
      const { method, headers, url } = incoming;
      opened.received.push({ method, cookie: headers.cookie });
      const jwt = headers.cookie?.match(`${COOKIE}=([^;]+)`)?.[1];
      const passed = { ...headers, ...(jwt && { [HEADER]: jwt }) };
      const outgoing = forward(`${running.base}${url}`, { method, headers: passed }, (answer) => {
        response.writeHead(answer.statusCode, answer.headers);
        answer.pipe(response);
      });
      incoming.pipe(outgoing);
    });
    front.listen(0, "127.0.0.1");
    await once(front, "listening");
    opened.base = `http://localhost:${front.address().port}`;
  });
  after(() => {
    front.closeAllConnections();
    front.close();
  });
  return opened;
}
