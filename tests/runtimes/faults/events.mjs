// Events that API Gateway would not send. hostile-events.json has those that make lambda_http panic.

import assert from "node:assert/strict";
import { TRIGGERS } from "../lib/events.mjs";
import { BODY, expectAnswer, expectToken, OPEN, tokenRequest } from "../lib/faulty.mjs";

/** The largest payload of a synchronous Lambda invocation. */
const EVENT_BYTES = 6 * 1024 * 1024;

export async function oversizedEvent({ start }) {
  const function_ = await start(OPEN);
  const request = { ...tokenRequest(), body: Buffer.alloc(EVENT_BYTES - 4096, "x") };
  await expectAnswer(function_, request, 413);
  await expectToken(function_);
  await expectAnswer(function_, { ...request, body: Buffer.from(BODY.padEnd(EVENT_BYTES - 4096)) }, 413);
  await expectToken(function_);
}
oversizedEvent.on = ["lambda"];

export async function truncatedEvent({ start }) {
  const function_ = await start(OPEN);
  const whole = JSON.stringify(TRIGGERS["http-api"].event(tokenRequest(), false));
  const events = [whole.slice(0, whole.length / 2), whole.slice(0, -1), "", "null", "[]", "{}", '"text"', "\xff\xfe"];
  for (const event of events) {
    const { ok, payload } = await function_.invoke(Buffer.from(event, "latin1"));
    if (ok) assert.notEqual(payload.statusCode, 200, `${event.slice(0, 20)} got a token`);
    await expectToken(function_);
  }
}
truncatedEvent.on = ["lambda"];
