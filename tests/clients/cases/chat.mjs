// agora-chat signs in over a WebSocket; its first message holds the token.

import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { holds007 } from "../../runtimes/lib/client.mjs";
import { APP_ID, server } from "../lib/server.mjs";
import { visit } from "../lib/visit.mjs";

suite("agora-chat", () => {
  const running = server({ AUTH: "none" });

  test("chat_open_sends_user_and_token_to_agora", async () => {
    const { chatToken: accessToken } = await (await fetch(`${running.base}/chat/account/alice?expiry=600`)).json();
    holds007(accessToken, 600, [{ type: "chat", userId: "alice", privileges: { user: 600 } }]);
    const client = await visit("chat.js", { appId: APP_ID, user: "alice", accessToken });
    const { url, body } = await client.messageToAgora(accessToken);
    assert.equal(url, "wss://msync-api-00.chat.agora.io/websocket");
    assert.ok(body.includes("alice") && body.includes(`$t$${accessToken}`), body);
    await client.close();
  });
});
