// Clients that are not npm packages. Each file of tests/vectors/clients has the request of an application, how it decodes
// the response, and the source of both.
//
//   request   with the channel `lobby` and the user 77 or `alice`
//   status    the statuses that it accepts: any, 2xx, 200, or "200, 201"
//   reads     [path, rule] in the order of the client; decoding.mjs has the rules
//   token     the path of the token
//   holds     what the token is for; { read: path } is the value that the client read there
//   refuses   changes to the response that the client refuses, which proves that its rules are as strict
//   refusal   what it reads from an error

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { holds007, holdsRtc, holdsRtm } from "./client.mjs";
import { decode, Refused } from "./decoding.mjs";

const KEYS = ["about", "language", "source", "request", "status", "reads", "token", "holds", "refusal", "refuses"];
const folder = join(import.meta.dirname, "../../vectors/clients");

/** A test for each file, by its name. */
export const applications = Object.fromEntries(
  readdirSync(folder)
    .sort()
    .map((name) => {
      const fixture = JSON.parse(readFileSync(join(folder, name), "utf8"));
      const unknown = Object.keys(fixture).filter((key) => !KEYS.includes(key));
      if (unknown.length) throw new Error(`${name}: unknown ${unknown}`);
      return [name.replace(/\.json$/, ""), (server) => run(fixture, server)];
    }),
);

async function run(fixture, { base, version }) {
  const { request, refusal, refuses } = fixture;
  const response = await send(base, request);
  const read = decode(fixture, response);
  const certificate = request.body?.appCertificate;
  assert.ok(!certificate || !response.text.includes(certificate), "the certificate of the request is in the response");
  holds(read, fixture, { version, answer: JSON.parse(response.text) });

  for (const change of refuses) {
    const changed = { ...response, text: JSON.stringify(set(JSON.parse(response.text), change)) };
    assert.throws(() => tokenOf(decode(fixture, changed), fixture), Refused, `accepts ${JSON.stringify(change)}`);
  }

  const unset = await send(base, withUnsetVariable(request));
  assert.equal(unset.status, 400, unset.text);
  assert.throws(() => tokenOf(decode(fixture, unset), fixture), Refused, `takes a token from ${unset.text}`);
  if (refusal) decode({ ...fixture, status: "any", reads: refusal }, unset);
}

async function send(base, { method = "GET", path, headers = {}, body }) {
  const response = await fetch(base + path, { method, headers, body: body && JSON.stringify(body), redirect: "error" });
  return { status: response.status, text: await response.text() };
}

/** The text that a client uses as its token must be a token. */
function tokenOf(read, { token: path }) {
  if (!/^00[67]/.test(read[path])) throw new Refused(`${path} is not a token: ${read[path]}`);
  return read[path];
}

function holds(read, fixture, { version, answer }) {
  const token = tokenOf(read, fixture);
  const { rtc, rtm, expire, format = version } = fixture.holds;
  const plain = (value) => (value?.read ? read[value.read] : value);
  const userId = plain(rtm);
  if (!rtc) return holdsRtm(token, { version: format, answer, userId, expire });
  const [channel, uid] = [plain(rtc.channel), plain(rtc.uid)];
  const any = format === "006" ? 0 : "";
  const { role } = rtc;
  if (!rtm) return holdsRtc(token, { version: format, answer, channel, uid: uid === "0" ? any : uid, role, expire });
  const privileges = Object.fromEntries(PUBLISHER.map((name) => [name, expire]));
  return holds007(token, expire, [
    { type: "rtc", channel, uid, privileges },
    { type: "rtm", userId, privileges: { login: expire } },
  ]);
}

const PUBLISHER = ["joinChannel", "publishAudioStream", "publishVideoStream", "publishDataStream"];

/** Sets `{ "data.token": value }` in the body; "$absent" removes a member. */
function set(body, change) {
  for (const [path, value] of Object.entries(change)) {
    const names = path.split(".");
    const last = names.pop();
    const parent = names.reduce((inner, name) => inner[name], body);
    if (value === "$absent") delete parent[last];
    else parent[last] = value;
  }
  return body;
}

/** The fixture of a client whose variable for the channel or the user was never set. */
function withUnsetVariable(request) {
  const text = JSON.stringify({ path: request.path, body: request.body });
  const found = ["lobby", "alice", "rtm/77", "uid=0"].find((value) => text.includes(value));
  const unset = found.replace(/lobby|alice|77|0/, "undefined");
  return { ...request, ...JSON.parse(text.replace(found, unset)) };
}
