import AgoraChat from "agora-chat";
import { settings } from "./settings.mjs";

// The addresses that the SDK would get from Agora's name service, which is not available offline.
const { appId, user, accessToken } = settings;
const addresses = {
  isHttpDNS: false,
  url: "wss://msync-api-00.chat.agora.io/websocket",
  apiUrl: "https://a00.chat.agora.io",
};
// The package is a CommonJS module with a `default` member.
const { connection: Connection } = AgoraChat.default ?? AgoraChat;
new Connection({ appId, ...addresses }).open({ user, accessToken });
