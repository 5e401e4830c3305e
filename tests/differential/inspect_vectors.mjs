// Writes the tokens of tests/vectors/inspect: `node tests/differential/inspect_vectors.mjs`. What each
// vector expects is kept, and so are the vectors of public reports (report-*.json).
import { createHmac } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { deflateSync, inflateSync } from "node:zlib";
import { at, at006, v7 } from "./official.mjs";

const APP = "970CA35de60c44645bbae8a215061b33";
const CERT = "5CFd2fd1755d40ecb72977518be15d3b";
const SECONDARY = "aaaabbbbccccddddeeeeffff00001111";
const FOREIGN = "b9b595bcfd72479d894abe7a8cf0c37e";
const T = 1_700_000_000;
const NOW = T + 600;

const vectors = [];
const add = (id, note, source, token, rest = {}) => vectors.push({ id, note, source, token, now: NOW, ...rest });

const N7 = "npm agora-token@2.0.6";
const N6 = "npm agora-access-token@2.0.4";
const build = (issued, make) => at(issued, 1, make);
const rtc = (over = {}) => {
  const o = {
    app: APP,
    cert: CERT,
    channel: "room-1",
    uid: 42,
    role: 1,
    expire: 3600,
    privilege: 3600,
    issued: T,
    ...over,
  };
  return build(o.issued, () =>
    v7.RtcTokenBuilder.buildTokenWithUserAccount(o.app, o.cert, o.channel, o.uid, o.role, o.expire, o.privilege),
  );
};
const rtcAdd = (id, note, over, rest) =>
  add(id, note, `${N7}: RtcTokenBuilder.buildTokenWithUserAccount, ${JSON.stringify(over)}`, rtc(over), rest);
const old = (over = {}) => {
  const o = { app: APP, cert: CERT, channel: "room-1", uid: 42, role: 1, end: T + 3600, issued: T, ...over };
  return at006(o.issued, 0, (v6) =>
    v6.RtcTokenBuilder.buildTokenWithAccount(o.app, o.cert, o.channel, o.uid, o.role, o.end),
  );
};
const oldAdd = (id, note, over, rest) =>
  add(id, note, `${N6}: RtcTokenBuilder.buildTokenWithAccount, ${JSON.stringify(over)}`, old(over), rest);
const joins = (channel, uid) => ({ channel, uid });

// Signs a payload made by hand.
const hmac = (key, message) => createHmac("sha256", key).update(message).digest();
const u16 = (n) => Buffer.from([n & 255, n >> 8]);
const u32 = (n) => {
  const b = Buffer.alloc(4);
  b.writeUInt32LE(n);
  return b;
};
const str = (s) => Buffer.concat([u16(Buffer.from(s).length), Buffer.from(s)]);
function byHand(services, count, { app = APP, expire = 3600, after = Buffer.alloc(0) } = {}) {
  const info = Buffer.concat([str(app), u32(T), u32(expire), u32(1), u16(count), services]);
  const signature = hmac(hmac(u32(1), hmac(u32(T), CERT)), info);
  const payload = Buffer.concat([u16(32), signature, info, after]);
  return `007${deflateSync(payload).toString("base64")}`;
}
const privileges = (pairs) =>
  Buffer.concat([u16(pairs.length), ...pairs.map(([k, v]) => Buffer.concat([u16(k), u32(v)]))]);
const rtcService = (pairs) => Buffer.concat([u16(1), privileges(pairs), str("room-1"), str("42")]);

