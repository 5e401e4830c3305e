// Joins a channel with Agora's Web SDK and stays in it: fetches a new token before the old one expires.
// `client` is AgoraRTC.createClient(…); `headers` carry the credential for the token server.

export async function joinAndStay(client, { server, headers, channel, uid, role = "publisher", expireTime = 3600 }) {
  let expiresAt;

  async function fetchToken() {
    const response = await fetch(`${server}/token`, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers },
      body: JSON.stringify({ channel, uid, role, expireTime }),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.detail);
    expiresAt = answer.expiresAt * 1000;
    return answer;
  }

  // The SDK raises this event 30 seconds before the token expires: time to retry if the network fails.
  client.on("token-privilege-will-expire", async () => {
    for (let pause = 500; ; pause *= 2) {
      try {
        return await client.renewToken((await fetchToken()).token);
      } catch (error) {
        if (Date.now() + pause > expiresAt) throw error;
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
  });

  // Too late for renewToken, for example after the device slept: join again.
  client.on("token-privilege-did-expire", join);

  async function join() {
    const { appId, token } = await fetchToken();
    await client.join(appId, channel, token, uid);
  }
  await join();
}
