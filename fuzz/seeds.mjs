// Writes the first inputs from the test vectors: `node fuzz/seeds.mjs`. The first bytes of an input select how the rest
// is read; see src/lib.rs and the targets.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { inflateSync } from "node:zlib";
import { TRIGGERS } from "../tests/runtimes/lib/events.mjs";

const vectors = new URL("../tests/vectors/", import.meta.url);
const read = (folder) =>
  readdirSync(new URL(`${folder}/`, vectors))
    .sort()
    .map((name) => JSON.parse(readFileSync(new URL(`${folder}/${name}`, vectors))))
    .filter((vector) => vector.token.length < 1500);

function write(target, seeds) {
  const folder = new URL(`seeds/${target}/`, import.meta.url);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [index, seed] of seeds.entries()) writeFileSync(new URL(String(index).padStart(3, "0"), folder), seed);
}

const bytes = (head, rest) => Buffer.concat([Buffer.from(head), Buffer.from(rest)]);
const every = (step, list) => list.filter((_, index) => index % step === 0);
const compressed = (token) => Buffer.from(token.slice(3), "base64");

const v7 = [...every(4, read("007")), ...every(2, read("007-builders"))].map((vector) => vector.token);
const v6 = read("006").map((vector) => vector.token);
const texts = [...every(2, read("inspect")), ...read("legacy")].map((vector) => vector.token);

write(
  "token_007",
  v7.flatMap((token) => [
    bytes([0], token),
    bytes([1], compressed(token)),
    bytes([194], inflateSync(compressed(token))),
  ]),
);
write(
  "token_006",
  v6.flatMap((token) => [bytes([0], token), bytes([1], Buffer.from(token.slice(35), "base64"))]),
);
// Time 1700000600, the kind of claim, its length, the layer, the token, the claim.
const inspect = (claims, claim, layer, token) =>
  bytes([0x58, 0xf3, 0x53, 0x65, claims, claim.length * 4, layer], bytes(token, Buffer.from(claim)));
write("inspect", [
  ...texts.map((token) => inspect(0, "", 0, Buffer.from(token))),
  ...v7.map((token, index) => inspect(index % 4, "room-1", 2, inflateSync(compressed(token)))),
  ...v6.map((token, index) => inspect(200 + index, "42", 1, Buffer.from(token.slice(35), "base64"))),
]);

// The route, an index of the target's table (from 128: with 006 on the drop-in routes); the body, or the rest of the
// path and the query.
const rtc = { channel: "room-1", role: "publisher", uid: 42, expireTime: 3600 };
const each = { joinChannel: 0, publishAudioStream: 60, publishVideoStream: 60, publishDataStream: 60 };
const names = { read: ["a", "b"], write: [] };
const bodies = [
  rtc,
  { ...rtc, uid: "alice", rtm: true, privilegeExpireTime: 60 },
  { ...rtc, version: "006", privileges: each },
  { ...rtc, tokenType: "convoai", role: "subscriber", privileges: { joinChannel: 60 }, rtm: { userId: "a" } },
  { ...rtc, tokenType: "stt", channel: "*" },
  { tokenType: "rtm", version: "007", uid: "a", expireTime: 60, permissions: { messageChannels: names, users: names } },
  { tokenType: "chat-user", uid: "0", expireTime: 60 },
  { tokenType: "chat-app", expireTime: 1763773600 },
  { tokenType: "fpa" },
  { tokenType: "apaas-room-user", roomUuid: "r", userUuid: "u", role: 1, expireTime: 60 },
  { tokenType: "apaas-user", userUuid: "u", expireTime: 60 },
];
const dropIn = [
  [2, { ...rtc, uid: "0123" }],
  [3, { tokenType: "rtm", channel: "c", role: "host", uid: "u", expire: 60 }],
  [3, { tokenType: "chat", uid: "1" }],
  [4, { channel: "c", isPublisher: "true" }],
  [5, { user: "u" }],
  [6, { UID: 1, channelname: "c", Role: 2 }],
  [7, { uid: "u" }],
];
const paths = [
  [8, "room/publisher/uid/42/?expiry=60"],
  [8, "r%2Am/1/userAccount/a+b"],
  [9, "room/audience/uid/1/rtm%20user?expiry=86401"],
  [10, "channel=c&uid=&expiredTs=1763773600"],
  [11, "channelName=c&UID=7&role=1"],
];
write("request_body", [
  ...bodies.map((body) => bytes([0], JSON.stringify(body))),
  bytes([0], '{"uid":1,"uid":2,"rtm":{"userId":"\\u00e9","userId":1e300}}'),
  ...[...dropIn.map(([route, body]) => [route, JSON.stringify(body)]), ...paths].flatMap(([route, text]) => [
    bytes([route], text),
    bytes([132 + route], text),
  ]),
]);