// Nothing wrong.
rtcAdd("ok-rtc", "a token as it should be", {}, joins("room-1", "42"));
add(
  "ok-convoai",
  "RTC, RTM and Conversational AI",
  `${N7}: ConvoAITokenBuilder.buildToken`,
  build(T, () => v7.ConvoAITokenBuilder.buildToken(APP, CERT, "room-1", "42", 1, 3600, 0, 0, 0, 0, "alice", 3600)),
);
add(
  "ok-chat-app",
  "an administrator names no user",
  `${N7}: ChatTokenBuilder.buildAppToken`,
  build(T, () => v7.ChatTokenBuilder.buildAppToken(APP, CERT, 3600)),
);
add(
  "ok-fpa",
  "privilege 0 lasts as long as the token",
  `${N7}: FpaTokenBuilder.buildToken`,
  build(T, () => v7.FpaTokenBuilder.buildToken(APP, CERT)),
);

// Time.
rtcAdd("expired", "the commonest", {}, { now: T + 9000 });
rtcAdd(
  "expired-24-hours",
  "asked for a week, used on the third day",
  { expire: 604800, privilege: 0 },
  { now: T + 2 * 86400 },
);
rtcAdd("issued-in-future", "the server's clock is five minutes fast", { issued: NOW + 300 });
rtcAdd("expire-zero", "the variable for the lifetime was not set", { expire: 0, privilege: 0 });
rtcAdd("short-lived", "hours where seconds belong", { expire: 24, privilege: 24, issued: NOW - 5 });
rtcAdd("expire-is-timestamp", "the 006 habit", { expire: T + 3600, privilege: T + 3600 });
rtcAdd("privilege-is-timestamp", "only the privileges by the 006 habit", { privilege: T + 3600 });
rtcAdd("over-24-hours", "seven days", { expire: 604800, privilege: 604800 });
rtcAdd("milliseconds", "milliseconds where seconds belong", { expire: 3_600_000, privilege: 0 });
rtcAdd("privileges-ended", "privileges shorter than the token", { privilege: 300 }, joins("room-1", "42"));
add(
  "publish-ended",
  "may join, may publish no more",
  `${N7}: RtcTokenBuilder.buildTokenWithUidAndPrivilege`,
  build(T, () => v7.RtcTokenBuilder.buildTokenWithUidAndPrivilege(APP, CERT, "room-1", 42, 3600, 3600, 300, 200, 0)),
);
rtcAdd("privileges-beyond-token", "privileges longer than the token", { privilege: 7200 });

// Whose.
rtcAdd("other-app-id", "another project's", { app: FOREIGN, cert: SECONDARY.split("").reverse().join("") });
rtcAdd("other-app-id-case", "the App ID in other letters", { app: APP.toLowerCase() });
rtcAdd("app-id-swapped", "our certificate with another project's App ID", { app: FOREIGN });
rtcAdd("certificate-replaced", "signed with a certificate that is none of ours", { cert: "f".repeat(32) });
rtcAdd("secondary", "signed with the secondary certificate", { cert: SECONDARY });

// Who and where.
rtcAdd("uid-text-zero", "uid 0 taken from a query string", { uid: "0" });
rtcAdd("uid-text-zero-joins-zero", "and the client joins with uid 0", { uid: "0" }, joins("room-1", "0"));
rtcAdd("uid-zero", "uid 0 as a number", { uid: 0 }, joins("room-1", "1234"));
rtcAdd("joins-with-zero", "a token for a uid, and a join without one", {}, joins("room-1", "0"));
rtcAdd("uid-differs", "a token for another user", { uid: 43 }, joins("room-1", "42"));
rtcAdd("uid-zeros-in-front", "the account 007 is not uid 7", { uid: "007" }, joins("room-1", "7"));
rtcAdd("uid-zeros-in-front-unjoined", "the account 007, nothing said of the client", { uid: "007" });
rtcAdd("uid-undefined", "req.body.userId does not exist", { uid: undefined });
rtcAdd("uid-nan", "parseInt of a name", { uid: NaN }, joins("room-1", "42"));
rtcAdd("uid-negative", "Java's sign", { uid: -5 });
rtcAdd("uid-too-large", "a database id", { uid: "4294967296" });
rtcAdd("uid-fraction", "Math.random() * 1000", { uid: 512.25 });
rtcAdd("account-not-allowed", "a name with an umlaut", { uid: "jürgen" });
rtcAdd("channel-differs", "a token for another channel", {}, joins("room-2", "42"));
rtcAdd("channel-differs-case", "channel names are case-sensitive", {}, joins("Room-1", "42"));
rtcAdd("channel-null", "the channel was null", { channel: "null" }, joins("room-1", "42"));
rtcAdd("channel-too-long", "65 bytes", { channel: "x".repeat(65) });
rtcAdd("channel-slash", "a character that is not among the 89", { channel: "rooms/1" });
rtcAdd("wildcard-channel", "every room", { channel: "room-*", role: 2 }, joins("room-7", "42"));
rtcAdd("wildcard-channel-misses", "a pattern that does not fit", { channel: "room-*" }, joins("hall-7", "42"));
rtcAdd("wildcard-everything", "no channel and no uid", { channel: "", uid: 0 });

