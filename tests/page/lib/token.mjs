// Builds a 007 token of any time, which no server issues.

import { createHmac } from "node:crypto";
import { deflateSync } from "node:zlib";

/** Agora's public test project, the default of the local server. */
const APP_ID = "970CA35de60c44645bbae8a215061b33";
const APP_CERTIFICATE = "5CFd2fd1755d40ecb72977518be15d3b";

const RTC = 1;
const PRIVILEGES = ["joinChannel", "publishAudioStream", "publishVideoStream", "publishDataStream"];

/** A token for one channel and uid, issued this many seconds ago; `privileges` are seconds from the issue. */
export function rtcToken({ channel, uid, issuedAgo, expire, privileges }) {
  const issuedAt = Math.floor(Date.now() / 1000) - issuedAgo;
  const salt = 1;
  const given = Object.entries(privileges).map(([name, seconds]) => [u16(PRIVILEGES.indexOf(name) + 1), u32(seconds)]);
  const service = [u16(RTC), u16(given.length), ...given.flat(), text(channel), text(String(uid))];
  const content = Buffer.concat([text(APP_ID), u32(issuedAt), u32(expire), u32(salt), u16(1), ...service]);
  const signature = hmac(hmac(u32(salt), hmac(u32(issuedAt), APP_CERTIFICATE)), content);
  return `007${deflateSync(Buffer.concat([text(signature), content])).toString("base64")}`;
}

const hmac = (key, message) => createHmac("sha256", key).update(message).digest();

function u16(number) {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(number);
  return bytes;
}

function u32(number) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(number);
  return bytes;
}

function text(value) {
  const bytes = Buffer.from(value);
  return Buffer.concat([u16(bytes.length), bytes]);
}
