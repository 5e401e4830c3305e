import AgoraRTM from "agora-rtm";

/** Resolves to the error of the SDK; does not resolve while the SDK tries to connect to Agora's hosts. */
window.login = async (appId, userId, token) => {
  try {
    const client = new AgoraRTM.RTM(appId, userId, { logLevel: "none" });
    return await client.login({ token });
  } catch ({ code, reason }) {
    return { code, reason };
  }
};