// Which service.
add(
  "rtm-for-rtc",
  "an RTM token used to join a channel",
  `${N7}: RtmTokenBuilder.buildToken`,
  build(T, () => v7.RtmTokenBuilder.buildToken(APP, CERT, "alice", 3600)),
  joins("room-1", "alice"),
);
add(
  "rtm-other-user",
  "signing in as another user",
  `${N7}: RtmTokenBuilder.buildToken`,
  build(T, () => v7.RtmTokenBuilder.buildToken(APP, CERT, "alice", 3600)),
  { uid: "bob" },
);
add(
  "rtm-no-user",
  "uid 0 is not an RTM user",
  `${N7}: RtcTokenBuilder.buildTokenWithRtm, account 0`,
  build(T, () => v7.RtcTokenBuilder.buildTokenWithRtm(APP, CERT, "room-1", 0, 1, 3600, 3600)),
);
add(
  "apaas-node",
  "Node's room user lacks privilege 1",
  `${N7}: ApaasTokenBuilder.buildRoomUserToken`,
  build(T, () => v7.ApaasTokenBuilder.buildRoomUserToken(APP, CERT, "class-1", "alice", 2, 3600)),
  { uid: "alice" },
);
add("no-join-privilege", "publishing without joining", "by hand", byHand(rtcService([[2, 3600]]), 1));
add("no-services", "nothing in it", "by hand", byHand(Buffer.alloc(0), 0));
add(
  "unknown-service",
  "RTC and a service of type 11",
  "by hand",
  byHand(Buffer.concat([rtcService([[1, 3600]]), u16(11), u16(0), str("something new")]), 2),
  joins("room-1", "42"),
);
add(
  "too-many-services",
  "16,000 services in a short text",
  "by hand",
  byHand(Buffer.concat(Array(16000).fill(Buffer.concat([u16(4), u16(0)]))), 16000),
);

