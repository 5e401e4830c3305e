// Heads that HTTP does not allow: each is answered, logged, and the end of its connection.

import assert from "node:assert/strict";
import { OPEN, expectLog, expectToken, pause } from "../lib/faulty.mjs";
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

/** Whatever the HTTP layer rejects before the handler sees it has a line in the log as well. */
export async function rejectedHeadsAreLogged({ start }) {
  const server = await start(OPEN);
  const rejected = [
    [headOf(20_000), 431, /"status":431,"cause":"head: above the limit"/],
    ["GET / HTTP/3.0\r\nHost: a\r\n\r\n", 400, /"status":400,"cause":"head: expected HTTP\/1.1"/],
    ["\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400, /"status":400,"cause":"head: expected HTTP\/1.1"/],
    ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", undefined, /"route":"none","cause":"head: expected HTTP\/1.1, got HTTP\/2"/],
    ["GET / HTTP/1.1\r\nHost: a\r\nX", undefined, /"route":"none","cause":"head: not received in time"/],
  ];
  await Promise.all(
    rejected.map(async ([text, status, line]) => {
      assert.equal((await answerTo(server, text))?.status, status);
      await expectLog(server, line);
    }),
  );
  await pause(500);
  const lines = server.output.stdout.split("\n").filter((line) => line.includes('"level":"warn"'));
  assert.equal(lines.length, rejected.length, lines.join("\n"));
  // A connection that was closed before any request is none.
  (await Wire.open(server.port)).destroy();
  await expectToken(server);
}
rejectedHeadsAreLogged.on = ["native"];

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
