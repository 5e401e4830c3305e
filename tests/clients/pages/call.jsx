import AgoraUIKit from "agora-react-uikit";
import { useCallback, useEffect, useState } from "react";

export function Call({ server, jwt, appId, channel, uid }) {
  const [token, setToken] = useState();

  const fetchToken = useCallback(async () => {
    const response = await fetch(`${server}/token`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${jwt}` },
      body: JSON.stringify({ channel, uid, role: "publisher", rtm: true, expireTime: 3600 }),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.detail);
    setToken(answer.token);
  }, [server, jwt, channel, uid]);

  useEffect(() => {
    fetchToken();
  }, [fetchToken]);

  if (!token) return null;
  return (
    <AgoraUIKit
      rtcProps={{ appId, channel, uid, token }}
      rtmProps={{ uid: String(uid), token }}
      callbacks={{ "token-privilege-will-expire": fetchToken }}
    />
  );
}
