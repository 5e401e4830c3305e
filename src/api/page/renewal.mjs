// Code that renews a token, for each SDK. `fetchToken` and `join` are functions of the reader's app.

import { byId, valueIn } from "./dom.mjs";

export const RENEWALS = {
  "Web, RTC": `client.on("token-privilege-will-expire", async () => {
  await client.renewToken(await fetchToken());
});
client.on("token-privilege-did-expire", async () => {
  await join(await fetchToken());
});`,
  "Android, RTC": `// In your IRtcEngineEventHandler.
override fun onTokenPrivilegeWillExpire(token: String?) {
  scope.launch { engine.renewToken(fetchToken()) }
}
override fun onRequestToken() {
  scope.launch { join(fetchToken()) }
}`,
  "iOS and macOS, RTC": `// In your AgoraRtcEngineDelegate.
func rtcEngine(_ engine: AgoraRtcEngineKit,
               tokenPrivilegeWillExpire token: String) {
  Task { try await engine.renewToken(fetchToken()) }
}
func rtcEngineRequestToken(_ engine: AgoraRtcEngineKit) {
  Task { try await join(fetchToken()) }
}`,
  "Flutter, RTC": `engine.registerEventHandler(RtcEngineEventHandler(
  onTokenPrivilegeWillExpire: (connection, token) async =>
      engine.renewToken(await fetchToken()),
  onRequestToken: (connection) async =>
      join(await fetchToken()),
));`,
  "React Native and Electron, RTC": `engine.registerEventHandler({
  onTokenPrivilegeWillExpire: async () => {
    engine.renewToken(await fetchToken());
  },
  onRequestToken: async () => join(await fetchToken()),
});`,
  "Unity, RTC": `public override async void OnTokenPrivilegeWillExpire(
    RtcConnection connection, string token) {
  engine.RenewToken(await FetchToken());
}
public override async void OnRequestToken(
    RtcConnection connection) {
  Join(await FetchToken());
}`,
  "Windows, RTC": `void onTokenPrivilegeWillExpire(const char* token) override {
  fetchToken([this](const std::string& fresh) {
    engine->renewToken(fresh.c_str());
  });
}
void onRequestToken() override {
  fetchToken([this](const std::string& fresh) { join(fresh); });
}`,
  "Web, Signaling": `rtm.addEventListener("tokenPrivilegeWillExpire", async () => {
  await rtm.renewToken(await fetchToken());
});`,
  "Web, Chat": `chat.addEventHandler("token", {
  onTokenWillExpire: async () => {
    await chat.renewToken(await fetchToken());
  },
  onTokenExpired: async () => join(await fetchToken()),
});`,
};

const FIRST = {
  rtc: "Web, RTC",
  convoai: "Web, RTC",
  stt: "Web, RTC",
  rtm: "Web, Signaling",
  "chat-user": "Web, Chat",
};

export function showRenewal() {
  byId("renewal").textContent = RENEWALS[valueIn("sdk")];
}

/** Tokens of the other types are used once, or by a backend. */
export function fitRenewal() {
  const first = FIRST[valueIn("tokenType")];
  byId("renewal-card").hidden = first === undefined;
  if (first) byId("sdk").value = first;
  showRenewal();
}
