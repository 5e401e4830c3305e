// Tokens as Agora's libraries read them: `agora-token` for 007, `agora-access-token` for 006.

import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { AccessToken2 } = require("agora-token/src/AccessToken2");
const { AccessToken } = require("agora-access-token/src/AccessToken");

/** The names that the case files use for the services of 007. `fields` are the library's own. */
const SERVICES = {
  1: {
    type: "rtc",
    privileges: ["joinChannel", "publishAudioStream", "publishVideoStream", "publishDataStream"],
    fields: { channel: "__channel_name", uid: "__uid" },
  },
  2: { type: "rtm", privileges: ["login"], fields: { userId: "__user_id" } },
  4: { type: "fpa", privileges: ["login"], fields: {} },
  5: { type: "chat", privileges: ["user", "app"], fields: { userId: "__user_id" } },
  7: {
    type: "apaas",
    privileges: ["roomUser", "user", "app"],
    fields: { roomUuid: "__room_uuid", userUuid: "__user_uuid", role: "__role" },
  },
  8: { type: "rtm2", privileges: ["login"], fields: { userId: "__user_id", permissions: "__permissions" } },
  9: { type: "convoai", privileges: [], fields: {} },
  10: { type: "stt", privileges: [], fields: {} },
};

const PRIVILEGES_006 = {
  1: "joinChannel",
  2: "publishAudioStream",
  3: "publishVideoStream",
  4: "publishDataStream",
  1000: "rtmLogin",
};

/**
 * The content of the token, in the form of an entry of `expect.decodes`. Throws if Agora's library refuses the token or if
 * the certificate did not sign it. The signature of 006 covers a channel and a uid that the token does not hold: they are
 * taken from `expected`. Absolute times of 006 are returned as seconds after `issuedAt`.
 */
export function decode(text, project, expected, issuedAt) {
  return text.startsWith("006") ? decode006(text, project, expected, issuedAt) : decode007(text, project);
}

function decode007(text, { appId, appCertificate }) {
  const token = new AccessToken2();
  if (!token.from_string(text)) throw new Error("agora-token cannot parse the token");
  if (!token.verifySignature(appCertificate)) throw new Error("agora-token does not verify the signature");
  if (String(token.appId) !== appId) throw new Error(`app id ${token.appId}, expected ${appId}`);
  return {
    issuedAt: token.issueTs,
    salt: token.salt,
    holds: { expire: token.expire, services: token.services.map(service) },
  };
}

function service(parsed) {
  const { type, privileges, fields } = SERVICES[parsed.service_type()];
  const described = { type };
  for (const [name, field] of Object.entries(fields)) described[name] = plain(parsed[field]);
  described.privileges = Object.fromEntries(
    Object.entries(parsed.__privileges).map(([number, seconds]) => [privileges[number - 1] ?? number, seconds]),
  );
  return described;
}

/** The library returns text as Buffer, and permissions as its own class. */
function plain(value) {
  if (Buffer.isBuffer(value)) return value.toString();
  return value?.details ?? value;
}

function decode006(text, { appId, appCertificate }, { channel, uid }, issuedAt) {
  const token = new AccessToken(appId, appCertificate, channel, uid);
  if (!token.fromString(text)) throw new Error("agora-access-token cannot parse the token");
  // 006 is not compressed, so with the same salt and times the library must write the same text.
  if (token.build() !== text) throw new Error("agora-access-token writes another token from the same facts");
  const privileges = Object.entries(token.messages).map(([number, end]) => [
    PRIVILEGES_006[number] ?? number,
    end - issuedAt,
  ]);
  return { issuedAt, salt: token.salt, holds: { channel, uid, privileges: Object.fromEntries(privileges) } };
}
