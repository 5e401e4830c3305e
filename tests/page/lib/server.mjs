// The local server that serves the page.

import { startNative } from "../../runtimes/lib/native.mjs";
import { underTest } from "../../runtimes/lib/under-test.mjs";

export const { options, artefacts } = underTest(
  { native: startNative },
  { screenshots: { type: "boolean", default: false } },
);

export const EVERYTHING = {
  ALLOWED_TOKEN_TYPES: "rtc,rtm,chat-user,chat-app,fpa,apaas-room-user,apaas-user,apaas-app,convoai,stt",
  ALLOW_WILDCARD_CHANNEL: "true",
};

/** Starts a server with these variables; returns { origin, stop() }. */
export async function startServer(variables) {
  const server = await startNative(artefacts, variables);
  return { ...server, origin: server.url };
}
