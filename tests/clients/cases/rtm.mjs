// agora-rtm 2.x reads the App ID in a token before it connects to Agora, so it never sends a token that it cannot parse.

import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { holds007, holdsRtm } from "../../runtimes/lib/client.mjs";
import { APP_ID, server } from "../lib/server.mjs";
import { visit } from "../lib/visit.mjs";

const INVALID_TOKEN = -10005;

const post = (path, body) => ({
  path,
  init: { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) },
});

/** Every kind of request for a token of the RTM user `alice`. */
const WAYS = {
  token_rtm: [post("/token", { tokenType: "rtm", uid: "alice", expireTime: 600 }), "token"],
  token_rtc_with_rtm: [
    post("/token", { channel: "room-1", role: "publisher", uid: "alice", rtm: true, expireTime: 600 }),
    "token",
  ],
  token_006: [post("/token", { tokenType: "rtm", uid: "alice", expireTime: 600, version: "006" }), "token"],
  rtm_path: [{ path: "/rtm/alice" }, "rtmToken"],
  rte_path: [{ path: "/rte/room-1/publisher/uid/42/alice" }, "rtmToken"],
  get_token: [post("/getToken", { tokenType: "rtm", uid: "alice" }), "token"],
  fetch_rtm_token: [post("/fetch_rtm_token", { uid: "alice" }), "token"],
  rtmtoken: [post("/rtmtoken", { user: "alice" }), "token"],
};

function isForAlice(token, answer) {
  const { expireTime: expire } = answer;
  if (answer.channel !== "room-1")
    return holdsRtm(token, { version: token.slice(0, 3), answer, userId: "alice", expire });
  const privileges = { joinChannel: expire, publishAudioStream: expire, publishVideoStream: expire };
  const rtc = {
    type: "rtc",
    channel: "room-1",
    uid: "alice",
    privileges: { ...privileges, publishDataStream: expire },
  };
  return holds007(token, expire, [rtc, { type: "rtm", userId: "alice", privileges: { login: expire } }]);
}

suite("agora-rtm", () => {
  const running = server({ AUTH: "none" });

  for (const [name, [{ path, init }, member]] of Object.entries(WAYS)) {
    test(`rtm_login_with_${name}_reaches_agora`, async () => {
      const answer = await (await fetch(running.base + path, init)).json();
      const token = answer[member];
      assert.match(token, /^00[67]/, JSON.stringify(answer));
      isForAlice(token, answer);
      const client = await visit("rtm.mjs");
      await client.page.evaluate(([...login]) => void window.login(...login), [APP_ID, "alice", token]);
      await client.sentToAgora(token, /"cname":"alice"/);
      await client.close();
    });
  }

  test("rtm_login_with_damaged_token_fails_in_page", async () => {
    const { rtmToken } = await (await fetch(`${running.base}/rtm/alice`)).json();
    const client = await visit("rtm.mjs");
    for (const [index, bad] of ["garbage", rtmToken.slice(0, 20), rtmToken.slice(3)].entries()) {
      // The SDK allows each user once per page.
      const outcome = await client.page.evaluate(
        ([...login]) => window.login(...login),
        [APP_ID, `alice-${index}`, bad],
      );
      assert.equal(outcome.code, INVALID_TOKEN, `${bad}: ${JSON.stringify(outcome)}`);
      assert.ok(!client.requests.some(({ body }) => body.includes(JSON.stringify(bad))));
    }
    await client.close();
  });
});
