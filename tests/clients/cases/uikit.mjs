// agora-react-uikit, which requests its tokens itself: GET {tokenUrl}/rtc/{channel}/publisher/uid/{uid}/ and, after
// joining, {tokenUrl}/rtm/{uid}.

import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { holds007, holdsRtc, holdsRtm } from "../../runtimes/lib/client.mjs";
import { AUDIENCE, ISSUER, jwt, SECRET } from "../../runtimes/lib/issuer.mjs";
import { APP_ID, server } from "../lib/server.mjs";
import { visit } from "../lib/visit.mjs";

const TOKEN_URLS = { without_slash: "", with_slash: "/" };

/** The event of the SDK after joining, which does not happen offline. */
const joined = () => window.clients[0].emit("connection-state-change", "CONNECTED", "CONNECTING");

suite("agora-react-uikit", () => {
  const running = server({ AUTH: "none" });

  for (const [name, slash] of Object.entries(TOKEN_URLS)) {
    test(`uikit_token_url_${name}_joins_and_signs_in`, async () => {
      const tokenUrl = `${running.base}${slash}`;
      const client = await visit("uikit.jsx", { rtcProps: { appId: APP_ID, channel: "room-1", uid: 42, tokenUrl } });
      const rtc = await client.tokenRequest(running.base, /\/rtc\//);
      assert.equal(rtc.request.url, `${tokenUrl}/rtc/room-1/publisher/uid/42/`);
      assert.equal(rtc.status, 200);
      holdsRtc(rtc.answer.rtcToken, { version: "007", answer: rtc.answer, channel: "room-1", uid: "42" });
      await client.sentToAgora(rtc.answer.rtcToken, /"cname":"room-1".*"uid":42\b/);

      await client.page.evaluate(joined);
      const rtm = await client.tokenRequest(running.base, /\/rtm\//);
      assert.equal(rtm.request.url, `${tokenUrl}/rtm/42`);
      assert.equal(rtm.status, 200);
      holdsRtm(rtm.answer.rtmToken, { version: "007", answer: rtm.answer, userId: "42" });
      await client.sentToAgora(rtm.answer.rtmToken, /"cname":"42"/);

      await client.page.evaluate(() => window.clients[0].emit("token-privilege-will-expire"));
      const renewed = await client.tokenRequest(running.base, /\/rtc\//, [rtc.request]);
      await client.page.waitForFunction(() => window.renewals.length);
      const [{ token, code }] = await client.page.evaluate(() => window.renewals);
      assert.deepEqual({ token, code }, { token: renewed.answer.rtcToken, code: "INVALID_OPERATION" });
      assert.notEqual(token, rtc.answer.rtcToken);
      holdsRtc(token, { version: "007", answer: renewed.answer, channel: "room-1", uid: "42" });
      await client.close();
    });
  }
});

suite("agora-react-uikit where server authenticates", () => {
  const running = server({ AUTH: "jwt", JWT_ISSUER: ISSUER, JWT_AUDIENCE: AUDIENCE, JWT_SECRET: SECRET });

  test("uikit_own_request_without_credential_gets_401", async () => {
    const client = await visit("uikit.jsx", {
      rtcProps: { appId: APP_ID, channel: "room-1", uid: 42, tokenUrl: running.base },
    });
    const { status, answer } = await client.tokenRequest(running.base, /\/rtc\//);
    assert.equal(status, 401);
    assert.equal(answer.rtcToken, undefined);
    await client.close();
  });

  test("uikit_token_property_of_own_fetch_joins_and_renews", async () => {
    const credential = jwt({ key: "secret", claims: { sub: "42" } });
    const settings = { server: running.base, jwt: credential, appId: APP_ID, channel: "room-1", uid: 42 };
    const client = await visit("uikit-authenticated.jsx", settings);
    const first = await client.tokenRequest(running.base, /\/token$/);
    assert.equal(first.status, 200);
    const privileges = {
      joinChannel: 3600,
      publishAudioStream: 3600,
      publishVideoStream: 3600,
      publishDataStream: 3600,
    };
    const services = [
      { type: "rtc", channel: "room-1", uid: "42", privileges },
      { type: "rtm", userId: "42", privileges: { login: 3600 } },
    ];
    holds007(first.answer.token, 3600, services);
    await client.sentToAgora(first.answer.token, /"cname":"room-1"/);

    await client.page.evaluate(joined);
    await client.sentToAgora(first.answer.token, /"cname":"42"/);

    await client.page.evaluate(() => window.clients[0].emit("token-privilege-will-expire"));
    const second = await client.tokenRequest(running.base, /\/token$/, [first.request]);
    await client.page.waitForFunction(
      (token) => window.renewals.some((renewal) => renewal.token === token),
      second.answer.token,
    );
    assert.notEqual(second.answer.token, first.answer.token);
    holds007(second.answer.token, 3600, services);
    await client.close();
  });
});