// What it is used for.
const build7 = (id, note, how, make, rest) => add(id, note, `${N7}: ${how}`, build(T, make), rest);
const UUID = "5f1d6c1e-0a1b-4c2d-9e3f-0123456789ab";
const convoai = () => v7.ConvoAITokenBuilder.buildToken(APP, CERT, "room-1", "42", 1, 3600, 0, 0, 0, 0, "alice", 3600);
build7("for-convoai", "as it should be", "ConvoAITokenBuilder.buildToken", convoai, {
  for: "convoai",
  ...joins("room-1", "42"),
});
rtcAdd("for-convoai-plain-rtc", "an RTC token is none for Conversational AI", {}, { for: "convoai" });
build7(
  "for-rtm-beside-rtc",
  "the RTM user is compared, the RTC uid is not",
  "ConvoAITokenBuilder.buildToken",
  convoai,
  { for: "rtm", uid: "alice" },
);
build7(
  "no-use-one-user-fits",
  "the uid fits RTC, so the RTM user is not a fault",
  "ConvoAITokenBuilder.buildToken",
  convoai,
  { uid: "42" },
);
build7("no-use-no-user-fits", "neither is bob", "ConvoAITokenBuilder.buildToken", convoai, { uid: "bob" });
build7(
  "for-chat-user",
  "as it should be",
  "ChatTokenBuilder.buildUserToken",
  () => v7.ChatTokenBuilder.buildUserToken(APP, CERT, "alice", 3600),
  { for: "chat", uid: "alice" },
);
build7(
  "for-chat-case",
  "Chat folds case",
  "ChatTokenBuilder.buildUserToken",
  () => v7.ChatTokenBuilder.buildUserToken(APP, CERT, "Alice", 3600),
  { for: "chat", uid: "alice" },
);
build7(
  "for-chat-other-uuid",
  "another UUID is another user",
  "ChatTokenBuilder.buildUserToken",
  () => v7.ChatTokenBuilder.buildUserToken(APP, CERT, UUID, 3600),
  { uid: UUID.replace("5f", "6f") },
);
build7(
  "chat-uuid-for-a-name",
  "nothing said of the use",
  "ChatTokenBuilder.buildUserToken",
  () => v7.ChatTokenBuilder.buildUserToken(APP, CERT, UUID, 3600),
  { uid: "alice" },
);
build7(
  "chat-app-with-user",
  "a client would hold it",
  "ChatTokenBuilder.buildAppToken",
  () => v7.ChatTokenBuilder.buildAppToken(APP, CERT, 3600),
  { uid: "alice" },
);
build7(
  "apaas-app-for-client",
  "a client would hold it",
  "ApaasTokenBuilder.buildAppToken",
  () => v7.ApaasTokenBuilder.buildAppToken(APP, CERT, 3600),
  { for: "apaas" },
);
build7(
  "apaas-other-room",
  "a token for another room",
  "ApaasTokenBuilder.buildRoomUserToken",
  () => v7.ApaasTokenBuilder.buildRoomUserToken(APP, CERT, "class-1", "alice", 2, 3600),
  { for: "apaas", ...joins("class-2", "alice") },
);
build7(
  "rtm-user-with-dot",
  "RTM 1.x takes it, Signaling 2.x does not",
  "RtmTokenBuilder.buildToken",
  () => v7.RtmTokenBuilder.buildToken(APP, CERT, "alice.b", 3600),
  { for: "rtm", uid: "alice.b" },
);
build7(
  "rtm-user-not-allowed",
  "a display name",
  "RtmTokenBuilder.buildToken",
  () => v7.RtmTokenBuilder.buildToken(APP, CERT, "Zoë", 3600),
  { for: "rtm" },
);
rtcAdd("for-fpa-rtc-only", "no FPA service", {}, { for: "fpa" });
const streaming = Buffer.concat([u16(3), privileges([[1, 3600]]), str("room-1"), str("42")]);
add("for-streaming", "as it should be", "by hand", byHand(streaming, 1), {
  for: "streaming",
  ...joins("room-1", "42"),
});
add("for-streaming-other-channel", "another channel", "by hand", byHand(streaming, 1), {
  for: "streaming",
  ...joins("room-2", "42"),
});
add(
  "for-fcdn",
  "as it should be",
  "by hand",
  byHand(Buffer.concat([u16(6), privileges([[2, 3600]]), str("room-1"), str("")]), 1),
  { for: "fcdn", ...joins("room-1", "7") },
);
add(
  "unknown-service-may-be-wanted",
  "RTC and a service of type 11, used for RTM",
  "by hand",
  byHand(Buffer.concat([rtcService([[1, 3600]]), u16(11), u16(0), str("something new")]), 2),
  { for: "rtm" },
);
add("unknown-services-only", "a service of type 11", "by hand", byHand(Buffer.concat([u16(11), u16(0)]), 1));
rtcAdd("names-swapped", "channel and uid in the wrong order", { channel: "42", uid: "room-1" }, joins("room-1", "42"));
rtcAdd("uid-is-account", "a token for an account, a join with a number", { uid: "alice" }, joins("room-1", "42"));
rtcAdd("uid-is-number", "a token for a number, a join with an account", {}, joins("room-1", "alice"));
rtcAdd("certificate-in-token", "App ID and certificate swapped", { app: CERT, cert: APP });
rtcAdd("certificate-in-token-secondary", "the secondary certificate, in upper case", {
  app: SECONDARY.toUpperCase(),
  cert: APP,
});
rtcAdd(
  "expired-and-more",
  "expiry hides nothing",
  { cert: "f".repeat(32), channel: "room-*", uid: 0, privilege: 300 },
  { now: T + 9000, for: "rtc" },
);

