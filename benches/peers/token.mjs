// The token code of Agora's guides, shared by all peers.

import agora from "agora-token";

const { RtcRole, RtcTokenBuilder } = agora;

export function token({ channel, role, uid, expireTime }, { APP_ID, APP_CERTIFICATE }) {
  const rights = role === "publisher" ? RtcRole.PUBLISHER : RtcRole.SUBSCRIBER;
  return RtcTokenBuilder.buildTokenWithUid(APP_ID, APP_CERTIFICATE, channel, uid, rights, expireTime, expireTime);
}
