// agora-rtc-sdk-ng with the documentation's renewal code. Offline, a client stays in the state CONNECTING: the tests emit
// the SDK's events, and renewToken, which needs a joined client, fails with its error for that.

import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { holds007 } from "../../runtimes/lib/client.mjs";
import { APP_ID, server } from "../lib/server.mjs";
import { visit } from "../lib/visit.mjs";

function isForTheCall(token) {
  const privileges = { joinChannel: 600, publishAudioStream: 600, publishVideoStream: 600, publishDataStream: 600 };
  holds007(token, 600, [{ type: "rtc", channel: "room-1", uid: "42", privileges }]);
}

suite("agora-rtc-sdk-ng", () => {
  const running = server({ AUTH: "none" });
  const open = async () => {
    const settings = { server: running.base, channel: "room-1", uid: 42, expireTime: 600 };
    const client = await visit("rtc.mjs", settings);
    const first = await client.tokenRequest(running.base, /\/token$/);
    await client.sentToAgora(first.answer.token, new RegExp(`"appid":"${APP_ID}".*"cname":"room-1".*"uid":42\\b`));
    return { client, first };
  };

  test("rtc_join_sends_fetched_token_to_agora", async () => {
    const { client, first } = await open();
    isForTheCall(first.answer.token);
    await client.close();
  });

  test("rtc_will_expire_passes_new_token_to_renew_token", async () => {
    const { client, first } = await open();
    await client.page.evaluate(() => window.clients[0].emit("token-privilege-will-expire"));
    const second = await client.tokenRequest(running.base, /\/token$/, [first.request]);
    await client.page.waitForFunction(() => window.renewals.length);
    const [{ token, code, message }] = await client.page.evaluate(() => window.renewals);
    assert.equal(token, second.answer.token);
    assert.notEqual(token, first.answer.token);
    isForTheCall(token);
    assert.equal(code, "INVALID_OPERATION");
    assert.match(message, /renewToken should not be called before user join/);
    await client.close();
  });

  test("rtc_did_expire_joins_again_with_new_token", async () => {
    const { client, first } = await open();
    await client.page.evaluate(() => window.clients[0].leave());
    await client.page.waitForFunction(() => window.joinEnded === "OPERATION_ABORTED");
    await client.page.evaluate(() => window.clients[0].emit("token-privilege-did-expire"));
    const second = await client.tokenRequest(running.base, /\/token$/, [first.request]);
    assert.notEqual(second.answer.token, first.answer.token);
    isForTheCall(second.answer.token);
    await client.sentToAgora(second.answer.token, /"cname":"room-1"/);
    await client.close();
  });
});