// 006.
oldAdd("006-ok", "as it should be, with everything needed to verify it", {}, joins("room-1", "42"));
oldAdd("006-unchecked", "nothing given to verify it with", {});
oldAdd("006-expired", "two days later", {}, { now: T + 2 * 86400 });
oldAdd("006-privileges-ended", "an hour later", {}, { now: T + 7200, ...joins("room-1", "42") });
oldAdd("006-seconds-from-now", "seconds where a time belongs", { end: 3600 }, joins("room-1", "42"));
oldAdd("006-other-channel", "the checksum differs", {}, joins("room-2", "42"));
oldAdd("006-other-uid", "the checksum differs", {}, joins("room-1", "43"));
oldAdd("006-uid-zero", "uid 0 can be told from its checksum", { uid: 0 }, { channel: "room-1" });
oldAdd("006-uid-text-zero", "and the text 0 as well", { uid: "0" }, joins("room-1", "0"));
oldAdd("006-certificate-replaced", "names fit, signature does not", { cert: "f".repeat(32) }, joins("room-1", "42"));
add(
  "006-rtm",
  "RTM",
  `${N6}: RtmTokenBuilder.buildToken`,
  at006(T, 0, (v6) => v6.RtmTokenBuilder.buildToken(APP, CERT, "alice", 1, T + 3600)),
  { uid: "alice" },
);
add(
  "006-no-join",
  "no joinChannel",
  `${N6}: AccessToken`,
  at006(T, 0, (v6) => {
    const token = new v6.AccessToken(APP, CERT, "room-1", 42);
    token.addPriviledge(v6.priviledges.kPublishAudioStream, T + 3600);
    return token.build();
  }),
);

const rtm006 = (channel, uid, over = () => {}) =>
  at006(T, 0, (v6) => {
    const token = new v6.AccessToken(APP, CERT, channel, uid);
    token.addPriviledge(v6.priviledges.kRtmLogin, T + 3600);
    over(token);
    return token.build();
  });
add("006-rtm-both-slots", "the user is in the uid slot too", `${N6}: AccessToken`, rtm006("alice", "alice"), {
  uid: "alice",
});
add("006-rtm-uid-slot", "the user is in the uid slot", `${N6}: AccessToken`, rtm006("room-1", "alice"), {
  uid: "alice",
});
add("006-rtm-neither-slot", "each slot has a user", `${N6}: AccessToken`, rtm006("room-1", "bob"), {
  uid: "alice",
});
add("006-rtm-no-user", "neither slot names a user", `${N6}: AccessToken`, rtm006("", ""), { uid: "alice" });
add(
  "006-rtm-without-user",
  "nothing given to verify it with",
  `${N6}: RtmTokenBuilder.buildToken`,
  at006(T, 0, (v6) => v6.RtmTokenBuilder.buildToken(APP, CERT, "alice", 1, T + 3600)),
  { for: "rtm" },
);
add(
  "006-rtm-for-rtc",
  "an RTM token used to join a channel",
  `${N6}: RtmTokenBuilder.buildToken`,
  at006(T, 0, (v6) => v6.RtmTokenBuilder.buildToken(APP, CERT, "alice", 1, T + 3600)),
  joins("room-1", "alice"),
);
oldAdd(
  "006-names-swapped",
  "channel and uid in the wrong order",
  { channel: "42", uid: "room-1" },
  joins("room-1", "42"),
);
oldAdd(
  "006-beyond-token-expired",
  "seven days, on the third",
  { end: T + 7 * 86400 },
  { now: T + 2 * 86400, ...joins("room-1", "42") },
);
oldAdd(
  "006-other-app-id",
  "another project's",
  { app: FOREIGN, cert: SECONDARY.split("").reverse().join("") },
  joins("room-1", "42"),
);
oldAdd("006-certificate-in-token", "App ID and certificate swapped", { app: CERT, cert: APP }, joins("room-1", "42"));
oldAdd("006-channel-null", "the channel was null", { channel: "null" }, joins("room-1", "42"));
add(
  "006-ends-too-late",
  "an end of its own in seven days",
  `${N6}: AccessToken`,
  at006(T, 0, (v6) => {
    const token = new v6.AccessToken(APP, CERT, "room-1", 42);
    token.ts = T + 7 * 86400;
    token.addPriviledge(v6.priviledges.kJoinChannel, T + 3600);
    return token.build();
  }),
  joins("room-1", "42"),
);

