// A page on another origin of the same site, in a browser that implements the Fetch standard: with and without cookies,
// with a listed and an unlisted origin.

import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { holdsRtc } from "../../runtimes/lib/client.mjs";
import { freePort } from "../../runtimes/lib/http.mjs";
import { AUDIENCE, ISSUER, jwt, SECRET } from "../../runtimes/lib/issuer.mjs";
import { COOKIE, gateway, HEADER } from "../lib/gateway.mjs";
import { server } from "../lib/server.mjs";
import { visit } from "../lib/visit.mjs";

const LISTED = await freePort();
const origin = `http://localhost:${LISTED}`;
const HIDDEN = { failed: "TypeError" };
const BODY = { channel: "room-1", role: "publisher", uid: 42, expireTime: 600 };

const post = (credentials, body = BODY) => ({
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(body),
  credentials,
});

/** A page on that port, whose user has a cookie for the server. */
async function open(base, port, cookie = jwt({ key: "secret", claims: { sub: "42" } })) {
  const cookies = [{ name: COOKIE, value: cookie, url: base, sameSite: "Lax" }];
  const client = await visit("cross-origin.mjs", {}, { port, cookies });
  return { close: () => client.close(), ask: (...request) => client.page.evaluate(asked, request) };
}
const asked = ([...request]) => window.request(...request);

const signedIn = { AUTH: "jwt", JWT_ISSUER: ISSUER, JWT_AUDIENCE: AUDIENCE, JWT_SECRET: SECRET, JWT_HEADER: HEADER };

suite("page that sends cookies", () => {
  const running = server({ ...signedIn, CORS_ALLOW_ORIGIN: origin, CORS_ALLOW_CREDENTIALS: "true" });
  const site = gateway(running);

  test("cors_listed_origin_with_cookie_gets_token", async () => {
    const client = await open(site.base, LISTED);
    const { status, answer } = await client.ask(`${site.base}/token`, post("include"));
    assert.equal(status, 200, JSON.stringify(answer));
    holdsRtc(answer.token, { version: "007", answer, channel: "room-1", uid: "42", expire: 600 });
    // The browser sent a preflight without the cookie.
    const [preflight, request] = site.received;
    assert.deepEqual([preflight.method, preflight.cookie, request.method], ["OPTIONS", undefined, "POST"]);
    assert.match(request.cookie, new RegExp(`^${COOKIE}=`));
    await client.close();
  });

  test("cors_listed_origin_with_cookie_reads_errors", async () => {
    const client = await open(site.base, LISTED);
    for (const [path, init, expected] of [
      ["/token", post("omit"), [401, "unauthorized"]],
      ["/token", post("include", {}), [400, "invalid_request"]],
      ["/token", post("include", { ...BODY, uid: 43 }), [403, "forbidden"]],
      ["/nowhere", post("include"), [404, "not_found"]],
      // No preflight.
      ["/rtc/room-1/publisher/uid/43/", { credentials: "include" }, [403, "forbidden"]],
    ]) {
      const { status, answer } = await client.ask(`${site.base}${path}`, init);
      assert.deepEqual([status, answer.code], expected, path);
    }
    await client.close();
  });

  test("cors_unlisted_origin_with_cookie_reads_nothing", async () => {
    const client = await open(site.base, await freePort());
    const before = site.received.length;
    assert.deepEqual(await client.ask(`${site.base}/token`, post("include")), HIDDEN);
    assert.deepEqual(await client.ask(`${site.base}/token`, post("omit")), HIDDEN);
    const paths = site.received.slice(before).map(({ method }) => method);
    assert.deepEqual(paths, ["OPTIONS", "OPTIONS"], "after a rejected preflight, no request is sent");
    assert.deepEqual(await client.ask(`${site.base}/rtc/room-1/publisher/uid/42/`, { credentials: "include" }), HIDDEN);
    const { cookie } = site.received.at(-1);
    assert.match(cookie, new RegExp(`^${COOKIE}=`), "the cookie is sent, and the response is hidden");
    await client.close();
  });
});

suite("page that sends cookies where none are allowed", () => {
  const SERVERS = { star: {}, list_without_credentials: { CORS_ALLOW_ORIGIN: origin } };
  for (const [name, variables] of Object.entries(SERVERS)) {
    suite(name, () => {
      const site = gateway(server({ AUTH: "none", ...variables }));

      test(`cors_${name}_hides_answers_to_cookies`, async () => {
        const client = await open(site.base, LISTED);
        assert.deepEqual(await client.ask(`${site.base}/token`, post("include")), HIDDEN);
        assert.deepEqual(await client.ask(`${site.base}/rtm/alice`, { credentials: "include" }), HIDDEN);
        const { status, answer } = await client.ask(`${site.base}/token`, post("same-origin"));
        assert.equal(status, 200);
        assert.match(answer.token, /^007/);
        await client.close();
      });
    });
  }
});