write(
  "path",
  [
    "/token",
    "//rtc//room-1/publisher/uid/42/?expiry=60",
    "/rtc/r%2Am/1/userAccount/a+b",
    "/rte/room/audience/uid/1/rtm%20user",
    "/access_token?channel=c&uid=&expiredTs=1763773600",
    "/fetch_rtc_token?channelName=c&UID=7&role=1",
    "/%2e%2e/token?%00",
    "http://host.example/healthz",
    "*",
  ].flatMap((text) => [0, 1, 2].map((method) => bytes([method], text))),
);

// Signed, with or without a header, or unchanged.
const claims = { iss: "issuer", aud: ["audience"], sub: "alice", exp: 1763773600, nbf: 1, iat: 1.5 };
const grants = { tokenTypes: ["rtc"], channels: ["room-*"], role: "publisher", uid: "alice", maxExpireTime: 60 };
write("jwt", [
  ...[claims, { ...claims, grants }, { ...claims, aud: "audience", grants: { channels: [] } }, {}]
    .map((payload) => JSON.stringify(payload))
    .flatMap((payload) => [
      bytes([2], payload),
      bytes([1], `{"alg":"HS256","typ":"JWT","kid":"1"}\0${payload}`),
      bytes([1], `{"alg":"none","crit":["exp"]}\0${payload}`),
      bytes([0], ['{"alg":"HS256"}', payload, ""].map((part) => Buffer.from(part).toString("base64url")).join(".")),
    ]),
]);

// The algorithm of the JWT (from 128: without a `kid`); the key set.
const n = Buffer.alloc(256, 0xc5).toString("base64url");
const [x, y] = [1, 2].map((byte) => Buffer.alloc(32, byte).toString("base64url"));
const keys = [
  { kty: "RSA", kid: "k1", use: "sig", alg: "RS256", n, e: "AQAB" },
  { kty: "EC", kid: "k1", crv: "P-256", x, y },
  { kty: "OKP", kid: "k1", crv: "Ed25519", x },
  { kty: "oct", kid: "k1", k: x },
];
write(
  "key_set",
  [...keys.map((key) => [key]), keys, []].flatMap((set, index) => [
    bytes([index], JSON.stringify({ keys: set })),
    bytes([128 + index], JSON.stringify({ keys: set })),
  ]),
);

write(
  "forwarded",
  ["198.51.100.7", "a, 198.51.100.7:80, 203.0.113.9", "[2001:db8::1]:443, ::ffff:192.0.2.9", "unknown,, ,"].flatMap(
    (entries) => [0, 1, 2, 3].map((trusted) => bytes([trusted], entries)),
  ),
);

// The trigger (7: a whole event), plus 8 times the method (from 128: with a body in base64); the target, a zero byte,
// the body.
const hostile = JSON.parse(readFileSync(new URL("../tests/runtimes/hostile-events.json", import.meta.url))).events;
const asked = {
  method: "POST",
  path: "/token?a=%2B+b&a=%00",
  headers: { Host: "token.example.com", "Content-Type": "application/json" },
  body: Buffer.from(JSON.stringify(rtc)),
};
const events = Object.values(TRIGGERS).map(({ event }, index) => event(asked, index % 2 === 0));
write("lambda_event", [
  ...events.map((event) => bytes([7], JSON.stringify(event))),
  ...hostile.map(({ trigger, over, only }) =>
    bytes([7], JSON.stringify(only ?? { ...TRIGGERS[trigger].event(asked, false), ...over })),
  ),
  ...[
    "/token",
    "//rtc//a%3Fb%23/publisher/uid/42/?expiry=60",
    "/rtm/100%2541/%2e",
    "/rtc/a%23b/publisher/uid/42/?x=%95",
    "/access_token?channel=c%26&uid=+",
  ].flatMap((target, index) =>
    [0, 1, 2, 3, 4, 5, 6].map((trigger) =>
      bytes([trigger + (index === 0 ? 136 : 0)], `${target}\0${JSON.stringify(rtc)}`),
    ),
  ),
]);