// Older.
for (const name of ["dk", "003", "004-media_channel", "005-media_channel", "signaling"]) {
  const file = new URL(`../vectors/legacy/${name}.json`, import.meta.url);
  add(`old-${name}`, "older than 006", `tests/vectors/legacy/${name}.json`, JSON.parse(readFileSync(file)).token);
}

// Accidents on the way. This token has + and / in it.
const uid = [...Array(1000).keys()].slice(61).find((uid) => /\+.*\/.*=$/.test(rtc({ uid })));
const whole = rtc({ uid });

const accident = (id, note, token) => add(id, note, `${N7}, then by hand`, token, joins("room-1", `${uid}`));
accident("accident-spaces", "a query string made + a space", whole.replaceAll("+", " "));
const plusUid = [...Array(20_000).keys()].slice(61).find((uid) => rtc({ uid }).endsWith("+"));
add(
  "accident-space-last",
  "the last + became a space",
  `${N7}, then by hand`,
  rtc({ uid: plusUid }).replaceAll("+", " "),
  joins("room-1", `${plusUid}`),
);
accident("accident-url-encoded", "encodeURIComponent without its counterpart", encodeURIComponent(whole));
accident("accident-line-break", "copied with its line break", `${whole}\n`);
accident("accident-quotes", "JSON.stringify of the text", JSON.stringify(whole));
accident("accident-bearer", "taken from a header", `Bearer ${whole}`);
accident("accident-wrapped", "through a mail", whole.replace(/(.{76})/g, "$1\r\n"));
accident("accident-url-safe", "re-encoded", whole.replaceAll("+", "-").replaceAll("/", "_"));
accident("accident-unpadded", "the = were trimmed", whole.replace(/=+$/, ""));
accident("accident-version", "copied from the fourth character on", whole.slice(3));
accident("accident-cut-off", "a VARCHAR(128)", whole.slice(0, 128));
accident("accident-cut-between", "cut between groups of four", whole.slice(0, 3 + 96));
accident(
  "accident-damaged",
  "one character changed",
  whole.slice(0, 60) + (whole[60] === "A" ? "B" : "A") + whole.slice(61),
);
accident("accident-appended", "something stuck to it", `${whole}&uid=${uid}`);

