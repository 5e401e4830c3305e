// AgoraRTC unchanged. Keeps the clients that it creates, so that a test can emit their events, and records the arguments
// and results of renewToken.

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
