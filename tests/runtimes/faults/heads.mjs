// Heads that HTTP does not allow: each is answered, logged, and the end of its connection.

import assert from "node:assert/strict";
import { BODY, OPEN, expectLog, expectToken } from "../lib/faulty.mjs";
import { Wire, closes } from "../lib/wire.mjs";

const MAX_HEAD_BYTES = 16 * 1024;

/** The limit is exact; a client that writes everything before it reads finds the answer all the same. */
export async function headTooLarge({ start }) {
  const server = await start(OPEN);
  assert.equal((await answerTo(server, headOf(MAX_HEAD_BYTES))).status, 200);
  for (const size of [MAX_HEAD_BYTES + 1, 20_000, 100_000, 400_000]) {
    const answer = await answerTo(server, headOf(size));
    assert.equal(answer?.status, 431, `${size} bytes: ${answer?.status ?? "closed without an answer"}`);
    assert.ok(closes(answer));
  }
  await expectToken(server);
}
headTooLarge.on = ["native"];

/** A `GET /healthz` whose head has that many bytes. */
function headOf(size) {
  const line = "GET /healthz HTTP/1.1\r\nHost: a\r\nX-Padding: ";
  return `${line}${"a".repeat(size - line.length - 4)}\r\n\r\n`;
}

/** The answer to bytes, null where the connection was closed without one. */
async function answerTo(server, text) {
  const wire = await Wire.open(server.port);
  wire.write(Buffer.from(text, "latin1"));
  const answer = await wire.answer();
  wire.destroy();
  return answer;
}