// Inside other text.
const around = (id, note, text) => accident(`around-${id}`, note, text);
const escaped = whole.replaceAll("/", "\\/");
const encoded = encodeURIComponent(whole);
const entities = whole.replaceAll("/", "&#x2F;").replaceAll("+", "&#43;").replaceAll("=", "&#61;");
around("json-in-json", "a string of JSON in JSON", JSON.stringify(JSON.stringify({ token: whole })));
around(
  "json-unicode",
  "every special character escaped",
  `{"token": "${whole.replaceAll("+", "\\u002B").replaceAll("/", "\\u002f").replaceAll("=", "\\u003d")}"}`,
);
around("php-alone", "PHP's json_encode of the text alone", `"${escaped}"`);
around("form-body", "a form", `channel=room-1&token=${encoded}&uid=${uid}`);
around("form-body-only", "a form of one field", `token=${encoded}`);
around(
  "encoded-twice",
  "a URL in a URL",
  `https://example.com/?next=${encodeURIComponent(`https://example.com/?token=${encoded}`)}`,
);
around("markdown", "Markdown", `**Token:** \`${whole}\`, for room-1.`);
around("html-entities", "HTML that escapes everything", `<input value="${entities}">`);
around("html-escaped-json", "JSON in an attribute", `<div data-config="{&quot;token&quot;:&quot;${whole}&quot;}">`);
around("header", "a REST call", `curl -H 'Authorization: agora token=${whole}' https://api.agora.io/`);
around("dotenv", "a line of .env", `AGORA_TOKEN=${whole}`);
around("label", "a label in front", `Temp token : ${whole}`);
around("log-lines", "lines of a log", `12:00 join\n12:01 token "${whole}"\n12:02 error 110\n`);
around("same-token-twice", "one token, in two places", `{"token":"${whole}","rtcToken":"${whole}"}`);
around("json-unpadded", "damaged inside JSON", `{"token":"${whole.replace(/=+$/, "")}"}`);
around("json-url-safe", "damaged inside JSON", `{"token":"${whole.replaceAll("+", "-").replaceAll("/", "_")}"}`);
around("query-decoded", "a query that was decoded as a form", `token=${whole.replaceAll("+", " ")}&uid=${uid}`);
around("mail", "a mail", `Dear all,\n\n${whole.replace(/(.{60})/g, "$1\n")}\n\nBest regards`);
around("json-cut-off", "the JSON is cut off with it", `{"token":"${whole.slice(0, 120)}`);
around("two-versions", "an RTC token of each version", JSON.stringify({ v7: whole, v6: old() }));

// No tokens.
const text = (id, note, token) => add(id, note, "by hand", token);
text("text-undefined", "a variable that does not exist", "undefined");
text(
  "text-empty",
  "what Agora's Node library returns for a bad certificate",
  build(T, () => v7.RtmTokenBuilder.buildToken(APP, "not hexadecimal", "alice", 3600)),
);
text("text-jwt", "the caller's own credential", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl");
text("text-json", "the whole answer", `{"token":"${whole}"}`);
text("text-app-id", "the App ID", APP);
text("text-certificate", "the App Certificate", CERT);
text("text-json-empty", "JSON without a token", '{"token":""}');
text("text-certificate-quoted", "the App Certificate in quotes", `"${CERT}",`);
text("text-other", "a word", "my-temporary-token");
text("text-008", "a version to come", `008${whole.slice(3)}`);
text("zip-bomb", "8 MiB of zeros", `007${deflateSync(Buffer.alloc(8 << 20), { level: 9 }).toString("base64")}`);
text(
  "trailing-bytes",
  "bytes behind the last service",
  byHand(rtcService([[1, 3600]]), 1, { after: Buffer.from("extra") }),
);
text("app-id-short", "an App ID of 31 digits", byHand(rtcService([[1, 3600]]), 1, { app: APP.slice(1) }));

if (inflateSync(Buffer.from(whole.slice(3), "base64")).length < 100) throw new Error("not a token");
for (const vector of vectors) {
  const file = new URL(`../vectors/inspect/${vector.id}.json`, import.meta.url);
  const expect = existsSync(file) ? JSON.parse(readFileSync(file)).expect : {};
  writeFileSync(file, `${JSON.stringify({ ...vector, expect }, null, 2)}\n`);
}
console.log(`${vectors.length} vectors`);
