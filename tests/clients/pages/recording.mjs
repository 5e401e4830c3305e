// AgoraRTC as it is; the clients that it creates are kept for the test, which fires their events, and say what
// renewToken was called with and how it ended.

import AgoraRTC from "agora-rtc-sdk-ng";

window.clients = [];
window.renewals = [];

const create = AgoraRTC.createClient;
AgoraRTC.createClient = (...config) => {
  const client = create.apply(AgoraRTC, config);
  const renew = client.renewToken;
  client.renewToken = (token) => {
    const outcome = renew.call(client, token);
    outcome.then(
      () => window.renewals.push({ token }),
      ({ code, message }) => window.renewals.push({ token, code, message }),
    );
    return outcome;
  };
  window.clients.push(client);
  return client;
};

export default AgoraRTC;
