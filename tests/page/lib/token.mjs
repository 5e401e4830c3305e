// Builds a 007 token of any time, which no server issues, with Agora's library.

import { createRequire } from "node:module";
import { APP_CERTIFICATE, APP_ID } from "../../runtimes/lib/cases.mjs";

const { AccessToken2, ServiceRtc } = createRequire(import.meta.url)("agora-token/src/AccessToken2.js");
const PRIVILEGES = ["joinChannel", "publishAudioStream", "publishVideoStream", "publishDataStream"];

/** A token for one channel and uid, issued this many seconds ago; `privileges` are seconds from the issue. */
export function rtcToken({ channel, uid, issuedAgo, expire, privileges }) {
  const token = new AccessToken2(APP_ID, APP_CERTIFICATE, Math.floor(Date.now() / 1000) - issuedAgo, expire);
  const service = new ServiceRtc(channel, uid);
  for (const [name, seconds] of Object.entries(privileges)) {
    service.add_privilege(PRIVILEGES.indexOf(name) + 1, seconds);
  }
  token.add_service(service);
  return token.build();
}
