// Heads that HTTP does not allow: each is answered and logged, and its connection is closed.

import assert from "node:assert/strict";
import { expectLog, expectToken, OPEN, pause } from "../lib/faulty.mjs";
import { closes, Wire } from "../lib/wire.mjs";

const MAX_HEAD_BYTES = 16 * 1024;

/** The limit is exact. A client that writes everything before it reads still receives the response. */
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

/** Requests that the HTTP layer rejects before the handler are logged too. */
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
  // A connection that is closed before any request is not logged.
  (await Wire.open(server.port)).destroy();
  await expectToken(server);
}
rejectedHeadsAreLogged.on = ["native"];

/** Heads that a proxy in front may read differently. */
export async function ambiguousHeadsAreRejected({ start }) {
  const server = await start(OPEN);
  const body = "5\r\nhello\r\n0\r\n\r\n";
  const heads = [
    ["", "Host: expected one, got none"],
    ["Host: a\r\nHost: a\r\n", "Host: expected one, got 2"],
    ["Host: \r\n", "Host: expected a host name or address"],
    ["Host: a b\r\n", "Host: expected a host name or address"],
    ["Host: user@a\r\n", "Host: expected a host name or address"],
    ["Host: a\r\nTransfer-Encoding: gzip, chunked\r\n", "Transfer-Encoding: expected chunked and nothing else"],
    ["Host: a\r\nTransfer-Encoding: chunked, chunked\r\n", "Transfer-Encoding: expected chunked and nothing else"],
    [
      "Host: a\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n",
      "Transfer-Encoding: expected chunked and nothing else",
    ],
    ["Host: a\r\nTransfer-Encoding: chunked;q=1\r\n", null],
    ["Host: a\r\nTransfer-Encoding: xchunked\r\n", null],
    ["Host: a\r\nTransfer-Encoding: identity\r\n", null],
    ["Host: a\r\nTransfer-Encoding : chunked\r\n", null],
    ["Host: a\r\nTransfer-Encoding: chunked\r\n", null, "HTTP/1.0"],
    ["Host: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n", null],
    ["Host: a\r\nContent-Length: +5\r\n", null],
    ["", "Host: expected one, got none", "HTTP/1.0"],
  ];
  for (const [headers, detail, version = "HTTP/1.1"] of heads) {
    const wire = await Wire.open(server.port);
    wire.write(Buffer.from(`POST /token ${version}\r\n${headers}\r\n${body}`));
    const answer = await wire.answer();
    assert.equal(answer?.status, 400, `${JSON.stringify(headers)}: ${answer?.status}`);
    assert.ok(closes(answer), `${JSON.stringify(headers)}: the connection stays open`);
    if (detail) assert.equal(JSON.parse(answer.body).detail, detail);
    // The remaining bytes are not read as a second request.
    assert.equal(await wire.answer(), null);
    wire.destroy();
  }
  await expectToken(server);
  await expectLog(server, new RegExp(`(?:"status":400[^]*){${heads.length}}`));
  for (const host of ["a", "a.example:8080", "127.0.0.1:1", "[::1]:8080", "my_host"]) {
    const answer = await answerTo(server, `GET /healthz HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    assert.equal(answer.status, 200, host);
  }
}
ambiguousHeadsAreRejected.on = ["native"];

/** A `GET /healthz` with a head of `size` bytes. */
function headOf(size) {
  const line = "GET /healthz HTTP/1.1\r\nHost: a\r\nX-Padding: ";
  return `${line}${"a".repeat(size - line.length - 4)}\r\n\r\n`;
}

/** The response to these bytes; null if the connection is closed without one. */
async function answerTo(server, text) {
  const wire = await Wire.open(server.port);
  wire.write(Buffer.from(text, "latin1"));
  const answer = await wire.answer();
  wire.destroy();
  return answer;
}
